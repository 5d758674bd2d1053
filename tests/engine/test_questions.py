"""The size of a question is the work that it makes, counted in outfits that the model judges."""

import pytest

from engine.questions import (
    ComplementsQuestion,
    ExplainQuestion,
    FillQuestion,
    Question,
    ScoreQuestion,
    TargetQuestion,
)
from engine.requests import ItemContent, Slot

WORDS, PICTURE = ItemContent(title="Silk pumps"), ItemContent(image=b"x")
BAGS = Slot(category="bags")


@pytest.mark.parametrize(
    ("question", "size"),
    [
        (ScoreQuestion(outfits=[["a"], ["a", "b"]]), 2),
        (ScoreQuestion(outfits=[["a"], ["a", WORDS]]), 10),
        (FillQuestion(context=["a"], candidates=["b", "c", "d"]), 3),
        (FillQuestion(context=[WORDS], candidates=["b", PICTURE]), 42),
        (ComplementsQuestion(context=["a", "b"], slot=BAGS, k=9), 1),
        (ComplementsQuestion(context=["a", PICTURE], slot=BAGS, k=9), 33),
        (TargetQuestion(context=["a"], slot=BAGS), 1),
        (TargetQuestion(context=[WORDS], slot=BAGS), 9),
        (ExplainQuestion(items=["a"]), 256),
        (ExplainQuestion(items=["a", WORDS]), 264),
    ],
)
def test_inline_items_and_pictures_make_a_question_larger(question: Question, size: int) -> None:
    assert question.size == size
