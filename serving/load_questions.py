"""Questions to put load on a server with, about items of its own catalogue."""

import random
from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypeAlias

from data.errors import UnknownItemError
from engine.questions import (
    ComplementsQuestion,
    FillQuestion,
    Question,
    ScoreQuestion,
    TargetQuestion,
)
from engine.requests import ItemContent, Slot
from serving.catalogue_client import CatalogueClient
from serving.client import OutfitClient
from serving.client_calls import CLIENT_CALLS
from serving.security.channel import NO_CREDENTIALS, Credentials
from serving.services import OUTFITS

Asked: TypeAlias = Literal["score", "fill", "complements", "target"]

MAX_CATEGORIES: Final = 16
ITEMS_EACH: Final = 50
CONTEXT, CANDIDATES, K = 5, 4, 20


def known_items(
    address: str, credentials: Credentials = NO_CREDENTIALS
) -> dict[str, tuple[str, ...]]:
    """Items of the server's largest categories, by category.

    They are what completes an item of which nothing but the category is known.

    Raises:
        CallError: the server does not answer.
        UnknownItemError: its catalogue is empty.
    """
    with CatalogueClient(address, credentials=credentials) as catalogue:
        categories = catalogue.categories().categories
    if not categories:
        raise UnknownItemError(expected=f"a catalogue with items at {address}", got="an empty one")
    largest = sorted(categories, key=lambda one: -one.num_items)[:MAX_CATEGORIES]
    found: dict[str, tuple[str, ...]] = {}
    with OutfitClient(address, credentials=credentials) as client:
        for name in (one.category for one in largest):
            context = [ItemContent(category=name)]
            answer = client.complements(context, Slot(category=name), k=ITEMS_EACH)
            found[name] = tuple(one.item_id for one in answer.complements)
    return found


def draw_questions(
    asked: Asked, items: Mapping[str, Sequence[str]], *, count: int, seed: int = 0
) -> list[Question]:
    """Questions about 5 items; 4 candidates of one category, or the 20 best of one.

    Args:
        asked: which call.
        items: by category, at least one of each; where there are few, a question has fewer.
        count: how many questions.
        seed: of the draw.
    """
    rng = random.Random(seed)
    return [_question(asked, items, rng) for _ in range(count)]


def method_of(question: Question) -> str:
    """The path of the method that answers it."""
    return f"/{OUTFITS}/{CLIENT_CALLS[type(question)].method}"


def request_of(question: Question) -> bytes:
    """The question as it travels."""
    message: bytes = CLIENT_CALLS[type(question)].request(question).SerializeToString()
    return message


def _question(asked: Asked, items: Mapping[str, Sequence[str]], rng: random.Random) -> Question:
    wanted = rng.choice(sorted(items))
    others = [name for category, names in items.items() if category != wanted for name in names]
    context = _some(others or items[wanted], CONTEXT, rng)
    match asked:
        case "score":
            return ScoreQuestion(outfits=[context])
        case "fill":
            return FillQuestion(context=context, candidates=_some(items[wanted], CANDIDATES, rng))
        case "complements":
            return ComplementsQuestion(context=context, slot=Slot(category=wanted), k=K)
        case "target":
            return TargetQuestion(context=context, slot=Slot(category=wanted))


def _some(names: Sequence[str], count: int, rng: random.Random) -> list[str]:
    return rng.sample(names, min(count, len(names)))
