"""What is known of items: their modalities and their category; and items of which less is known."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from engine.items import ItemFeatures, ItemTokens
from graph.outfits import OutfitBatch

CATEGORY = "category"
CHUNK = 8192


def part_names(widths: Mapping[str, int]) -> tuple[str, ...]:
    """The modalities in their order, then the category."""
    return (*widths, CATEGORY)


def known_parts(tokens: ItemTokens, widths: Mapping[str, int]) -> Bool[Tensor, "items parts"]:
    """Which of `part_names` each item has; a modality is known where its block is not zero."""
    vectors, category = tokens.vectors.cpu().numpy(), tokens.category.cpu().numpy()
    known = np.empty((len(tokens), len(widths) + 1), np.bool_)
    if widths:
        starts = np.cumsum([0, *widths.values()])
        content = vectors[:, : starts[-1]] != 0
        np.logical_or.reduceat(content, starts[:-1], axis=1, out=known[:, :-1])
    known[:, -1] = category != 0
    return torch.from_numpy(known)


def modality_presence(
    content: Float[Tensor, "items content"], widths: Sequence[int]
) -> Bool[Tensor, "items modalities"]:
    """Which modalities each item has; content is read a chunk at a time, for it may be mapped."""
    present = torch.zeros(len(content), len(widths), dtype=torch.bool)
    for start in range(0, len(content), CHUNK):
        part, end = slice(start, start + CHUNK), 0
        for number, width in enumerate(widths):
            block = content[part, end : end + width]
            present[part, number], end = (block != 0).any(1), end + width
    return present


def known_shares(
    known: Bool[Tensor, "items parts"], batch: OutfitBatch
) -> Float[Tensor, "outfits parts"]:
    """The share of each outfit's items that have each part, from 0 to 1."""
    present = known[batch.rows] & batch.mask[..., None]
    return present.sum(1) / batch.mask.sum(1, keepdim=True).clamp(min=1)


def without_parts(
    features: ItemFeatures, widths: Mapping[str, int], hidden: Collection[str]
) -> ItemFeatures:
    """The same items with some of `part_names` hidden; with the category go slot and price.

    Raises:
        ValueError: a name is none of them.
    """
    unknown = sorted(set(hidden) - set(part_names(widths)))
    if unknown:
        raise ValueError(f"expected any of {', '.join(part_names(widths))}, got {unknown[0]!r}")
    kept = [name not in hidden for name, width in widths.items() for _ in range(width)]
    content = features.content * torch.tensor(kept, dtype=features.content.dtype)
    if CATEGORY not in hidden:
        return replace(features, content=content)
    unknown_kind = torch.zeros_like(features.category)
    return replace(
        features, category=unknown_kind, slot=unknown_kind, content=content, log_price=None
    )
