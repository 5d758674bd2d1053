"""What an update costs that is put in force over a large catalogue.

250,000 items of 128 numbers in 50 categories; nothing of it depends on a model, so none is loaded.
Run alone: `python -m benchmarks updates`.
"""

import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import torch

from benchmarks.row import Row
from engine.catalogue import Catalogue
from engine.index import PartitionedIndex
from engine.item_facts import ItemFacts
from engine.items import ItemTokens
from engine.live_catalogue import LiveCatalogue
from engine.requests import ItemContent
from engine.updates import ItemChange, ItemDeletion, ItemUpdate, NewItem

NUM_ITEMS, DIM, NUM_CATEGORIES = 250_000, 128, 50
NUM_UPDATES = 1_000
BAR = 1_000.0  # updates a second
VECTORS = np.random.default_rng(0).normal(size=(NUM_UPDATES, DIM)).astype(np.float32)


def rows() -> Iterator[Row]:
    """Updates a second of each kind, beside copies of the vectors."""
    live = LiveCatalogue.of(large_catalogue())
    copies = 1 / median_s(lambda _: live.base.bundle.vectors.copy(), 5)
    for name, make in KINDS.items():
        yield _row(f"update: {name}", live, make, copies)
    everything = [ItemChange(item_id=f"i{row}", price=1.0) for row in range(NUM_ITEMS)]
    live = live.at(live.records.after(everything))
    yield _row("update: price, all changed", live, KINDS["price"], copies)


def median_s(work: Callable[[int], object], count: int) -> float:
    """Processor time of one piece of work in this thread; the machine may be shared."""
    seconds = []
    for number in range(count):
        start = time.thread_time()
        work(number)
        seconds.append(time.thread_time() - start)
    return float(np.median(seconds))


def large_catalogue() -> Catalogue:
    """Random items; of the bundle only what updates read."""
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(NUM_ITEMS, DIM)).astype(np.float32)
    names = [f"c{number:02d}" for number in np.sort(rng.integers(NUM_CATEGORIES, size=NUM_ITEMS))]
    items = pl.DataFrame(
        {
            "item_id": [f"i{row}" for row in range(NUM_ITEMS)],
            "price": rng.uniform(0, 100, NUM_ITEMS),
            "availability": ["in_stock"] * NUM_ITEMS,
        }
    )
    numbers = torch.zeros(NUM_ITEMS, dtype=torch.int64)
    bundle: Any = SimpleNamespace(
        items=items,
        vectors=vectors,
        manifest={"bundle_id": "b"},
        preparation=SimpleNamespace(numbers=lambda names, _: (numbers[: len(names)],) * 2),
    )
    unused: Any = None
    ids = items["item_id"].to_list()
    return Catalogue(
        bundle=bundle,
        ids=ids,
        row_of={item_id: row for row, item_id in enumerate(ids)},
        tokens=ItemTokens(category=numbers, slot=numbers, vectors=torch.from_numpy(vectors)),
        index=PartitionedIndex.build(vectors, names, [None] * NUM_ITEMS),
        facts=ItemFacts.of(items),
        inline=unused,
        lacking=unused,
    )


def _row(name: str, live: LiveCatalogue, make: Callable[[int], ItemUpdate], copies: float) -> Row:
    state = [live]

    def update(number: int) -> None:
        state[0] = state[0].at(state[0].records.after([make(number)]))

    value = 1 / median_s(update, NUM_UPDATES)
    reference = "a copy of the vectors"
    return Row(
        name=name, value=value, unit="updates/s", ratio=value / copies, reference=reference, bar=BAR
    )


def _new(number: int) -> NewItem:
    content = ItemContent(category=f"c{number % NUM_CATEGORIES:02d}")
    return NewItem(
        item_id=f"n{number}", content=content, embedding=VECTORS[number], bundle_id="b", price=5.0
    )


KINDS: dict[str, Callable[[int], ItemUpdate]] = {
    "price": lambda number: ItemChange(item_id=f"i{number * 241}", price=float(number)),
    "deletion": lambda number: ItemDeletion(item_id=f"i{number * 239}"),
    "new item": _new,
}
