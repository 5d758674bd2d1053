"""What a reader made of its files: two tables and a report, ready to be written."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from data.atomic import atomic_folder
from data.dataset import in_order, write_dataset
from data.slots import slot_of
from data.tables import ITEM_SCHEMA, UNKNOWN_CATEGORY, empty_columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """Items and outfits that follow their schemas, and the report on what became of the input."""

    items: pl.DataFrame
    outfits: pl.DataFrame
    report: Mapping[str, object]


def imported(
    items: pl.DataFrame,
    outfits: pl.DataFrame,
    *,
    source: str,
    files: Sequence[Path],
    notes: Mapping[str, object],
) -> Imported:
    """Complete the tables and count what stands in them.

    Args:
        items: columns of `ITEM_SCHEMA`; missing ones become nulls, a missing category `unknown`,
            a missing slot the one of the category's name.
        outfits: a table that follows `OUTFIT_SCHEMA`.
        source: the format that was read.
        files: the files that were read.
        notes: further entries of the report, such as what was dropped and why.
    """
    whole = completed(items)
    ordered = in_order(outfits)
    report = {
        "source": source,
        "files": [str(file) for file in files],
        "items": whole.height,
        "outfits": _outfits_per_split(ordered),
        "items_without": {
            "category": int((whole["category"] == UNKNOWN_CATEGORY).sum()),
            **{
                name: whole[name].null_count()
                for name in ("slot", "title", "price", "image", "popularity")
            },
            "attributes": int((whole["attributes"].list.len() == 0).sum()),
        },
        "items_per_slot": counts(whole["slot"]),
        "categories_without_slot": counts(
            whole.filter(pl.col("slot").is_null())["category"], known={UNKNOWN_CATEGORY}
        ),
        **notes,
    }
    return Imported(items=whole, outfits=ordered, report=report)


def write_imported(out: Path, result: Imported, *, replace: bool = False) -> None:
    """Write the dataset folder `out`, whole or not at all.

    Raises:
        InputError: `out` holds something already and `replace` is false.
    """
    with atomic_folder(out, replace=replace) as folder:
        write_dataset(folder, result.items, result.outfits, result.report)


def completed(items: pl.DataFrame) -> pl.DataFrame:
    """Every column of `ITEM_SCHEMA`; an absent category is `unknown`, an absent slot its slot."""
    whole = empty_columns(items, ITEM_SCHEMA).with_columns(
        pl.col("category").fill_null(UNKNOWN_CATEGORY),
        pl.col("attributes").fill_null(pl.lit([], ITEM_SCHEMA["attributes"])),
    )
    names = whole["category"].unique().to_list()
    slots = [slot_of(name) for name in names]
    named = pl.col("category").replace_strict(names, slots, return_dtype=pl.String())
    return whole.with_columns(pl.col("slot").fill_null(named))


def _outfits_per_split(outfits: pl.DataFrame) -> dict[str, int]:
    table = outfits.group_by("split", maintain_order=True).agg(pl.col("outfit_id").n_unique())
    return dict(table.iter_rows())


def counts(values: pl.Series, *, known: Container[str] = ()) -> dict[str, int]:
    """How often each value that is not `known` stands, most often first."""
    table = values.drop_nulls().value_counts().sort("count", values.name, descending=[True, False])
    return {value: number for value, number in table.iter_rows() if value not in known}
