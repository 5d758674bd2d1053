"""Questions answered together get what they get alone, whatever stands beside them."""

import numpy as np
import pytest

from data.errors import (
    DuplicateError,
    OutfitError,
    SchemaError,
    UnknownCategoryError,
    UnknownItemError,
    UnreadableError,
)
from engine.questions import (
    ComplementsQuestion,
    ExplainQuestion,
    FillQuestion,
    Question,
    ScoreQuestion,
    TargetQuestion,
)
from engine.requests import Complement, Filters, ItemContent, OutfitScore, RankedCandidate, Slot

PUMPS = ItemContent(category="pumps", title="Silk pumps")
DRESS = ItemContent(title="Red silk dress", attributes={"colour": "red"})
BAGS, SHOES = Slot(category="bags"), Slot(category="shoes", text="silk")


@pytest.fixture
def ids(tiny_recommender) -> list[str]:
    return tiny_recommender.items["item_id"].to_list()


def numbers(answer: object) -> list[float]:
    """All that is a number in an answer."""
    if isinstance(answer, np.ndarray):
        return [float(value) for value in answer]
    assert isinstance(answer, list)
    values: list[float] = []
    for one in answer:
        match one:
            case OutfitScore():
                values += [one.logit, one.probability]
            case RankedCandidate():
                values += [one.position, one.logit]
            case Complement():
                values += [one.similarity, one.relevance or 0.0]
    return values


def names(answer: object) -> list[object]:
    """All that is not a number in an answer."""
    values = answer if isinstance(answer, list) else []
    return [getattr(one, "item_id", getattr(one, "missing", None)) for one in values]


def good(kind: str, ids: list[str]) -> list[Question]:
    """Questions of one kind: by id and inline, short and long, alike and different."""
    match kind:
        case "score":
            return [
                ScoreQuestion(outfits=[ids[:3], ids[5:13]]),
                ScoreQuestion(outfits=[[PUMPS, ids[7]], ids[100:132]]),
                ScoreQuestion(outfits=[[DRESS], ids[20:22], [ids[4], DRESS, PUMPS]]),
            ]
        case "fill":
            return [
                FillQuestion(context=ids[:2], candidates=ids[3:9]),
                FillQuestion(context=[PUMPS, ids[1]], candidates=[ids[60], DRESS], slot=SHOES),
                FillQuestion(context=ids[30:34], candidates=ids[40:42], slot=BAGS),
                FillQuestion(context=ids[100:120], candidates=ids[40:43], slot=SHOES),
            ]
        case "complements":
            return [
                ComplementsQuestion(context=ids[:2], slot=BAGS, k=3),
                ComplementsQuestion(context=[DRESS, ids[9]], slot=BAGS, k=7),
                ComplementsQuestion(context=ids[100:130], slot=SHOES, k=2),
                ComplementsQuestion(context=ids[4:9], slot=SHOES, k=4, min_relevance=0.5),
                ComplementsQuestion(context=ids[4:9], slot=SHOES, k=4),
                ComplementsQuestion(
                    context=ids[:1], slot=BAGS, k=3, filters=Filters(in_stock_only=True)
                ),
                ComplementsQuestion(context=ids[:1], slot=Slot(text="silk"), k=2),
            ]
    return [
        TargetQuestion(context=ids[:2], slot=BAGS),
        TargetQuestion(context=[PUMPS, *ids[1:6]], slot=SHOES),
        TargetQuestion(context=ids[:2], slot=Slot(text="velvet")),
    ]


KINDS = ("score", "fill", "complements", "target")


@pytest.mark.parametrize("kind", KINDS)
def test_answers_together_are_those_alone(tiny_recommender, ids, kind) -> None:
    questions = good(kind, ids)
    together = tiny_recommender.answer(questions)
    for question, answer in zip(questions, together, strict=True):
        (alone,) = tiny_recommender.answer([question])
        assert numbers(answer) == pytest.approx(numbers(alone), abs=1e-5)
        assert names(answer) == names(alone)
    assert sum(bool(numbers(answer)) for answer in together) > len(questions) / 2


def test_a_single_call_is_a_question_alone(tiny_recommender, ids) -> None:
    context, bags = ids[:2], ids[3:6]
    assert tiny_recommender.answer([ScoreQuestion(outfits=[context])]) == [
        tiny_recommender.score([context])
    ]
    assert tiny_recommender.answer([FillQuestion(context=context, candidates=bags, slot=BAGS)]) == [
        tiny_recommender.fill(context, bags, BAGS)
    ]
    assert tiny_recommender.answer([ComplementsQuestion(context=context, slot=BAGS, k=3)]) == [
        tiny_recommender.complements(context, BAGS, 3)
    ]
    (target,) = tiny_recommender.answer([TargetQuestion(context=context, slot=BAGS)])
    np.testing.assert_array_equal(target, tiny_recommender.embed_target(context, BAGS))
    assert tiny_recommender.answer([ExplainQuestion(items=context)]) == [
        tiny_recommender.explain(context)
    ]


WRONG: dict[str, list[tuple[Question, type[OutfitError], str]]] = {
    "score": [
        (ScoreQuestion(outfits=[["nobody"]]), UnknownItemError, "outfits[0].items[0]"),
        (
            ScoreQuestion(outfits=[[PUMPS], [DRESS, ItemContent(image=b"x")]]),
            UnreadableError,
            "outfits[1].items[1].image",
        ),
    ],
    "fill": [
        (FillQuestion(context=[PUMPS], candidates=["nobody"]), UnknownItemError, "candidates[0]"),
        (FillQuestion(context=[], candidates=[PUMPS]), SchemaError, "context"),
        (FillQuestion(context=[PUMPS], candidates=[DRESS], slot=Slot()), SchemaError, "slot"),
    ],
    "complements": [
        (
            ComplementsQuestion(context=[PUMPS], slot=Slot(category="zeppelin"), k=1),
            UnknownCategoryError,
            "slot.category",
        ),
        (ComplementsQuestion(context=[PUMPS], slot=BAGS, k=0), SchemaError, "k"),
        (
            ComplementsQuestion(
                context=[PUMPS], slot=BAGS, k=1, filters=Filters(min_price=2.0, max_price=1.0)
            ),
            SchemaError,
            "filters.max_price",
        ),
        (
            ComplementsQuestion(context=[PUMPS], slot=BAGS, k=1, min_relevance=2.0),
            SchemaError,
            "min_relevance",
        ),
    ],
    "target": [(TargetQuestion(context=["nobody"], slot=BAGS), UnknownItemError, "context[0]")],
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_question_gets_its_error_and_leaves_the_others_alone(
    tiny_recommender, ids, kind
) -> None:
    right, wrong = good(kind, ids), WRONG[kind]
    mixed = [wrong[0][0], *right, *(question for question, _, _ in wrong[1:])]
    first, *answers = tiny_recommender.answer(mixed)
    alone = tiny_recommender.answer(right)
    for answer, expected in zip(answers, alone, strict=False):
        assert numbers(answer) == pytest.approx(numbers(expected), abs=1e-5)
    for error, (_, error_type, field) in zip([first, *answers[len(right) :]], wrong, strict=True):
        assert type(error) is error_type
        assert error.field == field


def test_nothing_but_wrong_questions_get_nothing_but_errors(tiny_recommender) -> None:
    for kind in KINDS:
        errors = tiny_recommender.answer([question for question, _, _ in WRONG[kind]])
        assert all(isinstance(error, OutfitError) for error in errors)


def test_an_outfit_that_cannot_be_explained_leaves_the_others_explained(
    tiny_recommender, ids
) -> None:
    twice, fine = tiny_recommender.answer(
        [ExplainQuestion(items=[ids[0], ids[0]]), ExplainQuestion(items=ids[:2])]
    )
    assert isinstance(twice, DuplicateError)
    assert fine == tiny_recommender.explain(ids[:2])


def test_a_slot_that_was_asked_for_before_is_answered_alike(tiny_recommender, ids) -> None:
    for slot in (BAGS, SHOES, Slot(category="pumps"), Slot(category="bags", text="")):
        question = TargetQuestion(context=ids[:2], slot=slot)
        first, second = (tiny_recommender.answer([question, question]) for _ in range(2))
        for target in (*first, *second):
            np.testing.assert_allclose(target, first[0], atol=1e-6)
    assert np.abs(tiny_recommender.embed_target(ids[:2], SHOES) - first[0]).max() > 1e-3
