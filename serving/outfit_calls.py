"""The calls of OutfitService: a request becomes a question, a reply becomes a response."""

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
from serving import codec
from serving.explanation_codec import encode_explanation
from serving.pb.outfit.v1 import outfit_service_pb2 as pb
from serving.reply import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class OutfitCall:
    """One kind of call.

    Args:
        question: of a request; raises leaves of `InputError`.
        response: of a reply to that question.
        responds: the message that the response is.
    """

    question: Callable[[Any], Question]
    response: Callable[[Any], Any]
    responds: Any


def score_question(request: pb.ScoreOutfitsRequest) -> ScoreQuestion:
    """What ScoreOutfits asks."""
    return ScoreQuestion(outfits=codec.decode_outfits(request))


def fill_question(request: pb.FillInTheBlankRequest) -> FillQuestion:
    """What FillInTheBlank asks."""
    context, candidates, slot = codec.decode_question(request)
    return FillQuestion(context=context, candidates=candidates, slot=slot)


def complements_question(request: pb.RetrieveComplementsRequest) -> ComplementsQuestion:
    """What RetrieveComplements asks."""
    return ComplementsQuestion(
        context=codec.decode_items(request.context, "context"),
        slot=codec.decode_slot(request),
        k=codec.decode_count(request),
        filters=codec.decode_filters(request),
        min_relevance=codec.decode_relevance(request),
    )


def target_question(request: pb.EmbedTargetRequest) -> TargetQuestion:
    """What EmbedTarget asks."""
    context = codec.decode_items(request.context, "context")
    return TargetQuestion(context=context, slot=codec.decode_slot(request))


def explain_question(request: pb.ExplainOutfitRequest) -> ExplainQuestion:
    """What ExplainOutfit asks."""
    items = codec.decode_items(request.items, "items")
    return ExplainQuestion(items=items, filters=codec.decode_filters(request))


def _scores(reply: Reply) -> pb.ScoreOutfitsResponse:
    answer: Any = reply.answer
    return codec.encode_scores(reply.provenance, answer)


def _ranked(reply: Reply) -> pb.FillInTheBlankResponse:
    answer: Any = reply.answer
    return codec.encode_ranked(reply.provenance, answer, reply.missing)


def _complements(reply: Reply) -> pb.RetrieveComplementsResponse:
    answer: Any = reply.answer
    return codec.encode_complements(reply.provenance, answer, reply.missing)


def _target(reply: Reply) -> pb.EmbedTargetResponse:
    answer: Any = reply.answer
    return codec.encode_target(reply.provenance, answer, reply.missing)


def _explanation(reply: Reply) -> pb.ExplainOutfitResponse:
    answer: Any = reply.answer
    return encode_explanation(reply.provenance, answer)


SCORE: Final = OutfitCall(
    question=score_question, response=_scores, responds=pb.ScoreOutfitsResponse
)
FILL: Final = OutfitCall(
    question=fill_question, response=_ranked, responds=pb.FillInTheBlankResponse
)
COMPLEMENTS: Final = OutfitCall(
    question=complements_question, response=_complements, responds=pb.RetrieveComplementsResponse
)
TARGET: Final = OutfitCall(
    question=target_question, response=_target, responds=pb.EmbedTargetResponse
)
EXPLAIN: Final = OutfitCall(
    question=explain_question, response=_explanation, responds=pb.ExplainOutfitResponse
)
CALLS: Final = {
    "score_outfits": SCORE,
    "fill_in_the_blank": FILL,
    "retrieve_complements": COMPLEMENTS,
    "embed_target": TARGET,
    "explain_outfit": EXPLAIN,
}
"""By the names of the contract's oneofs."""
