"""Explanations turned into messages of the contract."""

from engine.requests import Explanation
from serving.codec import encode_missing
from serving.pb.outfit.v1 import outfit_service_pb2 as pb
from serving.pb.outfit.v1 import provenance_pb2


def encode_explanation(
    provenance: provenance_pb2.Provenance, explained: Explanation
) -> pb.ExplainOutfitResponse:
    """Contributions of items and pairs, the weakest item and what to put in its place."""
    score, proposed = explained.score, explained.replacement
    return pb.ExplainOutfitResponse(
        provenance=provenance,
        score=pb.OutfitScore(logit=score.logit, probability=score.probability),
        empty_logit=explained.empty_logit,
        items=[
            pb.ItemContribution(
                contribution=one.contribution, alone=one.alone, left_out=one.left_out
            )
            for one in explained.items
        ],
        pairs=[
            pb.PairContribution(first=one.first, second=one.second, contribution=one.contribution)
            for one in explained.pairs
        ],
        exact=explained.exact,
        weakest=explained.weakest,
        replacement=pb.Replacement(
            item_id=proposed.item_id, logit=proposed.logit, probability=proposed.probability
        )
        if proposed
        else None,
        missing=encode_missing(score.missing, "items"),
    )
