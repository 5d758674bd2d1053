"""An engine in memory whose every answer can be worked out by hand."""

import itertools
from collections.abc import Iterable, Sequence

import numpy as np

from data.errors import OutfitError, UnknownCategoryError, UnknownItemError
from engine.questions import (
    Answer,
    ComplementsQuestion,
    ExplainQuestion,
    FillQuestion,
    Question,
    ScoreQuestion,
    TargetQuestion,
)
from engine.requests import (
    BundleInfo,
    Complement,
    Explanation,
    Filters,
    Item,
    ItemContent,
    ItemContribution,
    OutfitScore,
    PairContribution,
    RankedCandidate,
    Replacement,
    Slot,
)
from engine.update_records import UpdateRecords

VECTORS = {
    "navy-shirt": (1.0, 0.0, 0.0),
    "red-dress": (0.0, 1.0, 0.0),
    "navy-jeans": (1.0, 0.0, 0.0),
    "navy-shoes": (1.0, 0.0, 0.0),
    "teal-shoes": (0.8, 0.0, 0.6),
    "red-shoes": (0.0, 1.0, 0.0),
    "gold-shoes": (0.0, 0.0, 1.0),
}
CATEGORIES = {name: name.partition("-")[2] for name in VECTORS}
PRICES = {"navy-shoes": 90.0, "teal-shoes": 60.0, "red-shoes": 30.0}
IN_STOCK = {"teal-shoes", "red-shoes"}
WITHOUT_IMAGE = {"red-dress"}
NO_FILTERS = Filters()


class PlantedShop:
    """Compatibility is the cosine between colours; a wish in words adds nothing to a direction.

    An inline item is its vector `colour`, and grey without one.
    """

    info = BundleInfo(
        bundle_id="planted-1",
        model="cosine",
        dim=3,
        num_items=len(VECTORS),
        categories=sorted(set(CATEGORIES.values())),
        features=("colour",),
    )

    overlay_version = 0

    def at(self, records: UpdateRecords, version: int) -> "PlantedShop":
        """The same shop, which follows no updates."""
        assert not len(records)
        assert version == 0
        return self

    def answer(self, questions: Sequence[Question]) -> list[Answer | OutfitError]:
        """Each in turn."""
        outcomes: list[Answer | OutfitError] = []
        for question in questions:
            try:
                outcomes.append(self._answer(question))
            except OutfitError as error:
                outcomes.append(error)
        return outcomes

    def _answer(self, question: Question) -> Answer:
        match question:
            case ScoreQuestion():
                return self.score(question.outfits)
            case FillQuestion():
                return self.fill(question.context, question.candidates, question.slot)
            case ComplementsQuestion(slot=slot, k=k, min_relevance=least):
                return self.complements(
                    question.context, slot, k, question.filters, min_relevance=least
                )
            case TargetQuestion():
                return self.embed_target(question.context, question.slot)
            case ExplainQuestion():
                return self.explain(question.items, question.filters)
        raise AssertionError(question)

    def score(self, outfits: Sequence[Sequence[Item]]) -> list[OutfitScore]:
        """Logit: the length of the mean vector, 1 when all agree; probability: its square."""
        scores = []
        for number, outfit in enumerate(outfits):
            logit = float(np.linalg.norm(_vectors(outfit, f"outfits[{number}].items").mean(0)))
            scores.append(
                OutfitScore(logit=logit, probability=logit**2, missing=self.missing(outfit))
            )
        return scores

    def fill(
        self, context: Sequence[Item], candidates: Sequence[Item], slot: Slot | None = None
    ) -> list[RankedCandidate]:
        """Logit: cosine with the context; a candidate outside the slot's category loses 10."""
        target = _unit(_vectors(context, "context").mean(0))
        logits = _vectors(candidates, "candidates") @ target
        if slot and slot.category:
            _check_category(slot)
            inside = [CATEGORIES.get(str(item)) == slot.category for item in candidates]
            logits = logits - 10 * ~np.array(inside)
        ranked = [
            RankedCandidate(
                position=position,
                item_id=item if isinstance(item, str) else "",
                logit=float(logits[position]),
            )
            for position, item in enumerate(candidates)
        ]
        return sorted(ranked, key=lambda one: -one.logit)

    def complements(
        self,
        context: Sequence[Item],
        slot: Slot,
        k: int,
        filters: Filters = NO_FILTERS,
        *,
        min_relevance: float | None = None,
    ) -> list[Complement]:
        """Items of the category that pass, by cosine with the context, which is the relevance.

        The gold shoes have no relevance and pass any.
        """
        target = self.embed_target(context, slot)
        found = [
            Complement(
                item_id=name,
                similarity=(cosine := float(np.dot(target, VECTORS[name]))),
                relevance=None if name == "gold-shoes" else cosine,
            )
            for name in VECTORS
            if CATEGORIES[name] == slot.category and _passes(name, filters)
        ]
        least = -1.0 if min_relevance is None else min_relevance
        passed = [one for one in found if one.relevance is None or one.relevance >= least]
        return sorted(passed, key=lambda one: -one.similarity)[:k]

    def explain(self, outfit: Sequence[Item], filters: Filters = NO_FILTERS) -> Explanation:
        """Item number n adds n, pair (m, n) adds their cosine; the first is weakest.

        It is replaced by navy shoes, or by none where they do not pass.
        """
        vectors = _vectors(outfit, "items")
        proposed = Replacement(item_id="navy-shoes", logit=9.0, probability=0.9)
        return Explanation(
            score=self.score([outfit])[0],
            empty_logit=-1.0,
            items=tuple(
                ItemContribution(contribution=float(n), alone=n / 2, left_out=n / 4)
                for n in range(len(outfit))
            ),
            pairs=tuple(
                PairContribution(first=m, second=n, contribution=float(vectors[m] @ vectors[n]))
                for m, n in itertools.combinations(range(len(outfit)), 2)
            ),
            exact=len(outfit) < 4,
            weakest=0,
            replacement=proposed if _passes("navy-shoes", filters) else None,
        )

    def embed_target(self, context: Sequence[Item], slot: Slot) -> np.ndarray:
        """The direction of the context."""
        _check_category(slot)
        return _unit(_vectors(context, "context").mean(0)).astype(np.float32)

    def missing(self, items: Sequence[Item]) -> tuple[str, ...]:
        """Pictures that the red dress and inline items do not have."""
        lacking = [
            position
            for position, item in enumerate(items)
            if (not item.image if isinstance(item, ItemContent) else item in WITHOUT_IMAGE)
        ]
        return tuple(f"{position}:image" for position in lacking)

    def missing_of_each(self, groups: Sequence[Sequence[Item]]) -> list[tuple[str, ...]]:
        """Each in turn."""
        return [self.missing(items) for items in groups]

    def unknown(self, item_ids: Iterable[str]) -> tuple[str, ...]:
        """Those without a vector."""
        return tuple(dict.fromkeys(name for name in item_ids if name not in VECTORS))


def _vectors(items: Sequence[Item], field: str) -> np.ndarray:
    return np.array([_vector(item, f"{field}[{n}]") for n, item in enumerate(items)])


def _vector(item: Item, field: str) -> np.ndarray:
    if isinstance(item, str):
        if item not in VECTORS:
            raise UnknownItemError(expected="an item of the catalogue", got=item, field=field)
        return np.array(VECTORS[item])
    if item.category and item.category not in CATEGORIES.values():
        raise UnknownCategoryError(
            expected="a category of the catalogue", got=item.category, field=f"{field}.category"
        )
    vector = item.vectors.get("colour", np.ones(3))
    return vector if vector.shape == (3,) else np.ones(3)


def _check_category(slot: Slot) -> None:
    if slot.category and slot.category not in CATEGORIES.values():
        raise UnknownCategoryError(
            expected="a category of the catalogue", got=slot.category, field="slot.category"
        )


def _passes(name: str, filters: Filters) -> bool:
    price = PRICES.get(name)
    if filters.min_price is not None and (price is None or price < filters.min_price):
        return False
    if filters.max_price is not None and (price is None or price > filters.max_price):
        return False
    return name not in filters.exclude and (name in IN_STOCK or not filters.in_stock_only)


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / max(float(np.linalg.norm(vector)), 1e-12)
