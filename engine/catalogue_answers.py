"""What the catalogue knows of its items, and the updates that upserts come to."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from data.errors import DuplicateError, UnknownItemError
from engine.arrivals import Arrival, encode_arrivals
from engine.live_catalogue import LiveCatalogue
from engine.questions import CategoriesQuestion, ItemsQuestion, UpsertQuestion
from engine.requests import CatalogueItem, CategoryCount, ItemContent, Upsert
from engine.updates import ItemChange, ItemUpdate


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CatalogueAnswers:
    """Answers from a catalogue as it is now."""

    catalogue: LiveCatalogue

    def items(self, question: ItemsQuestion) -> list[CatalogueItem]:
        """Those that the catalogue holds, in the order of the question."""
        found = ((name, self.catalogue.item(name)) for name in question.item_ids)
        return [
            _item(item, updated=self.catalogue.records.get(name) is not None)
            for name, item in found
            if item is not None
        ]

    def categories(self, question: CategoriesQuestion) -> list[CategoryCount]:  # noqa: ARG002 - it asks for all
        """Those of the items that are there, sorted by name."""
        items, index = self.catalogue.base.bundle.items, self.catalogue.index
        present = index.facts.at(np.arange(items.height)).present
        counted = (
            items.filter(pl.Series(present))
            .group_by("category")
            .agg(pl.len(), pl.col("slot").drop_nulls().mode().sort().first())
        )
        counts = Counter(dict(zip(counted["category"], counted["len"], strict=True)))
        slots = dict(zip(counted["category"], counted["slot"], strict=True))
        for item_id in index.new.row_of:
            item = self.catalogue.item(item_id) or {}
            counts[item["category"]] += 1
            slots.setdefault(item["category"], item["slot"])
        return [
            CategoryCount(category=name, slot=slots[name], num_items=count)
            for name, count in sorted(counts.items())
        ]

    def updates(self, question: UpsertQuestion) -> list[ItemUpdate]:
        """An update for each upsert, contents encoded.

        Raises:
            UnknownItemError: one without content is not of the catalogue.
            DuplicateError: an item stands twice.
            InputError: a content is wrong.
        """
        self._check(question.upserts)
        described = [n for n, each in enumerate(question.upserts) if each.content is not None]
        arrivals = [_arrival(question.upserts[number]) for number in described]
        fields = [f"items[{number}].content" for number in described]
        encoded = iter(encode_arrivals(self.catalogue.base, arrivals, fields) if arrivals else ())
        return [
            _change(each) if each.content is None else next(encoded) for each in question.upserts
        ]

    def _check(self, upserts: Sequence[Upsert]) -> None:
        seen: set[str] = set()
        for number, each in enumerate(upserts):
            field = f"items[{number}].item_id"
            if each.item_id in seen:
                raise DuplicateError(
                    expected="each item once", got=f"{each.item_id!r} again", field=field
                )
            seen.add(each.item_id)
            if each.content is None and not self.catalogue.holds(each.item_id):
                raise UnknownItemError(
                    expected="an item of the catalogue, or content",
                    got=repr(each.item_id),
                    field=field,
                )


def _item(row: Mapping[str, Any], *, updated: bool) -> CatalogueItem:
    """An item from its row."""
    return CatalogueItem(
        item_id=row["item_id"],
        group_id=row["group_id"],
        title=row["title"],
        description=row["description"],
        category=row["category"],
        slot=row["slot"],
        attributes={each["name"]: each["value"] for each in row["attributes"] or ()},
        price=row["price"],
        currency=row["currency"],
        availability=row["availability"],
        popularity=row["popularity"],
        updated=updated,
    )


def _arrival(upsert: Upsert) -> Arrival:
    return Arrival(
        item_id=upsert.item_id,
        content=upsert.content or ItemContent(),
        price=upsert.price,
        availability=upsert.availability,
    )


def _change(upsert: Upsert) -> ItemChange:
    return ItemChange(item_id=upsert.item_id, price=upsert.price, availability=upsert.availability)
