"""All controls, in the order in which reports print them."""

from collections.abc import Sequence

import polars as pl

from data.features import Feature
from engine.controls.category_pmi import CategoryPmi
from engine.controls.constant import Constant
from engine.controls.identifier_order import IdentifierOrder
from engine.controls.popularity import Popularity
from engine.controls.presence import Presence
from engine.controls.price_ratio import PriceRatio
from engine.controls.random import Random
from engine.controls.raw_cosine import RawCosine
from engine.retriever import Retriever
from engine.scorer import Scorer
from engine.training_counts import TrainingCounts


def control_suite(
    counts: TrainingCounts, items: pl.DataFrame, features: Sequence[Feature], *, seed: int
) -> list[Scorer]:
    """Every control, fitted to the catalogue of the questions.

    Args:
        counts: of the training outfits.
        items: the catalogue whose rows the questions name.
        features: the frozen features of its rows; none makes the raw cosine a constant.
        seed: of the random control.
    """
    return [
        Constant(),
        Random(seed=seed),
        CategoryPmi.of(counts, items),
        Popularity.of(counts, items),
        RawCosine(features=tuple(features)),
        PriceRatio.of(items),
        IdentifierOrder(),
    ]


def retrieval_control_suite(
    counts: TrainingCounts, items: pl.DataFrame, features: Sequence[Feature], *, seed: int
) -> list[Retriever]:
    """Every control that can search a pool, and the presence control, fitted alike."""
    suite = control_suite(counts, items, features, seed=seed)
    found = [control for control in suite if isinstance(control, Retriever)]
    return [*found, Presence.of(items, features)]
