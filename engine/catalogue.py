"""The catalogue of a bundle: its items as they were when it was written."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from engine.bundle import Bundle
from engine.index import PartitionedIndex
from engine.inline_items import InlineItems
from engine.item_facts import ItemFacts
from engine.items import ItemTokens
from engine.lacking import Lacking
from engine.preparation import log_prices


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Catalogue:
    """What does not change while a bundle is loaded; `LiveCatalogue` says what became of it.

    Args:
        bundle: whose items these are.
        ids: of every row.
        row_of: row of every item id.
        tokens: of every item; their vectors are mapped.
        index: over the same vectors.
        facts: prices and stock.
        inline: encodes items that the catalogue does not hold.
        lacking: what items lack.
        wishes: tokens of slots without a text, by category, once they were asked for.
    """

    bundle: Bundle
    ids: list[str]
    row_of: dict[str, int]
    tokens: ItemTokens
    index: PartitionedIndex
    facts: ItemFacts
    inline: InlineItems
    lacking: Lacking
    wishes: dict[str, ItemTokens] = field(default_factory=dict)

    @classmethod
    def of(cls, bundle: Bundle) -> "Catalogue":
        """The catalogue of a loaded bundle."""
        items, preparation = bundle.items, bundle.preparation
        categories, slots = _names(items["category"]), _names(items["slot"])
        category, slot = preparation.numbers(categories, slots)
        ids = items["item_id"].to_list()
        tokens = ItemTokens(
            category=category,
            slot=slot,
            vectors=bundle.mapped_vectors(),
            log_price=log_prices(items),
        )
        return cls(
            bundle=bundle,
            ids=ids,
            row_of={item_id: row for row, item_id in enumerate(ids)},
            tokens=tokens,
            index=PartitionedIndex.build(
                np.asarray(bundle.vectors), categories, slots, bundle.coarse
            ),
            facts=ItemFacts.of(items),
            inline=InlineItems(preparation=preparation, categories=frozenset(categories)),
            lacking=Lacking(tokens, preparation.widths),
        )


def _names(column: pl.Series) -> list[Any]:
    """A column of few names, equal ones as one object: each of its own would take 60 bytes."""
    known = {name: name for name in column.unique()}
    return [known[name] for name in column]
