"""The recommender: one bundle that scores, fills blanks, retrieves complements, embeds targets."""

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import torch
from jaxtyping import Float32

from data.errors import OutfitError
from engine.arrivals import Arrival, encode_arrivals
from engine.bundle import Bundle, load_bundle
from engine.catalogue import Catalogue
from engine.catalogue_answers import CatalogueAnswers
from engine.explainer import PROPOSALS, Explainer
from engine.inline_items import Placed
from engine.items import ItemTokens
from engine.joint_answers import JointAnswers, ids_of
from engine.live_catalogue import LiveCatalogue
from engine.outcomes import each, only
from engine.questions import (
    NO_FILTERS,
    Answer,
    CategoriesQuestion,
    ComplementsQuestion,
    ExplainQuestion,
    FillQuestion,
    ItemsQuestion,
    Question,
    ScoreQuestion,
    TargetQuestion,
    UpsertQuestion,
)
from engine.quickest import quickest
from engine.relevance_judge import RelevanceJudge
from engine.requests import (
    BundleInfo,
    Complement,
    Explanation,
    Filters,
    Item,
    OutfitScore,
    RankedCandidate,
    Replacement,
    Slot,
)
from engine.update_records import UpdateRecords
from engine.updates import NewItem
from graph.outfits import pad_outfits


class Recommender:
    """Answers from a loaded bundle; holds no state that a request could change.

    Every method raises leaves of `InputError` whose `field` is the place in the request, such as
    `outfits[0].items[2]` or `slot.category`.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._model = bundle.model
        self._relevance = RelevanceJudge.of(bundle.confidence.relevance)
        self._explainer = Explainer(
            model=bundle.model,
            calibrator=bundle.confidence.calibration.calibrator,
            widths=bundle.preparation.widths,
        )
        self.info = BundleInfo(
            bundle_id=bundle.manifest["bundle_id"],
            model=bundle.manifest["model"],
            dim=bundle.vectors.shape[1],
            num_items=bundle.items.height,
            categories=bundle.items["category"].unique().sort().to_list(),
            features=tuple(bundle.preparation.widths),
        )
        self.overlay_version = 0
        self._answer_from(LiveCatalogue.of(Catalogue.of(bundle)))

    @classmethod
    def load(cls, bundle: Path) -> "Recommender":
        """Load a bundle folder.

        Raises:
            BundleError: it is damaged.
        """
        return cls(load_bundle(bundle))

    @property
    def items(self) -> pl.DataFrame:
        """The item table of the bundle; updates in force are not in it."""
        return self._catalogue.base.bundle.items

    def quickened(self) -> "Recommender":
        """The same recommender, its model run where this machine runs it quickest."""
        quick = copy(self)
        quick._model = quickest(self._model, self._catalogue.base.tokens)
        quick._explainer = replace(self._explainer, model=quick._model)
        quick._answer_from(self._catalogue)
        return quick

    def load_encoders(self) -> None:
        """Load what encodes words and pictures of questions before the first of them comes."""
        self._catalogue.base.inline.load_encoders()

    def at(self, records: UpdateRecords, version: int = 0) -> "Recommender":
        """The same recommender with these updates in force; this one goes on as it is."""
        live = copy(self)
        live.overlay_version = version
        live._answer_from(self._catalogue.at(records))
        return live

    @property
    def catalogue(self) -> LiveCatalogue:
        """What is known of items now, by id."""
        return self._catalogue

    def encode(self, arrivals: Sequence[Arrival], fields: Sequence[str]) -> list[NewItem]:
        """`encode_arrivals` by this bundle."""
        return encode_arrivals(self._catalogue.base, arrivals, fields)

    def answer(self, questions: Sequence[Question]) -> list[Answer | OutfitError]:
        """Answers to questions of one kind in one pass of the model, in their order.

        In the place of an answer stands the error of a question that is at fault.

        Args:
            questions: at least one; all of them of the kind of the first.
        """
        kinds: dict[type[Question], Callable[[Any], list[Any]]] = {
            ScoreQuestion: self._joint.scores,
            FillQuestion: self._joint.ranked,
            ComplementsQuestion: self._joint.complements,
            TargetQuestion: self._joint.targets,
            ExplainQuestion: partial(each, lambda one: self.explain(one.items, one.filters)),
            ItemsQuestion: partial(each, self._items.items),
            CategoriesQuestion: partial(each, self._items.categories),
            UpsertQuestion: partial(each, self._items.updates),
        }
        answers: list[Answer | OutfitError] = kinds[type(questions[0])](questions)
        return answers

    def score(self, outfits: Sequence[Sequence[Item]]) -> list[OutfitScore]:
        """How well the items of each outfit go together, in the order of the outfits."""
        return only(self._joint.scores([ScoreQuestion(outfits=outfits)]))

    def explain(self, outfit: Sequence[Item], filters: Filters = NO_FILTERS) -> Explanation:
        """What items and pairs add to the outfit's logit, and what to put for the weakest.

        Args:
            outfit: to be explained.
            filters: on what may be proposed.
        """
        tokens = self._tokens(self._catalogue.places(outfit, "items"))
        attribution = self._explainer.attribute(tokens)
        (logit,), (probability,) = self._explainer.judge(tokens, pad_outfits([range(len(outfit))]))
        weakest = attribution.weakest
        return Explanation(
            score=OutfitScore(logit=logit, probability=probability, missing=self.missing(outfit)),
            empty_logit=attribution.empty_logit,
            items=attribution.items,
            pairs=attribution.pairs,
            exact=attribution.exact,
            weakest=weakest,
            replacement=self._replacement(outfit, weakest, tokens, logit=logit, filters=filters),
        )

    def fill(
        self, context: Sequence[Item], candidates: Sequence[Item], slot: Slot | None = None
    ) -> list[RankedCandidate]:
        """The candidates, best first, by the logit of the outfit that each completes.

        With a slot, the similarity between each candidate and what is wanted there counts too.
        """
        question = FillQuestion(context=context, candidates=candidates, slot=slot)
        return only(self._joint.ranked([question]))

    def complements(
        self,
        context: Sequence[Item],
        slot: Slot,
        k: int,
        filters: Filters = NO_FILTERS,
        *,
        min_relevance: float | None = None,
    ) -> list[Complement]:
        """At most k catalogue items of the slot, none of the context, nearest to the target.

        Args:
            context: a partial outfit.
            slot: what is wanted.
            k: at least 1.
            filters: on what may answer.
            min_relevance: of every answer, from 0 to 1; fewer than k may reach it, or none.

        Raises:
            BundleError: a relevance is asked for and the bundle cannot tell any.
        """
        question = ComplementsQuestion(
            context=context, slot=slot, k=k, filters=filters, min_relevance=min_relevance
        )
        return only(self._joint.complements([question]))

    def complements_of_each(
        self, questions: Sequence[ComplementsQuestion]
    ) -> list[list[Complement] | OutfitError]:
        """The complements of each question, or in their place the error of one at fault."""
        return self._joint.complements(questions)

    def embed_target(self, context: Sequence[Item], slot: Slot) -> Float32[np.ndarray, " dim"]:
        """The unit vector of what the context wants in the slot."""
        return only(self._joint.targets([TargetQuestion(context=context, slot=slot)]))

    def missing(self, items: Sequence[Item]) -> tuple[str, ...]:
        """What the items lack, as `position:modality`; unknown items lack nothing."""
        return self._catalogue.missing_of_each([items])[0]

    def missing_of_each(self, groups: Sequence[Sequence[Item]]) -> list[tuple[str, ...]]:
        """`missing` of many groups of items at once."""
        return self._catalogue.missing_of_each(groups)

    def unknown(self, item_ids: Iterable[str]) -> tuple[str, ...]:
        """Those of the ids that the catalogue does not hold, each once, in their order."""
        holds = self._catalogue.holds
        return tuple(dict.fromkeys(name for name in item_ids if not holds(name)))

    def _replacement(
        self,
        outfit: Sequence[Item],
        weakest: int,
        tokens: ItemTokens,
        *,
        logit: float,
        filters: Filters,
    ) -> Replacement | None:
        """The best of the complements of the other items, if it raises the logit."""
        kind = self._catalogue.kind(outfit[weakest])
        rest = [item for position, item in enumerate(outfit) if position != weakest]
        if kind is None or not rest:
            return None
        allowed = replace(filters, exclude=filters.exclude | ids_of([outfit[weakest]]))
        ids = [
            one.item_id for one in self.complements(rest, Slot(category=kind), PROPOSALS, allowed)
        ]
        proposals = self._catalogue.look_up([(item_id, "items") for item_id in ids])
        return self._explainer.best_replacement(tokens, weakest, proposals, ids=ids, logit=logit)

    def _answer_from(self, catalogue: LiveCatalogue) -> None:
        self._catalogue = catalogue
        self._items = CatalogueAnswers(catalogue=catalogue)
        self._joint = JointAnswers(
            model=self._model,
            catalogue=catalogue,
            explainer=self._explainer,
            relevance=self._relevance,
        )

    @torch.inference_mode()
    def _tokens(self, placed: Sequence[Placed]) -> ItemTokens:
        return self._catalogue.look_up(placed)
