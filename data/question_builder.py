"""Question sets built from an outfit table: seeded, negatives random or of the same category."""

from collections import Counter
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from jaxtyping import Int64

from data.dataset import Dataset
from data.errors import SchemaError
from data.questions import (
    CompatibilityQuestion,
    CompatibilitySet,
    FitbQuestion,
    FitbSet,
    QuestionSet,
)
from data.tables import UNKNOWN_CATEGORY

Negatives = Literal["random", "same-category"]
TOO_FEW_DISTRACTORS = "too few distractors"
NO_CATEGORY = "unknown category"
REPEATED_ITEM = "outfit holds an item twice"


def build_fitb(
    dataset: Dataset, split: str, *, negatives: Negatives, seed: int, candidates: int = 4
) -> FitbSet:
    """One question an outfit: a random item is blanked and hidden among distractors.

    Distractors are other items of the split's outfits, distinct, never of the question's outfit;
    under "same-category" they share the fine category of the answer, so that the category alone
    tells nothing. The answer's position is random.

    Args:
        dataset: the imported tables.
        split: whose outfits become questions.
        negatives: where distractors come from.
        seed: of every draw; equal seeds build equal questions.
        candidates: number of candidates, the answer included; at least 2.

    Raises:
        SchemaError: the split holds no outfit.
    """
    if candidates < 2:
        raise ValueError(f"expected at least 2 candidates, got {candidates}")
    pool = _Pool.of_split(dataset, split, negatives=negatives, seed=seed)
    questions: list[FitbQuestion] = []
    dropped: Counter[str] = Counter()
    for outfit in dataset.outfit_rows(split):
        blank = int(pool.generator.integers(len(outfit)))
        distractors = pool.draw(outfit[blank], outfit, candidates - 1)
        if isinstance(distractors, str):
            dropped[distractors] += 1
            continue
        answer = int(pool.generator.integers(candidates))
        rows = np.insert(distractors, answer, outfit[blank])
        questions.append(
            FitbQuestion(
                context=tuple(np.delete(outfit, blank).tolist()),
                candidates=tuple(rows.tolist()),
                answer=answer,
                context_ids=pool.ids(np.delete(outfit, blank)),
                candidate_ids=pool.ids(rows),
            )
        )
    name = f"fitb {split} {negatives}"
    return QuestionSet(name=name, questions=tuple(questions), dropped=dict(dropped))


def build_compatibility(
    dataset: Dataset, split: str, *, negatives: Negatives, seed: int
) -> CompatibilitySet:
    """Two questions an outfit: itself with label 1 and, with label 0, every item replaced.

    Replacements are drawn as `build_fitb` draws distractors, so under "same-category" positives
    and negatives hold the same categories. An outfit with an item that cannot be replaced gives
    no question and is counted once.

    Args:
        dataset: the imported tables.
        split: whose outfits become questions.
        negatives: where replacements come from.
        seed: of every draw; equal seeds build equal questions.

    Raises:
        SchemaError: the split holds no outfit.
    """
    pool = _Pool.of_split(dataset, split, negatives=negatives, seed=seed)
    questions: list[CompatibilityQuestion] = []
    dropped: Counter[str] = Counter()
    for outfit in dataset.outfit_rows(split):
        replaced = pool.replace(outfit)
        if isinstance(replaced, str):
            dropped[replaced] += 1
            continue
        for label, rows in ((1, outfit), (0, replaced)):
            items = tuple(rows.tolist())
            questions.append(
                CompatibilityQuestion(items=items, label=label, item_ids=pool.ids(rows))
            )
    name = f"compatibility {split} {negatives}"
    return QuestionSet(name=name, questions=tuple(questions), dropped=dict(dropped))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pool:
    """Items that may serve as negatives, by the group of the item that they stand for."""

    item_ids: pl.Series
    group_of: list[str]
    members: dict[str, Int64[np.ndarray, " members"]]
    generator: np.random.Generator

    @classmethod
    def of_split(cls, dataset: Dataset, split: str, *, negatives: Negatives, seed: int) -> "_Pool":
        """Group the distinct items of the split's outfits, in the order of the item table."""
        outfits = dataset.outfit_rows(split)
        if not outfits:
            raise SchemaError(
                expected=f"outfits in split {split!r}", got="none", file=dataset.folder
            )
        if negatives == "random":
            group_of = [""] * dataset.items.height
        else:
            group_of = dataset.items["category"].to_list()
        members: dict[str, list[int]] = {}
        for row in np.unique(np.concatenate(outfits)).tolist():
            members.setdefault(group_of[row], []).append(row)
        return cls(
            item_ids=dataset.items["item_id"],
            group_of=group_of,
            members={group: np.array(rows) for group, rows in members.items()},
            generator=np.random.default_rng(seed),
        )

    def draw(
        self, item: np.int64, excluded: Int64[np.ndarray, " excluded"], number: int
    ) -> Int64[np.ndarray, " drawn"] | str:
        """Distinct stand-ins for `item`, in random order, none excluded; or why there are none."""
        if len(np.unique(excluded)) < len(excluded):
            return REPEATED_ITEM
        group = self.group_of[item]
        if group == UNKNOWN_CATEGORY:
            return NO_CATEGORY
        members = self.members[group]
        size = min(len(members), number + len(excluded))
        drawn = members[self.generator.choice(len(members), size, replace=False)]
        kept = drawn[~np.isin(drawn, excluded)][:number]
        return kept if len(kept) == number else TOO_FEW_DISTRACTORS

    def replace(self, outfit: Int64[np.ndarray, " items"]) -> Int64[np.ndarray, " items"] | str:
        """Return the outfit with every item replaced by another, all distinct; or why it fails."""
        excluded = outfit
        for item in outfit:
            drawn = self.draw(item, excluded, 1)
            if isinstance(drawn, str):
                return drawn
            excluded = np.append(excluded, drawn)
        return excluded[len(outfit) :]

    def ids(self, rows: Int64[np.ndarray, " rows"]) -> tuple[str, ...]:
        """Identifiers of the rows."""
        return tuple(self.item_ids.gather(rows.tolist()).to_list())
