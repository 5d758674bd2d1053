"""The demo's questions, put to a server through the real client.

Which questions are asked depends on the shop alone, never on the answers: of each kind the first
in its file whose size suits a page.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import polars as pl

from data.dataset import Dataset
from data.questions import CompatibilityQuestion, FitbQuestion, read_compatibility, read_fitb
from data.shop.taste import Truth, planted_logit
from engine.requests import Complement, Filters, RankedCandidate, Slot
from serving.client import OutfitClient
from serving.client_codec import Score
from serving.garment import Garment
from serving.lookbook import Blank, Completion, JudgedOutfit, Pairing, Ranked, Shelf, bars

OUTFIT_SIZE: Final = 4
CONTEXT_SIZE: Final = 3
SHELF_SIZE: Final = 5
VARIANTS: Final = 4  # at most so many colours has a product
SEPARATES: Final = frozenset({"tops", "bottoms"})
ONE_PIECE: Final = frozenset({"all-body"})
WISHES: Final = (
    Slot(category="shoes"),
    Slot(category="bags"),
    Slot(category="outerwear", text="a coat for the office"),
)
IN_STOCK: Final = Filters(in_stock_only=True)

Rows: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shop:
    """A generated shop and the taste that was planted in it."""

    dataset: Dataset
    truth: Truth

    @classmethod
    def load(cls, folder: Path) -> "Shop":
        """A folder that `outfit generate` wrote."""
        truth = Truth.from_frame(pl.read_parquet(folder / "truth.parquet"))
        return cls(dataset=Dataset.load(folder), truth=truth)

    def garments(self, rows: Iterable[int]) -> tuple[Garment, ...]:
        """The items of `rows`, to be looked at."""
        items, folder = self.dataset.items, self.dataset.folder
        return tuple(Garment.of(items.row(row, named=True), folder) for row in rows)

    def suits(self, context: Rows, row: int) -> bool:
        """Whether the planted taste likes the item of `row` with those of `context`."""
        return planted_logit(self.truth, [*context, row]) > 0

    def ids(self, rows: Iterable[int]) -> list[str]:
        """The identifiers of `rows`."""
        return [self.dataset.items["item_id"][row] for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interview:
    """All questions of the demo with their answers, and the bundle that gave them."""

    bundle_id: str
    pairings: tuple[Pairing, ...]
    blanks: tuple[Blank, ...]
    completions: tuple[Completion, ...]


def interview(shop: Shop, client: OutfitClient) -> Interview:
    """Ask the server all four kinds of question.

    Raises:
        CallError: a question was not answered.
    """
    return Interview(
        bundle_id=client.score([shop.ids([0, 1])]).bundle_id,
        pairings=ask_scores(shop, client, count=2),
        blanks=(
            *ask_blanks(shop, client, file="fitb_test", count=2),
            *ask_blanks(shop, client, file="fitb_third_order", count=1),
        ),
        completions=ask_complements(shop, client),
    )


def ask_scores(shop: Shop, client: OutfitClient, *, count: int) -> tuple[Pairing, ...]:
    """Outfits of the test set beside themselves, spoilt; best those that differ in one item."""
    path = shop.dataset.folder / "questions" / "compatibility_test.jsonl"
    questions = read_compatibility(path, shop.dataset).questions
    pairs = sorted(zip(questions[::2], questions[1::2], strict=True), key=_untidiness)[:count]
    answer = client.score([shop.ids(question.items) for pair in pairs for question in pair])
    scores = iter(answer.scores)
    return tuple(
        Pairing(
            kept=_judged(shop, kept, kept, next(scores)),
            spoilt=_judged(shop, spoilt, kept, next(scores)),
        )
        for kept, spoilt in pairs
    )


def ask_blanks(shop: Shop, client: OutfitClient, *, file: str, count: int) -> tuple[Blank, ...]:
    """Questions of one file, each for another category while there are others."""
    path = shop.dataset.folder / "questions" / f"{file}.jsonl"
    questions = sorted(
        read_fitb(path, shop.dataset).questions,
        key=lambda question: abs(len(question.context) - CONTEXT_SIZE),
    )
    categories = shop.dataset.items["category"]
    first_of = {categories[each.candidates[0]]: each for each in reversed(questions)}
    chosen = [each for each in questions if each in first_of.values()][:count]
    return tuple(
        _blank(shop, question, client, third_order="third_order" in file) for question in chosen
    )


def ask_complements(shop: Shop, client: OutfitClient) -> tuple[Completion, ...]:
    """What goes with a top and bottoms, and with a dress, in the slots that they lack."""
    wished = {wish.category for wish in WISHES}
    slots = shop.dataset.items["slot"].to_list()
    outfits = [
        tuple(row for row in outfit.tolist() if slots[row] not in wished)
        for outfit in shop.dataset.outfit_rows("test")
    ]
    completions = []
    for core in (SEPARATES, ONE_PIECE):
        fitting = [outfit for outfit in outfits if core <= {slots[row] for row in outfit}]
        if fitting:
            context = min(fitting, key=lambda outfit: abs(len(outfit) - CONTEXT_SIZE))
            shelves = tuple(_shelf(shop, client, context, wish) for wish in WISHES)
            completions.append(Completion(context=shop.garments(context), shelves=shelves))
    return tuple(completions)


def _untidiness(pair: tuple[CompatibilityQuestion, CompatibilityQuestion]) -> tuple[int, int]:
    kept, spoilt = pair
    return sum(_exchanged(spoilt, kept)) - 1, abs(len(kept.items) - OUTFIT_SIZE)


def _exchanged(question: CompatibilityQuestion, kept: CompatibilityQuestion) -> tuple[bool, ...]:
    return tuple(row not in kept.items for row in question.items)


def _judged(
    shop: Shop, question: CompatibilityQuestion, kept: CompatibilityQuestion, score: Score
) -> JudgedOutfit:
    return JudgedOutfit(
        garments=shop.garments(question.items),
        exchanged=_exchanged(question, kept),
        logit=score.logit,
        probability=score.probability,
    )


def _blank(shop: Shop, question: FitbQuestion, client: OutfitClient, *, third_order: bool) -> Blank:
    candidates = shop.ids(question.candidates)
    answer = client.fill(shop.ids(question.context), candidates)
    return Blank(
        context=shop.garments(question.context),
        wanted=shop.dataset.items["category"][question.candidates[0]],
        ranked=_ranked_candidates(shop, question, answer.ranked),
        third_order=third_order,
    )


def _ranked_candidates(
    shop: Shop, question: FitbQuestion, ranked: Sequence[RankedCandidate]
) -> tuple[Ranked, ...]:
    garments = shop.garments(question.candidates[one.position] for one in ranked)
    lengths = bars([one.logit for one in ranked])
    return tuple(
        Ranked(garment=garment, score=one.logit, bar=bar, right=one.position == question.answer)
        for garment, one, bar in zip(garments, ranked, lengths, strict=True)
    )


def _shelf(shop: Shop, client: OutfitClient, context: Rows, wish: Slot) -> Shelf:
    item_ids = shop.ids(context)
    target = client.embed_target(item_ids, wish)
    answer = client.complements(item_ids, wish, k=VARIANTS * SHELF_SIZE, filters=IN_STOCK)
    found = _one_a_product(shop, answer.complements)[:SHELF_SIZE]
    rows = shop.dataset.rows([one.item_id for one in found]).tolist()
    ranked = tuple(
        Ranked(
            garment=garment,
            score=one.similarity,
            bar=min(max(one.similarity, 0.0), 1.0),
            right=shop.suits(context, row),
        )
        for garment, one, row in zip(shop.garments(rows), found, rows, strict=True)
    )
    return Shelf(
        wanted=wish.category or "",
        text=wish.text or "",
        vector=tuple(target.vector.tolist()),
        chance=_chance(shop, context, wish.category),
        ranked=ranked,
    )


def _chance(shop: Shop, context: Rows, slot: str | None) -> float:
    pool = np.flatnonzero((shop.dataset.items["slot"] == slot).to_numpy())
    return float(np.mean([shop.suits(context, row) for row in pool.tolist()]))


def _one_a_product(shop: Shop, found: Sequence[Complement]) -> list[Complement]:
    """The best colour of every product, still best first."""
    rows = shop.dataset.rows([one.item_id for one in found])
    groups = shop.dataset.items["group_id"][rows]
    first = groups.is_first_distinct()
    return [one for one, keep in zip(found, first, strict=True) if keep]
