"""The keys by which question files name items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from data.dataset import Dataset
from data.errors import UnknownItemError


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionKeys:
    """Turns the keys of one question file into rows: an item_id, else `<outfit_id>_<position>`."""

    dataset: Dataset
    file: Path
    _place_rows: dict[str, int] = field(default_factory=dict, repr=False, init=False)

    def rows(self, keys: Sequence[str], row: int, field_name: str) -> tuple[int, ...]:
        """Rows of `keys`, which stand in `row` and `field_name` of the file.

        Raises:
            UnknownItemError: a key names nothing.
        """
        item_rows = self.dataset.row_of()
        found = []
        for position, key in enumerate(keys):
            at = item_rows.get(key)
            at = self._places().get(key) if at is None else at
            if at is None:
                raise UnknownItemError(
                    expected="an item_id or <outfit_id>_<position> of the dataset",
                    got=repr(key),
                    file=self.file,
                    row=row,
                    field=f"{field_name}[{position}]",
                )
            found.append(at)
        return tuple(found)

    def _places(self) -> Mapping[str, int]:
        """The row of every `<outfit_id>_<position>`; built once, when first needed."""
        if not self._place_rows:
            outfits = self.dataset.outfits
            keys = outfits.select(pl.format("{}_{}", "outfit_id", "position")).to_series()
            rows = self.dataset.rows(outfits["item_id"].to_list())
            self._place_rows.update(zip(keys.to_list(), rows.tolist(), strict=True))
        return self._place_rows
