"""Controls search a pool as they choose among candidates."""

import numpy as np
import pytest

from data.dataset import Dataset
from data.features import Feature
from data.questions import FitbQuestion
from engine.controls.random import Random
from engine.controls.suite import control_suite, retrieval_control_suite
from engine.retriever import RetrievalQuery
from engine.training_counts import TrainingCounts

CONTEXTS = [[0, 1, 2], [5], [7, 3, 7, 11]]
ROWS = np.array([9, 4, 6, 8, 10, 1])


@pytest.fixture
def dataset(make_dataset) -> Dataset:
    prices = [None, 12.5, 80.0, 7.0, 19.0, 250.0] * 2
    return make_dataset(["a", "b", "c"] * 4, [[0, 1, 2], [3, 4, 5], [0, 4], [6, 1, 1]], prices)


def features() -> list[Feature]:
    """Two modalities that lack different items, the second with a vector of zeros."""
    generator = np.random.default_rng(0)
    made = []
    for name, absent in (("look", 5), ("text", 6)):
        vectors = generator.normal(size=(12, 3)).astype(np.float32)
        vectors[absent] = 0
        present = np.arange(12) != absent
        made.append(
            Feature(name=name, modality="vector", encoder="e", vectors=vectors, present=present)
        )
    made[1].vectors[4] = 0
    return made


@pytest.mark.parametrize(
    "name", ["constant", "category_pmi", "popularity", "raw_cosine", "price_ratio"]
)
@pytest.mark.parametrize("num_features", [0, 2])
def test_a_control_searches_as_it_chooses(name: str, num_features: int, dataset: Dataset) -> None:
    counts = TrainingCounts.count(dataset)
    suite = control_suite(counts, dataset.items, features()[:num_features], seed=0)
    control = next(each for each in suite if each.name == name)
    questions = [
        FitbQuestion(
            context=tuple(context),
            candidates=tuple(ROWS.tolist()),
            answer=0,
            context_ids=(),
            candidate_ids=(),
        )
        for context in CONTEXTS
    ]
    queries = [RetrievalQuery(context=tuple(context)) for context in CONTEXTS]
    wanted = np.stack(control.score_candidates(questions))
    assert np.allclose(control.similarities(queries, ROWS), wanted, atol=2e-9)


def test_every_control_but_the_identifiers_can_search(dataset: Dataset) -> None:
    suite = retrieval_control_suite(
        TrainingCounts.count(dataset), dataset.items, features(), seed=0
    )
    assert [control.name for control in suite] == [
        "constant",
        "random",
        "category_pmi",
        "popularity",
        "raw_cosine",
        "price_ratio",
        "presence",
    ]


def test_random_similarities_differ_by_context_and_seed_alone() -> None:
    one, other = RetrievalQuery(context=(1, 2)), RetrievalQuery(context=(2, 3))
    both = Random(seed=0).similarities([one, other], ROWS)
    assert not np.array_equal(both[0], both[1])
    assert np.array_equal(Random(seed=0).similarities([other], ROWS)[0], both[1])
    assert not np.array_equal(Random(seed=1).similarities([other], ROWS)[0], both[1])
