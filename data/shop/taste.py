"""The planted taste: four rules between two items and one between three.

Two items clash where their styles are opposites, where one is for the weekend and the other for
the evening, where their hues are neither neighbours nor opposites, or where one is light and the
other heavy. And of top, bottom and shoes an even number are statement pieces: none, or a pair.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from data.questions import FitbQuestion
from data.shop.palette import hues_clash
from data.shop.wardrobe import OCCASIONS, STYLES

RULES = ("style", "occasion", "colour", "fabric")
"""The rules between two items, in the order of the last axis of `clashes`."""

ROLES = ("tops", "bottoms", "shoes")
"""The slots of the third-order rule; `Truth.role` is a position here, or -1."""

GOOD_LOGIT = 4.0
CLASH_COST = 4.0
ODD_COST = 8.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Truth:
    """What the taste sees of every item, one entry a row of the catalogue.

    Attributes:
        style: position in `STYLES`, a ring.
        occasion: position in `OCCASIONS`, a line.
        hue: step on the painter's wheel, or -1 for a neutral.
        weight: seasonal weight of the fabric, -1 light, 0, 1 heavy.
        role: position in `ROLES`, or -1.
        statement: true for a patterned item.
    """

    style: np.ndarray
    occasion: np.ndarray
    hue: np.ndarray
    weight: np.ndarray
    role: np.ndarray
    statement: np.ndarray

    def to_frame(self, item_ids: Sequence[str]) -> pl.DataFrame:
        """The truth as a table, one line an item."""
        fields = ("style", "occasion", "hue", "weight", "role", "statement")
        return pl.DataFrame({"item_id": item_ids, **{name: getattr(self, name) for name in fields}})

    @classmethod
    def from_frame(cls, frame: pl.DataFrame) -> "Truth":
        """The inverse of `to_frame`."""
        return cls(**{name: frame[name].to_numpy() for name in frame.columns if name != "item_id"})


def clashes(truth: Truth, rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Which rules each of `rows` breaks with each of `others`: bool [rows, others, rules]."""
    left, right = np.asarray(rows)[:, None], np.asarray(others)[None, :]
    styles_apart = np.abs(truth.style[left] - truth.style[right])
    occasions_apart = np.abs(truth.occasion[left] - truth.occasion[right])
    return np.stack(
        [
            styles_apart * 2 == len(STYLES),
            occasions_apart == len(OCCASIONS) - 1,
            hues_clash(truth.hue[left], truth.hue[right]),
            truth.weight[left] * truth.weight[right] < 0,
        ],
        axis=-1,
    )


def is_odd(truth: Truth, rows: np.ndarray) -> bool:
    """Whether top, bottom and shoes are all there and an odd number are statement pieces."""
    rows = np.asarray(rows)
    roles = truth.role[rows]
    if not {0, 1, 2} <= set(roles.tolist()):
        return False
    return bool(truth.statement[rows[roles >= 0]].sum() % 2)


def planted_logit(truth: Truth, rows: Sequence[int] | np.ndarray) -> float:
    """The planted score of an outfit: 4 where no rule is broken, 0 or less otherwise."""
    rows = np.asarray(rows, np.int64)
    broken = np.triu(clashes(truth, rows, rows).sum(-1), k=1).sum()
    return GOOD_LOGIT - CLASH_COST * float(broken) - ODD_COST * is_odd(truth, rows)


def fitb_optimum(truth: Truth, questions: Sequence[FitbQuestion]) -> float:
    """The accuracy of the planted taste itself, in 0..1; a tie is shared."""
    return float(np.mean([_share(truth, question) for question in questions]))


def compatibility_optimum(
    truth: Truth, outfits: Sequence[Sequence[int]], labels: Sequence[int]
) -> float:
    """The area under the ROC curve of the planted taste itself, in 0..1; a tie is a half."""
    logits = np.array([planted_logit(truth, rows) for rows in outfits])
    positive = np.asarray(labels) == 1
    margins = logits[positive][:, None] - logits[~positive][None, :]
    return float(np.mean((margins > 0) + 0.5 * (margins == 0)))


def _share(truth: Truth, question: FitbQuestion) -> float:
    logits = [planted_logit(truth, [*question.context, row]) for row in question.candidates]
    best = max(logits)
    return float(logits[question.answer] == best) / logits.count(best)
