import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine.placing
from engine.placing import place
from engine.retriever import RetrievalQuery
from tests.engine.searchers import First, Near, pools_of, question

NAMES = ["boots"] * 20 + ["hats"] * 20


def queries(questions: list) -> list[RetrievalQuery]:
    return [RetrievalQuery(context=each.context) for each in questions]


@st.composite
def asked(draw: st.DrawFn):
    """Rows of two pools, and contexts with the target of each, which is none of them."""
    boots = draw(st.lists(st.integers(0, 19), min_size=1, unique=True))
    hats = draw(st.lists(st.integers(20, 39), min_size=1, unique=True))
    rows = st.lists(st.integers(0, 39), min_size=2, max_size=5, unique=True)
    outfits = draw(st.lists(rows, min_size=1, max_size=8))
    return {"boots": boots, "hats": hats}, [(outfit[1:], outfit[0]) for outfit in outfits]


@given(asked(), st.sampled_from([1, 50, 10_000]))
def test_a_target_is_placed_as_a_loop_places_it(drawn, chunk: int) -> None:
    pools = pools_of(drawn[0], NAMES)
    questions = [question(context, target) for context, target in drawn[1]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine.placing, "CHUNK", chunk)
        placed = place(Near(), queries(questions), questions, pools)
    for number, each in enumerate(questions):
        pool = pools.rows[NAMES[each.target]].tolist()
        if each.target not in pool:
            pool[-1] = each.target
        score = {row: -round(abs(row - np.mean(each.context))) for row in pool}
        rivals = [row for row in pool if row != each.target and row not in each.context]
        own = score[each.target]
        assert placed.above[number] == sum(score[row] > own for row in rivals)
        assert placed.tied[number] == sum(score[row] == own for row in rivals)


def test_items_of_the_context_never_answer() -> None:
    pools = pools_of({"boots": [0, 1, 2, 3]}, ["boots"] * 4)
    asked = [question([1, 2], 0)]
    placed = place(Near(), queries(asked), asked, pools)
    assert (placed.above[0], placed.tied[0]) == (0, 1)  # row 3 alone is a rival, as near as 0


def test_an_order_of_the_pool_tells_nothing() -> None:
    rows = list(range(200))
    pools = pools_of({"boots": rows}, ["boots"] * 400)
    asked = [question([300], target) for target in (*range(50), *range(310, 330))]
    ranks = place(First(), queries(asked), asked, pools).ranks()
    assert 80 < ranks[:50].mean() < 120
    assert 60 < ranks[50:].mean() < 140


@pytest.mark.parametrize("answer", [np.zeros((1, 3)), np.full((1, 4), np.nan)])
def test_a_retriever_that_answers_wrongly_is_named(answer: np.ndarray) -> None:
    class Wrong:
        name = "wrong"

        def similarities(self, _queries, _rows) -> np.ndarray:
            return answer

    pools = pools_of({"boots": [0, 1, 2, 3]}, ["boots"] * 5)
    asked = [question([4], 0)]
    with pytest.raises(ValueError, match="a similarity for every item from wrong"):
        place(Wrong(), queries(asked), asked, pools)
