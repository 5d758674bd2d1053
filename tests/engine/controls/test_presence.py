import numpy as np
import polars as pl

from data.features import Feature
from data.tables import ITEM_SCHEMA, empty_columns
from engine.controls.presence import Presence
from engine.retriever import RetrievalQuery


def test_an_item_is_the_higher_the_more_is_known_of_it() -> None:
    items = empty_columns(
        pl.DataFrame(
            {
                "item_id": ["a", "b", "c", "d"],
                "title": ["boots", None, "hat", None],
                "attributes": [[{"name": "colour", "value": "red"}], [], None, None],
            }
        ),
        ITEM_SCHEMA,
    )
    look = Feature(
        name="look",
        modality="vector",
        encoder="precomputed",
        vectors=np.ones((4, 2), np.float32),
        present=np.array([True, True, False, False]),
    )
    queries = [RetrievalQuery(context=(0,)), RetrievalQuery(context=(1,))]
    rows = np.array([3, 2, 1, 0])
    found = Presence.of(items, [look]).similarities(queries, rows)
    assert found.tolist() == [[0, 1, 1, 3], [0, 1, 1, 3]]
