from collections.abc import Iterator

import pytest

from data.errors import UnknownItemError
from engine.questions import ComplementsQuestion, FillQuestion, ScoreQuestion, TargetQuestion
from engine.recommender import Recommender
from serving.catalogue_client import CatalogueClient
from serving.client import OutfitClient
from serving.load_questions import draw_questions, known_items, method_of
from tests.serving.background_server import background_server

ITEMS = {name: [f"{name}-{number}" for number in range(6)] for name in ("bag", "hat", "shoes")}


@pytest.fixture(scope="module")
def real(tiny_recommender: Recommender) -> Iterator[str]:
    with background_server(tiny_recommender) as server:
        yield server.address


def test_items_are_found_in_their_categories(real: str, tiny_recommender: Recommender):
    found = known_items(real)
    table = tiny_recommender.items
    assert len(found) == min(16, table["category"].n_unique())
    category_of = dict(zip(table["item_id"], table["category"], strict=True))
    for category, names in found.items():
        assert names
        assert {category_of[name] for name in names} == {category}


def test_an_empty_catalogue_is_refused(tiny_recommender: Recommender):
    with background_server(tiny_recommender) as server:
        with CatalogueClient(server.address) as client:
            client.delete(tiny_recommender.items["item_id"].to_list())
        with pytest.raises(UnknownItemError, match=r"with items at .* got an empty one"):
            known_items(server.address)


def test_a_server_can_answer_every_kind_of_question(real: str):
    items = known_items(real)
    with OutfitClient(real) as client:
        for asked in ("score", "fill", "complements", "target"):
            stream = [(asked, question) for question in draw_questions(asked, items, count=5)]
            answers = list(client.stream(stream))
            assert len(answers) == 5
            assert not [answer for _, answer in answers if isinstance(answer, Exception)]


def test_a_fill_question_has_five_items_and_four_candidates_of_another_category():
    for question in draw_questions("fill", ITEMS, count=20):
        assert isinstance(question, FillQuestion)
        kinds = {str(name).partition("-")[0] for name in question.candidates}
        assert len(set(question.context)) == 5
        assert len(set(question.candidates)) == 4
        assert len(kinds) == 1
        assert not kinds & {str(name).partition("-")[0] for name in question.context}


def test_a_complements_question_asks_for_twenty_of_a_category():
    questions = draw_questions("complements", ITEMS, count=20)
    assert {question.slot.category for question in questions} == set(ITEMS)
    assert all(isinstance(one, ComplementsQuestion) and one.k == 20 for one in questions)


def test_the_same_seed_asks_the_same():
    assert draw_questions("target", ITEMS, count=9) == draw_questions("target", ITEMS, count=9)
    assert draw_questions("target", ITEMS, count=9) != draw_questions(
        "target", ITEMS, count=9, seed=1
    )


def test_a_catalogue_of_one_category_is_asked_about_itself():
    (question,) = draw_questions("score", {"bag": ["bag-1", "bag-2"]}, count=1)
    assert isinstance(question, ScoreQuestion)
    assert sorted(map(str, question.outfits[0])) == ["bag-1", "bag-2"]


def test_the_method_is_that_of_the_contract():
    (question,) = draw_questions("target", ITEMS, count=1)
    assert isinstance(question, TargetQuestion)
    assert method_of(question) == "/outfit.v1.OutfitService/EmbedTarget"
