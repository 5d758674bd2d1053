"""What filters read of the items of a bundle: price, stock, and whether they are still there."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl
from jaxtyping import Bool, Float64, Int64

from engine.index import range_of
from engine.requests import Filters

MAX_CHANGED: Final = 4096
IN_STOCK: Final = "in_stock"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Facts:
    """Of some rows, side by side.

    Args:
        price: NaN where unknown.
        in_stock: false where unknown.
        present: the row may answer.
    """

    price: Float64[np.ndarray, " rows"]
    in_stock: Bool[np.ndarray, " rows"]
    present: Bool[np.ndarray, " rows"]

    @classmethod
    def of(cls, items: pl.DataFrame) -> "Facts":
        """Those of an item table."""
        return cls(
            price=items["price"].cast(pl.Float64).fill_null(np.nan).to_numpy(),
            in_stock=(items["availability"] == IN_STOCK).fill_null(value=False).to_numpy(),
            present=np.ones(items.height, np.bool_),
        )

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.price)

    def take(self, rows: Int64[np.ndarray, " taken"] | slice) -> "Facts":
        """Those of the rows; a slice copies nothing."""
        return Facts(
            price=self.price[rows], in_stock=self.in_stock[rows], present=self.present[rows]
        )

    def put(self, rows: Int64[np.ndarray, " put"], facts: "Facts") -> "Facts":
        """A copy with other facts at the rows."""
        new = Facts(
            price=self.price.copy(), in_stock=self.in_stock.copy(), present=self.present.copy()
        )
        new.price[rows], new.in_stock[rows] = facts.price, facts.in_stock
        new.present[rows] = facts.present
        return new

    def join(self, other: "Facts") -> "Facts":
        """These rows, then the others."""
        return Facts(
            price=np.concatenate([self.price, other.price]),
            in_stock=np.concatenate([self.in_stock, other.in_stock]),
            present=np.concatenate([self.present, other.present]),
        )

    def passing(self, filters: Filters) -> Bool[np.ndarray, " rows"]:
        """Rows that are there and satisfy the limits; an unknown price satisfies none."""
        passed: np.ndarray = self.present
        if filters.min_price is not None:
            passed = passed & (self.price >= filters.min_price)
        if filters.max_price is not None:
            passed = passed & (self.price <= filters.max_price)
        return passed & self.in_stock if filters.in_stock_only else passed


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ItemFacts:
    """The facts of every row, a few of them changed; a change copies none of the many.

    Args:
        settled: of every row.
        rows: that changed since, ascending.
        changed: their facts.
        all_there: every row of the settled ones is present.
    """

    settled: Facts
    rows: Int64[np.ndarray, " changed"]
    changed: Facts
    all_there: bool = True

    @classmethod
    def of(cls, items: pl.DataFrame) -> "ItemFacts":
        """Those of an item table."""
        settled = Facts.of(items)
        none = np.zeros(0, np.int64)
        return cls(settled=settled, rows=none, changed=settled.take(none))

    def at(self, rows: Int64[np.ndarray, " rows"]) -> Facts:
        """Those of ascending rows, as they are now."""
        there = self.settled.take(range_of(rows))
        if not len(self.rows):
            return there
        places = np.searchsorted(rows, self.rows)
        inside = places < len(rows)
        inside[inside] = rows[places[inside]] == self.rows[inside]
        if not inside.any():
            return there
        return there.put(places[inside], self.changed.take(np.flatnonzero(inside)))

    def passing(
        self, rows: Int64[np.ndarray, " rows"], filters: Filters
    ) -> Bool[np.ndarray, " rows"] | None:
        """Which of ascending rows are there and satisfy the limits; None where all surely do."""
        untouched = self.all_there and not self._changed_among(rows)
        return None if untouched and not filters.limits else self.at(rows).passing(filters)

    def _changed_among(self, rows: Int64[np.ndarray, " rows"]) -> bool:
        """Whether a row from the first to the last of them has changed."""
        if not len(rows):
            return False
        first, last = np.searchsorted(self.rows, [rows[0], rows[-1] + 1]).tolist()
        return bool(first < last)

    def put(self, rows: Int64[np.ndarray, " put"], facts: Facts) -> "ItemFacts":
        """The facts after a change of some rows, each named once."""
        stay = np.flatnonzero(~np.isin(self.rows, rows))
        together = np.concatenate([self.rows[stay], rows])
        order = np.argsort(together)
        changed = self.changed.take(stay).join(facts).take(order)
        if len(order) <= MAX_CHANGED:
            return replace(self, rows=together[order], changed=changed)
        settled = self.settled.put(together[order], changed)
        none = np.zeros(0, np.int64)
        all_there = bool(settled.present.all())
        return ItemFacts(
            settled=settled, rows=none, changed=settled.take(none), all_there=all_there
        )
