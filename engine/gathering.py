"""Rows of tokens for a question, without PyTorch, which gives way to other threads at every step.

A server's event loop, once it has the interpreter, keeps it for milliseconds; a few numbers are
gathered in microseconds. NumPy gives way only where there is much to do.
"""

from collections.abc import Sequence

import numpy as np
import torch

from engine.items import ItemTokens


def gathered(tokens: ItemTokens, rows: Sequence[int]) -> ItemTokens:
    """`ItemTokens.take` of tokens on the CPU that need no gradient."""
    at = np.array(rows, np.int64)
    return _tokens([each[at] for each in _parts(tokens)])


def joined(tokens: Sequence[ItemTokens]) -> ItemTokens:
    """`ItemTokens.join` of such tokens, one or more."""
    parts = zip(*map(_parts, tokens), strict=True)
    return _tokens([np.concatenate(each) for each in parts])


def _parts(tokens: ItemTokens) -> list[np.ndarray]:
    parts = (tokens.category, tokens.slot, tokens.vectors, tokens.log_prices)
    return [each.numpy() for each in parts]


def _tokens(parts: Sequence[np.ndarray]) -> ItemTokens:
    category, slot, vectors, log_price = map(torch.from_numpy, parts)
    return ItemTokens(category=category, slot=slot, vectors=vectors, log_price=log_price)
