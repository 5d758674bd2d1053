"""Pools: the items among which a retrieval question's target is ranked."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
from jaxtyping import Int64

from data.dataset import Dataset
from data.retrieval_questions import RetrievalQuestion
from data.slots import SLOTS
from data.tables import SPLITS, UNKNOWN_CATEGORY

PoolRule: TypeAlias = Literal["fine", "coarse", "full"]
PUBLISHED_SIZE: Final = 3000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pools:
    """Rows that answer each category or slot, and which of them every item is looked for in.

    Args:
        rule: how the pools were drawn.
        size: of each pool, exactly for `fine`, at most for `coarse`; none for `full`.
        split: whose items came first; none for `full`, which takes all.
        seed: of the draws.
        rows: by the name of a category or slot.
        name_of: the category or slot of every item of the dataset.
        item_ids: of every item of the dataset.
    """

    rule: PoolRule
    size: int | None
    split: str | None
    seed: int
    rows: dict[str, Int64[np.ndarray, " _"]]
    name_of: list[str | None]
    item_ids: list[str]

    def reason(self, question: RetrievalQuestion) -> str | None:
        """Why a question has no pool, or none."""
        name = self.name_of[question.target]
        if name is None:
            return f"target of unknown {'category' if self.rule == 'fine' else 'slot'}"
        return None if name in self.rows else f"category of fewer than {self.size:,} items"

    def content(self) -> bytes:
        """The pool file: `{"pool": name, "items": [ids]}` a line, sorted by name."""
        lines = (
            {"pool": name, "items": [self.item_ids[row] for row in self.rows[name].tolist()]}
            for name in sorted(self.rows)
        )
        return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()

    def sha256(self) -> str:
        """Of the pool file."""
        return hashlib.sha256(self.content()).hexdigest()


def build_pools(
    dataset: Dataset, *, rule: PoolRule, split: str, size: int = PUBLISHED_SIZE, seed: int = 0
) -> Pools:
    """Pools of every category or slot.

    `fine`: as many items as `size` of a fine category, those of the evaluated split's outfits
    first, then those of the training outfits; a category with fewer has no pool. `coarse`: the
    same of the eleven slots, where fewer items make a smaller pool. `full`: the whole catalogue
    of the slot. A pool depends on no question.

    Args:
        dataset: the catalogue.
        rule: as above.
        split: the evaluated one.
        size: for `fine` and `coarse`.
        seed: of the draws.

    Source:
        `fine`: Lin et al. 2020 (CSA-Net), evaluation of retrieval.
    """
    names = dataset.items["category" if rule == "fine" else "slot"].to_list()
    name_of = [None if name == UNKNOWN_CATEGORY else name for name in names]
    if rule == "full":
        order = np.arange(len(name_of))
    else:
        order = _priority(dataset, split, np.random.default_rng(seed))
    rows: dict[str, list[int]] = {name: [] for name in SLOTS} if rule != "fine" else {}
    for row in order.tolist():
        if (name := name_of[row]) is not None:
            rows.setdefault(name, []).append(row)
    if rule == "fine":
        rows = {name: members for name, members in rows.items() if len(members) >= size}
    limit = None if rule == "full" else size
    return Pools(
        rule=rule,
        size=limit,
        split=None if rule == "full" else split,
        seed=seed,
        rows={
            name: np.array(members[:limit], np.int64) for name, members in rows.items() if members
        },
        name_of=name_of,
        item_ids=dataset.items["item_id"].to_list(),
    )


def evaluated_split(dataset: Dataset, questions: Sequence[RetrievalQuestion]) -> str:
    """The split whose outfits hold the most targets; test before valid before train."""
    targets = np.unique([question.target for question in questions])
    held = {
        split: np.isin(targets, np.concatenate(dataset.outfit_rows(split))).sum()
        for split in dataset.splits()
    }
    return max(reversed(SPLITS), key=lambda split: held.get(split, 0))


def _priority(
    dataset: Dataset, split: str, generator: np.random.Generator
) -> Int64[np.ndarray, " rows"]:
    """The items of the split, then those of training, each in random order, each item once."""
    parts = [
        generator.permutation(np.unique(np.concatenate(outfits)))
        for name in (split, "train")
        if (outfits := dataset.outfit_rows(name))
    ]
    rows = np.concatenate([np.zeros(0, np.int64), *parts])
    return rows[np.sort(np.unique(rows, return_index=True)[1])]
