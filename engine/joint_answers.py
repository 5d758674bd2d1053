"""Many questions of one kind answered in one pass of the model, each as if it were asked alone."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
import torch
from jaxtyping import Float32

from data.errors import OutfitError
from engine.explainer import Explainer
from engine.gathering import gathered
from engine.items import ItemTokens
from engine.live_catalogue import LiveCatalogue
from engine.metric import TEMPERATURE, similarity
from engine.models.model import Model
from engine.outcomes import each
from engine.questions import ComplementsQuestion, FillQuestion, ScoreQuestion, TargetQuestion
from engine.relevance_judge import RelevanceJudge
from engine.requests import Complement, Item, OutfitScore, RankedCandidate
from engine.searches import Search
from graph.outfits import pad_outfits

NARROW: Final = 8
"""Items of outfits that are padded together."""

Asked = TypeVar("Asked", ScoreQuestion, FillQuestion, ComplementsQuestion, TargetQuestion)
Answered = TypeVar("Answered")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Checked:
    """A question without fault.

    Args:
        items: all that it names, in the order of the request.
        inline: tokens of those that are described inline; None where none is.
    """

    items: Sequence[Item]
    inline: ItemTokens | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JointAnswers:
    """Answers from one model and its catalogue.

    Every method gives an answer a question, in their order; in the place of an answer stands the
    error of a question that is at fault, which leaves the others as they are.
    """

    model: Model
    catalogue: LiveCatalogue
    explainer: Explainer
    relevance: RelevanceJudge

    def scores(self, questions: Sequence[ScoreQuestion]) -> list[list[OutfitScore] | OutfitError]:
        """How well the items of each outfit go together."""
        return _answered(questions, self._check_outfits, self._scores)

    def ranked(
        self, questions: Sequence[FillQuestion]
    ) -> list[list[RankedCandidate] | OutfitError]:
        """The candidates, best first."""
        return _answered(questions, self._check_blank, self._ranked)

    def complements(
        self, questions: Sequence[ComplementsQuestion]
    ) -> list[list[Complement] | OutfitError]:
        """The k nearest items of each slot."""
        return _answered(questions, self._check_search, self._complements)

    def targets(self, questions: Sequence[TargetQuestion]) -> list[np.ndarray | OutfitError]:
        """Unit vectors of what is wanted."""
        return _answered(questions, self._check_target, self._targets)

    def _check_outfits(self, question: ScoreQuestion) -> Checked:
        return self._checked(
            {f"outfits[{n}].items": outfit for n, outfit in enumerate(question.outfits)}
        )

    def _check_blank(self, question: FillQuestion) -> Checked:
        checked = self._checked({"context": question.context, "candidates": question.candidates})
        if question.slot is not None:
            self.catalogue.check_slot(question.slot)
        return checked

    def _check_target(self, question: TargetQuestion | ComplementsQuestion) -> Checked:
        checked = self._checked({"context": question.context})
        self.catalogue.check_slot(question.slot)
        return checked

    def _check_search(self, question: ComplementsQuestion) -> Checked:
        self.relevance.check(question.min_relevance)
        checked = self._check_target(question)
        self.catalogue.index.check(question.slot, question.k, question.filters)
        return checked

    def _checked(self, fields: dict[str, Sequence[Item]]) -> Checked:
        placed = [
            place
            for field, items in fields.items()
            for place in self.catalogue.places(items, field)
        ]
        items = [item for item, _ in placed]
        return Checked(items=items, inline=self.catalogue.inline_tokens(placed))

    def _scores(
        self, questions: Sequence[ScoreQuestion], checked: Sequence[Checked]
    ) -> list[list[OutfitScore]]:
        outfits = [outfit for question in questions for outfit in question.outfits]
        if not outfits:
            return [[] for _ in questions]
        logits, probabilities = self._judged(self._tokens(checked), outfits)
        scores = (
            OutfitScore(logit=logit, probability=probability, missing=missing)
            for logit, probability, missing in zip(
                logits, probabilities, self.catalogue.missing_of_each(outfits), strict=True
            )
        )
        return [list(itertools.islice(scores, len(question.outfits))) for question in questions]

    def _judged(
        self, tokens: ItemTokens, outfits: Sequence[Sequence[Item]]
    ) -> tuple[list[float], list[float]]:
        """Compatibility logit and probability of each outfit, those of a width in one pass."""
        rows = _ranges(outfits)
        logits, probabilities = [0.0] * len(outfits), [0.0] * len(outfits)
        for numbers in _of_a_width(rows):
            judged = self.explainer.judge(tokens, pad_outfits([rows[n] for n in numbers]))
            for number, logit, probability in zip(numbers, *judged, strict=True):
                logits[number], probabilities[number] = logit, probability
        return logits, probabilities

    def _ranked(
        self, questions: Sequence[FillQuestion], checked: Sequence[Checked]
    ) -> list[list[RankedCandidate]]:
        tokens = self._tokens(checked)
        blanks = list(_blanks(questions))
        outfits = [[*context, row] for context, rows in blanks for row in rows]
        logits = np.zeros(len(outfits), np.float32)
        for numbers in _of_a_width(outfits):
            batch = pad_outfits([outfits[number] for number in numbers])
            logits[numbers] = self.model.judge(tokens, batch).choice.numpy()
        if any(question.slot is not None for question in questions):
            logits = logits + self._wished(questions, tokens, blanks)
        ends = np.cumsum([len(question.candidates) for question in questions])
        parts = np.split(logits, ends[:-1])
        return [_ranking(question, part) for question, part in zip(questions, parts, strict=True)]

    def _wished(
        self,
        questions: Sequence[FillQuestion],
        tokens: ItemTokens,
        blanks: Sequence[tuple[range, range]],
    ) -> Float32[np.ndarray, " candidates"]:
        """What the similarity to the slot adds to each candidate; zero where no slot is given."""
        added = np.zeros(sum(len(rows) for _, rows in blanks), np.float32)
        slots = [(n, each.slot) for n, each in enumerate(questions) if each.slot is not None]
        contexts = pad_outfits([blanks[number][0] for number, _ in slots])
        wanted = self.catalogue.wanted([slot for _, slot in slots])
        targets = self.model.embed_target(tokens, contexts, wanted)
        starts = np.cumsum([0, *(len(rows) for _, rows in blanks)])
        for (number, _), target in zip(slots, targets, strict=True):
            rows = blanks[number][1]
            vectors = tokens.vectors[rows.start : rows.stop]
            close = similarity(target[None], vectors)[0] / TEMPERATURE
            added[starts[number] : starts[number + 1]] = close.numpy()
        return added

    def _complements(
        self, questions: Sequence[ComplementsQuestion], checked: Sequence[Checked]
    ) -> list[list[Complement]]:
        wanted = self.catalogue.wanted([question.slot for question in questions])
        targets = self._embed(checked, wanted)
        found = self.catalogue.index.search(targets, [_search(each) for each in questions])
        least = [question.min_relevance for question in questions]
        return self.relevance.judge(found, targets, wanted, least)

    def _targets(
        self, questions: Sequence[TargetQuestion], checked: Sequence[Checked]
    ) -> list[np.ndarray]:
        wanted = self.catalogue.wanted([question.slot for question in questions])
        return list(self._embed(checked, wanted))

    def _embed(
        self, checked: Sequence[Checked], wanted: ItemTokens
    ) -> Float32[np.ndarray, "contexts dim"]:
        tokens, contexts = self._tokens(checked), _ranges([each.items for each in checked])
        targets = np.zeros((len(contexts), tokens.vectors.shape[1]), np.float32)
        for numbers in _of_a_width(contexts):
            batch = pad_outfits([contexts[number] for number in numbers])
            alone = len(numbers) == len(contexts)
            wishes = wanted if alone else gathered(wanted, numbers)
            targets[numbers] = self.model.embed_target(tokens, batch, wishes).numpy()
        return targets

    def _tokens(self, checked: Sequence[Checked]) -> ItemTokens:
        items = [item for each in checked for item in each.items]
        return self.catalogue.join(items, [each.inline for each in checked])


def ids_of(items: Sequence[Item]) -> frozenset[str]:
    """Identifiers among items."""
    return frozenset(item for item in items if isinstance(item, str))


@torch.inference_mode()
def _answered(
    questions: Sequence[Asked],
    check: Callable[[Asked], Checked],
    answer: Callable[[Sequence[Asked], Sequence[Checked]], list[Answered]],
) -> list[Answered | OutfitError]:
    """Answers of the questions that pass the check, errors of the others."""
    outcomes = each(check, questions)
    passed = [
        (question, outcome)
        for question, outcome in zip(questions, outcomes, strict=True)
        if isinstance(outcome, Checked)
    ]
    answers = iter(answer([q for q, _ in passed], [c for _, c in passed]) if passed else [])
    return [next(answers) if isinstance(each, Checked) else each for each in outcomes]


def _ranges(outfits: Sequence[Sequence[Item]]) -> list[range]:
    """Outfits as rows into their items, one outfit after the other."""
    ends = itertools.accumulate(map(len, outfits), initial=0)
    return [range(start, end) for start, end in itertools.pairwise(ends)]


def _of_a_width(outfits: Sequence[Sequence[int]]) -> list[list[int]]:
    """Positions of the narrow outfits and of the wide ones, so that one of 32 pads no other."""
    groups: dict[bool, list[int]] = {}
    for number, outfit in enumerate(outfits):
        groups.setdefault(len(outfit) > NARROW, []).append(number)
    return list(groups.values())


def _blanks(questions: Sequence[FillQuestion]) -> Iterator[tuple[range, range]]:
    """Rows of the context and of the candidates of each question among all their items."""
    start = 0
    for question in questions:
        middle = start + len(question.context)
        end = middle + len(question.candidates)
        yield range(start, middle), range(middle, end)
        start = end


def _ranking(
    question: FillQuestion, logits: Float32[np.ndarray, " candidates"]
) -> list[RankedCandidate]:
    order = np.argsort(-logits, kind="stable").tolist()
    return [
        RankedCandidate(
            position=position,
            item_id=item if isinstance(item := question.candidates[position], str) else "",
            logit=float(logits[position]),
        )
        for position in order
    ]


def _search(question: ComplementsQuestion) -> Search:
    return Search(
        slot=question.slot,
        k=question.k,
        filters=question.filters,
        passed_over=ids_of(question.context),
    )
