from pathlib import Path

import numpy as np
import pytest

from data.dataset import Dataset
from engine.bundled_scorer import bundled_retriever
from engine.model_retriever import ModelRetriever
from engine.recommender import Recommender
from engine.requests import Slot
from engine.retriever import RetrievalQuery, Retriever


@pytest.fixture(scope="module")
def dataset(tiny_shop: Path) -> Dataset:
    return Dataset.load(tiny_shop)


@pytest.fixture(scope="module")
def retriever(tiny_bundle: Path, dataset: Dataset) -> ModelRetriever:
    return bundled_retriever(tiny_bundle, dataset)


@pytest.mark.parametrize("text", [None, "Navy striped shirt"])
@pytest.mark.parametrize("name", ["shoes", "tops"])
def test_it_ranks_the_catalogue_as_the_service_does(
    name: str,
    text: str | None,
    retriever: ModelRetriever,
    dataset: Dataset,
    tiny_recommender: Recommender,
) -> None:
    context = dataset.outfit_rows("test")[0]
    ids = dataset.items["item_id"].to_list()
    rows = np.flatnonzero((dataset.items["slot"] == name).to_numpy())
    rows = rows[~np.isin(rows, context)]
    query = RetrievalQuery(context=tuple(context.tolist()), category=name, text=text)
    found = retriever.similarities([query], rows)[0]
    served = tiny_recommender.complements(
        [ids[row] for row in context], Slot(category=name, text=text), k=len(rows)
    )
    similarity = dict(zip([ids[row] for row in rows], found, strict=True))
    assert {each.item_id for each in served} == set(similarity)
    for each in served:
        assert each.similarity == pytest.approx(similarity[each.item_id], abs=2e-6)


def test_the_text_and_the_context_change_the_ranking(
    retriever: ModelRetriever, dataset: Dataset
) -> None:
    first, second = (tuple(rows.tolist()) for rows in dataset.outfit_rows("test")[:2])
    queries = [
        RetrievalQuery(context=first, category="shoes"),
        RetrievalQuery(context=second, category="shoes"),
        RetrievalQuery(context=first, category="shoes", text="Suede boots"),
    ]
    found = retriever.similarities(queries, np.arange(50))
    assert not np.allclose(found[0], found[1])
    assert not np.allclose(found[0], found[2])


def test_a_batch_answers_as_its_queries_alone(retriever: ModelRetriever, dataset: Dataset) -> None:
    queries = [
        RetrievalQuery(context=tuple(rows.tolist()), category="shoes")
        for rows in dataset.outfit_rows("test")[:7]
    ]
    together = retriever.similarities(queries, np.arange(50))
    alone = [retriever.similarities([query], np.arange(50))[0] for query in queries]
    assert np.allclose(together, alone, atol=1e-5)


def test_a_wish_for_nothing_is_answered(retriever: ModelRetriever) -> None:
    found = retriever.similarities([RetrievalQuery(context=(0, 1))], np.arange(9))
    assert np.isfinite(found).all()
    assert isinstance(retriever, Retriever)
