"""Compatibility questions judged for calibration, as they are and with parts of them hidden.

A calibrator has to know what a logit is worth when a picture or a title is missing. Shops differ
in what is missing, so every part is hidden in turn, every part is shown alone, all are hidden,
and each item is left with parts of its own.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from jaxtyping import Float, Int64

from data.questions import CompatibilityQuestion
from engine.calibration_fit import JudgedOutfits
from engine.frozen_model import FrozenModel
from engine.items import ItemTokens
from engine.model_scorer import encode_items
from engine.presence import known_parts, known_shares, part_names, without_parts
from graph.outfits import pad_outfits

HIDDEN_QUESTIONS = 2000
"""Questions asked again with something hidden, at most; together they count as much as the rest."""
BATCH = 1024


def judge_questions(
    frozen: FrozenModel, questions: Sequence[CompatibilityQuestion], *, seed: int
) -> JudgedOutfits:
    """The questions as they are, then some of them with something hidden.

    Equal outfits are of one group, so that none teaches the figure that is measured on it.
    """
    rng = np.random.default_rng(seed)
    rows, places = _places(questions)
    tables = _tables(frozen, rows)
    again = rng.permutation(len(questions))[:HIDDEN_QUESTIONS]
    outfits, origin = list(places), list(range(len(questions)))
    for number in range(1, len(tables)):
        outfits += [places[at] + number * len(rows) for at in again]
        origin += again.tolist()
    for at in again:
        outfits.append(places[at] + rng.integers(len(tables), size=len(places[at])) * len(rows))
        origin.append(int(at))
    logits, known = _judge(frozen, _joined(tables), outfits)
    first = np.arange(len(outfits)) < len(questions)
    labels = np.array([question.label for question in questions], dtype=np.int64)
    return JudgedOutfits(
        logits=logits,
        known=known,
        labels=labels[origin],
        weights=np.where(first, 1.0, len(questions) / (len(tables) * len(again))),
        hidden=~first,
        groups=_groups(questions)[origin],
    )


def hidings(widths: Mapping[str, int]) -> list[tuple[str, ...]]:
    """What is hidden of the items: nothing first, then each part, all but each, and all."""
    names = part_names(widths)
    each = [(name,) for name in names]
    others = [tuple(other for other in names if other != name) for name in names]
    return list(dict.fromkeys([(), *each, *others, names]))


def _places(
    questions: Sequence[CompatibilityQuestion],
) -> tuple[Int64[np.ndarray, " rows"], list[Int64[np.ndarray, " _"]]]:
    """The distinct rows of the questions, and each question in terms of them."""
    sizes = [len(question.items) for question in questions]
    flat = np.concatenate([np.array(question.items, dtype=np.int64) for question in questions])
    rows, inverse = np.unique(flat, return_inverse=True)
    return rows, np.split(inverse, np.cumsum(sizes)[:-1])


def _tables(frozen: FrozenModel, rows: Int64[np.ndarray, " rows"]) -> list[ItemTokens]:
    """Tokens of the rows, once for each of `hidings`."""
    features = frozen.features.take(torch.from_numpy(rows))
    return [
        encode_items(frozen.model, without_parts(features, frozen.widths, hidden))
        for hidden in hidings(frozen.widths)
    ]


def _joined(tables: Sequence[ItemTokens]) -> ItemTokens:
    first, *rest = tables
    for table in rest:
        first = first.join(table)
    return first


@torch.inference_mode()
def _judge(
    frozen: FrozenModel, tokens: ItemTokens, outfits: Sequence[Int64[np.ndarray, " _"]]
) -> tuple[Float[np.ndarray, " outfits"], Float[np.ndarray, "outfits parts"]]:
    frozen.model.eval()
    parts = known_parts(tokens, frozen.widths)
    logits, shares = [], []
    for start in range(0, len(outfits), BATCH):
        batch = pad_outfits(outfits[start : start + BATCH]).to(tokens.vectors.device)
        logits.append(frozen.model.judge(tokens, batch).compatibility)
        shares.append(known_shares(parts, batch))
    return torch.cat(logits).cpu().double().numpy(), torch.cat(shares).cpu().double().numpy()


def _groups(questions: Sequence[CompatibilityQuestion]) -> Int64[np.ndarray, " questions"]:
    number_of: dict[tuple[int, ...], int] = {}
    return np.array(
        [
            number_of.setdefault(tuple(sorted(question.items)), len(number_of))
            for question in questions
        ]
    )
