"""The calls of OutfitService as a client makes them: a question out, an answer in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from engine.questions import (
    ComplementsQuestion,
    ExplainQuestion,
    FillQuestion,
    Question,
    ScoreQuestion,
    TargetQuestion,
)
from serving import client_codec
from serving.pb.outfit.v1 import outfit_service_pb2 as pb


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCall:
    """One kind of call.

    Args:
        method: of the service.
        name: of the question and its answer in a stream.
        request: of a question.
        answer: of a response.
    """

    method: str
    name: str
    request: Callable[[Any], Any]
    answer: Callable[[Any], Any]


def _fill_request(question: FillQuestion) -> pb.FillInTheBlankRequest:
    return pb.FillInTheBlankRequest(
        context=client_codec.encode_items(question.context),
        candidates=client_codec.encode_items(question.candidates),
        slot=client_codec.encode_slot(question.slot),
    )


def _complements_request(question: ComplementsQuestion) -> pb.RetrieveComplementsRequest:
    return pb.RetrieveComplementsRequest(
        context=client_codec.encode_items(question.context),
        slot=client_codec.encode_slot(question.slot),
        k=question.k,
        filters=client_codec.encode_filters(question.filters),
        min_relevance=question.min_relevance,
    )


def _target_request(question: TargetQuestion) -> pb.EmbedTargetRequest:
    return pb.EmbedTargetRequest(
        context=client_codec.encode_items(question.context),
        slot=client_codec.encode_slot(question.slot),
    )


def _explain_request(question: ExplainQuestion) -> pb.ExplainOutfitRequest:
    return pb.ExplainOutfitRequest(
        items=client_codec.encode_items(question.items),
        filters=client_codec.encode_filters(question.filters),
    )


CLIENT_CALLS: Final[dict[type[Question], ClientCall]] = {
    ScoreQuestion: ClientCall(
        method="ScoreOutfits",
        name="score_outfits",
        request=lambda question: client_codec.encode_outfits(question.outfits),
        answer=client_codec.decode_scores,
    ),
    FillQuestion: ClientCall(
        method="FillInTheBlank",
        name="fill_in_the_blank",
        request=_fill_request,
        answer=client_codec.decode_ranked,
    ),
    ComplementsQuestion: ClientCall(
        method="RetrieveComplements",
        name="retrieve_complements",
        request=_complements_request,
        answer=client_codec.decode_complements,
    ),
    TargetQuestion: ClientCall(
        method="EmbedTarget",
        name="embed_target",
        request=_target_request,
        answer=client_codec.decode_target,
    ),
    ExplainQuestion: ClientCall(
        method="ExplainOutfit",
        name="explain_outfit",
        request=_explain_request,
        answer=client_codec.decode_explanation,
    ),
}
ANSWERS: Final = {call.name: call.answer for call in CLIENT_CALLS.values()}
"""How answers of a stream are read, by their name."""
