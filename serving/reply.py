"""An answer with what every response tells beside it, made in one go in the model's thread."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from data.errors import OutfitError
from engine.questions import (
    Answer,
    ComplementsQuestion,
    ExplainQuestion,
    FillQuestion,
    ItemsQuestion,
    Question,
    TargetQuestion,
    UpsertQuestion,
)
from engine.requests import Item
from serving.codec import encode_missing
from serving.engine_slot import EngineSlot, OutfitEngine
from serving.overlay.state import Mark, OverlayState
from serving.pb.outfit.v1 import provenance_pb2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reply:
    """An answer, what gave it, and what the question's items lacked.

    Args:
        mark: of the updates that the answer takes into account.
        missing: of context and candidates; what outfits lack stands in their scores.
        batch_size: questions that were answered together, this one included.
    """

    answer: Answer
    provenance: provenance_pb2.Provenance
    mark: Mark
    missing: Sequence[provenance_pb2.MissingModality]
    batch_size: int


class ReplyDesk:
    """Answers batches from the engine that is in the slot when their turn comes.

    Args:
        slot: an engine that lacks updates is succeeded there by one that has them.
        updates: that are in force now.
    """

    def __init__(self, slot: EngineSlot, updates: Callable[[], OverlayState]) -> None:
        self._slot, self._updates = slot, updates

    def __call__(self, questions: Sequence[Question]) -> list[Reply | OutfitError]:
        """A reply or an error for each of the questions, which are of one kind.

        Raises:
            NotLoadedError: there is no engine.
        """
        state = self._updates()
        engine = self._engine(state)
        outcomes = engine.answer(questions)
        missing = _missing(engine, questions)
        return [
            outcome
            if isinstance(outcome, OutfitError)
            else Reply(
                answer=outcome,
                provenance=_provenance(engine, question),
                mark=state.mark,
                missing=lacks,
                batch_size=len(questions),
            )
            for question, outcome, lacks in zip(questions, outcomes, missing, strict=True)
        ]

    def _engine(self, state: OverlayState) -> OutfitEngine:
        engine = self._slot.take()
        if engine.overlay_version == state.version:
            return engine
        successor = engine.at(state.records, state.version)
        self._slot.succeed(engine, successor)
        return successor


def _provenance(engine: OutfitEngine, question: Question) -> provenance_pb2.Provenance:
    return provenance_pb2.Provenance(
        bundle_id=engine.info.bundle_id,
        overlay_version=engine.overlay_version,
        missing_item_ids=engine.unknown(sorted(_dispensable(question))),
    )


def _missing(
    engine: OutfitEngine, questions: Sequence[Question]
) -> list[list[provenance_pb2.MissingModality]]:
    """What the items of each question lack, looked up at once."""
    judged = [_judged(question) for question in questions]
    lacks = iter(engine.missing_of_each([items for fields in judged for items in fields.values()]))
    return [
        [message for field in fields for message in encode_missing(next(lacks), field)]
        for fields in judged
    ]


def _dispensable(question: Question) -> Iterable[str]:
    """Identifiers that the catalogue need not hold."""
    match question:
        case ComplementsQuestion() | ExplainQuestion():
            return question.filters.exclude
        case ItemsQuestion():
            return question.item_ids
    return ()


def _judged(question: Question) -> dict[str, Sequence[Item]]:
    """Items by the field that holds them."""
    match question:
        case FillQuestion():
            return {"context": question.context, "candidates": question.candidates}
        case ComplementsQuestion() | TargetQuestion():
            return {"context": question.context}
        case UpsertQuestion():
            return {"items": [each.content or each.item_id for each in question.upserts]}
    return {}
