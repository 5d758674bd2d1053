"""Negatives: which items may stand for another in a question, and how they are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np
import polars as pl
from jaxtyping import Float64, Int64

from data.dataset import Dataset
from data.errors import SchemaError
from data.features import Feature
from data.tables import UNKNOWN_CATEGORY

Negatives: TypeAlias = Literal[
    "random", "same-slot", "same-category", "popularity", "similarity-band"
]
TOO_FEW_DISTRACTORS = "too few distractors"
NO_CATEGORY = "unknown category"
NO_SLOT = "unknown slot"
NO_VECTOR = "no vector of the item"
REPEATED_ITEM = "outfit holds an item twice"
BAND: Final = (0.1, 0.4)
"""Shares of a category's items, most alike first, between which the similarity band lies."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Members:
    """Distinct rows that may be drawn; `shares` are their chances, all equal where there are none.

    Args:
        rows: ascending.
        shares: of the rows, adding up to one.
    """

    rows: Int64[np.ndarray, " members"]
    shares: Float64[np.ndarray, " members"] | None = None


@runtime_checkable
class Stock(Protocol):
    """What may stand for an item."""

    def members(self, item: int) -> Members | str:
        """The items that may stand for `item`, perhaps itself among them; or why none may."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NegativePool:
    """Draws what stands for an item, seeded."""

    item_ids: pl.Series
    stock: Stock
    generator: np.random.Generator

    @classmethod
    def of_split(
        cls,
        dataset: Dataset,
        split: str,
        *,
        negatives: Negatives,
        seed: int,
        feature: Feature | None = None,
    ) -> "NegativePool":
        """The pool of the distinct items of a split's outfits.

        Args:
            dataset: the imported tables.
            split: whose outfits hold the items.
            negatives: any of the items; those of the same slot or category; any, in proportion
                to how often they stand in outfits of the split; or those of the same category that
                are neither near-doubles of the item nor unlike it.
            seed: of every draw.
            feature: frozen vectors of the dataset's items, for the similarity band alone.

        Raises:
            SchemaError: the split holds no outfit.
            ValueError: a feature is given where it would change nothing, or lacks.
        """
        if (feature is not None) != (negatives == "similarity-band"):
            raise ValueError("expected a feature for the similarity band, and for it alone")
        outfits = dataset.outfit_rows(split)
        if not outfits:
            raise SchemaError(
                expected=f"outfits in split {split!r}", got="none", file=dataset.folder
            )
        return cls(
            item_ids=dataset.items["item_id"],
            stock=_stock(dataset.items, outfits, negatives, feature),
            generator=np.random.default_rng(seed),
        )

    def draw(
        self, item: np.int64, excluded: Int64[np.ndarray, " excluded"], number: int
    ) -> Int64[np.ndarray, " drawn"] | str:
        """Distinct stand-ins for `item`, in random order, none excluded; or why there are none."""
        if len(np.unique(excluded)) < len(excluded):
            return REPEATED_ITEM
        members = self.stock.members(int(item))
        if isinstance(members, str):
            return members
        size = min(len(members.rows), number + len(excluded))
        places = self.generator.choice(len(members.rows), size, replace=False, p=members.shares)
        drawn = members.rows[places]
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
        return tuple(self.item_ids[row] for row in rows.tolist())


def _stock(
    items: pl.DataFrame,
    outfits: Sequence[Int64[np.ndarray, " _"]],
    negatives: Negatives,
    feature: Feature | None,
) -> Stock:
    rows, counts = np.unique(np.concatenate(outfits), return_counts=True)
    if negatives == "popularity":
        return _Everything(everything=Members(rows=rows, shares=counts / counts.sum()))
    if negatives == "random":
        return _Everything(everything=Members(rows=rows))
    if negatives == "same-slot":
        return _Grouped.of(items["slot"].to_list(), rows, NO_SLOT)
    names = items["category"].replace(UNKNOWN_CATEGORY, None).to_list()
    grouped = _Grouped.of(names, rows, NO_CATEGORY)
    return grouped if feature is None else _Band(category=grouped, feature=feature)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Everything:
    """Any item may stand for any other."""

    everything: Members

    def members(self, item: int) -> Members | str:  # noqa: ARG002 - the same whatever the item
        return self.everything


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Grouped:
    """Items stand for others of their group; `unknown` says why one without a group has none."""

    group_of: list[str | None]
    by_group: dict[str | None, Members]
    unknown: str

    @classmethod
    def of(
        cls, group_of: list[str | None], rows: Int64[np.ndarray, " rows"], unknown: str
    ) -> "_Grouped":
        members: dict[str | None, list[int]] = {}
        for row in rows.tolist():
            members.setdefault(group_of[row], []).append(row)
        by_group = {group: Members(rows=np.array(each)) for group, each in members.items()}
        return cls(group_of=group_of, by_group=by_group, unknown=unknown)

    def members(self, item: int) -> Members | str:
        group = self.group_of[item]
        return self.unknown if group is None else self.by_group[group]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Band:
    """Items stand for others of their category whose cosine to them lies in a middle band."""

    category: _Grouped
    feature: Feature

    def members(self, item: int) -> Members | str:
        same = self.category.members(item)
        if isinstance(same, str):
            return same
        if not self.feature.present[item]:
            return NO_VECTOR
        others = same.rows[(same.rows != item) & self.feature.present[same.rows]]
        vectors = self.feature.vectors[others].astype(np.float64)
        norms = np.linalg.norm(vectors, axis=1)
        similarity = vectors @ self.feature.vectors[item] / np.maximum(norms, np.finfo(float).tiny)
        most_alike_first = others[np.argsort(-similarity, kind="stable")]
        low, high = (round(share * len(others)) for share in BAND)
        return Members(rows=np.sort(most_alike_first[low:high]))
