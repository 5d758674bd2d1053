"""The items of a whole catalogue, their content prepared a chunk at a time into a mapped file."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl

from data.features import Feature
from engine.items import ItemFeatures
from engine.mapped import mapped_rows
from engine.preparation import Preparation, log_prices

CHUNK = 8192
"""Items whose content is in memory at once."""


def prepare_items(
    preparation: Preparation,
    items: pl.DataFrame,
    features: Mapping[str, Feature],
    scratch: Path | None = None,
) -> ItemFeatures:
    """What `Preparation.apply` gives, but the content stays on the disk.

    Args:
        preparation: fitted.
        items: the item table, of one item or more.
        features: of the store, by name.
        scratch: the folder for the content; None for the system's temporary one.

    Raises:
        BundleError: the vectors of a feature have another length than those it was fitted on.
    """
    category, slot = preparation.numbers(items["category"].to_list(), items["slot"].to_list())
    parts = (slice(start, start + CHUNK) for start in range(0, items.height, CHUNK))
    chunks = (preparation.content(items[part], _of(features, part)) for part in parts)
    return ItemFeatures(
        category=category,
        slot=slot,
        content=mapped_rows(chunks, scratch),
        log_price=log_prices(items),
    )


def _of(features: Mapping[str, Feature], part: slice) -> dict[str, Feature]:
    return {
        name: replace(each, vectors=each.vectors[part], present=each.present[part])
        for name, each in features.items()
    }
