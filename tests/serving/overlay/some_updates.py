"""Updates to write, and what a state comes to in plain words."""

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from data.tables import AVAILABILITY
from engine.requests import ItemContent
from engine.updates import ItemChange, ItemDeletion, ItemUpdate, NewItem
from serving.overlay.state import Entry, Mark, OverlayState
from serving.overlay.update_codec import encode_state


def change(item_id: str, price: float) -> ItemChange:
    return ItemChange(item_id=item_id, price=float(price))


def new_item(item_id: str, *, price: float | None = None, title: str = "silk dress") -> NewItem:
    return NewItem(
        item_id=item_id,
        content=ItemContent(
            category="dresses",
            title=title,
            attributes={"colour": "red"},
            vectors={"look": np.arange(3, dtype=np.float32)},
        ),
        embedding=np.array([0.25, -1.5, 3.0], np.float32),
        bundle_id="b1",
        encoders={"look": "precomputed"},
        price=None if price is None else float(price),
    )


def foreign(version: int) -> Mark:
    """A mark that no log has drawn."""
    return Mark(version=version, token="foreign")  # noqa: S106 - not a password


def history(batches: Sequence[Sequence[ItemUpdate]]) -> list[Entry]:
    """Entries of a log that was begun with nothing."""
    tokens = ["", *(f"t{number}" for number in range(1, len(batches) + 1))]
    return [
        Entry(previous=previous, mark=Mark(version=number, token=token), updates=tuple(batch))
        for number, (previous, token, batch) in enumerate(
            zip(tokens, tokens[1:], batches, strict=False), start=1
        )
    ]


def same(one: OverlayState, other: OverlayState) -> bool:
    return list(encode_state(one)) == list(encode_state(other))


def prices(state: OverlayState) -> dict[str, float | None]:
    """Of the items that are there."""
    return {
        record.item_id: record.price
        for record in state.records
        if not isinstance(record, ItemDeletion)
    }


IDS = st.sampled_from(["a", "b", "c", "ü", "d e"])
PRICES = st.none() | st.floats(0, 1e6)
STATES = st.none() | st.sampled_from(AVAILABILITY)
VECTORS = st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=3).map(
    lambda numbers: np.array(numbers, np.float32)
)
CONTENTS = st.builds(
    ItemContent,
    category=st.none() | st.text(max_size=5),
    title=st.none() | st.text(max_size=5),
    description=st.none() | st.text(max_size=5),
    attributes=st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
    vectors=st.dictionaries(st.text(max_size=3), VECTORS, max_size=2),
)
UPDATES: st.SearchStrategy[ItemUpdate] = st.one_of(
    st.builds(ItemChange, item_id=IDS, price=PRICES, availability=STATES),
    st.builds(ItemDeletion, item_id=IDS),
    st.builds(
        NewItem,
        item_id=IDS,
        content=CONTENTS,
        embedding=VECTORS,
        bundle_id=st.text(max_size=3),
        encoders=st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
        price=PRICES,
        availability=STATES,
    ),
)
BATCHES = st.lists(st.lists(UPDATES, max_size=4), max_size=12)
