"""The client's side of the contract: questions into messages, messages into answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.requests import (
    Complement,
    Filters,
    Item,
    ItemContent,
    ItemContribution,
    PairContribution,
    RankedCandidate,
    Replacement,
    Slot,
)
from serving.pb.outfit.v1 import item_pb2, provenance_pb2
from serving.pb.outfit.v1 import outfit_service_pb2 as pb


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """An item of the request that was judged without one of its modalities."""

    field: str
    modality: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What every answer holds.

    Args:
        bundle_id: of the bundle that gave it.
        overlay_version: how many updates of the catalogue it takes into account.
        missing_item_ids: of the request, not held by the catalogue where that is no fault.
        missing: what the items lacked.
    """

    bundle_id: str
    overlay_version: int
    missing_item_ids: tuple[str, ...]
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How well an outfit goes together; higher is better, the probability from 0 to 1."""

    logit: float
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreAnswer(Answer):
    """One score for each outfit, in the order asked."""

    scores: tuple[Score, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FillAnswer(Answer):
    """Every candidate, best first."""

    ranked: tuple[RankedCandidate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplementsAnswer(Answer):
    """What completes the outfit, best first."""

    complements: tuple[Complement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainAnswer(Answer):
    """Why an outfit goes together as well as it does; fields as those of `Explanation`."""

    score: Score
    empty_logit: float
    items: tuple[ItemContribution, ...]
    pairs: tuple[PairContribution, ...]
    exact: bool
    weakest: int
    replacement: Replacement | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetAnswer(Answer):
    """The vector of what is wanted, of unit length."""

    vector: np.ndarray


def encode_items(items: Iterable[Item]) -> list[item_pb2.Item]:
    """Items by identifier or inline."""
    return [_encode_item(item) for item in items]


def encode_outfits(outfits: Iterable[Sequence[Item]]) -> pb.ScoreOutfitsRequest:
    """Outfits to score."""
    return pb.ScoreOutfitsRequest(
        outfits=[item_pb2.Outfit(items=encode_items(items)) for items in outfits]
    )


def encode_slot(slot: Slot | None) -> item_pb2.Slot | None:
    """What is wanted, if anything is said about it."""
    if slot is None:
        return None
    return item_pb2.Slot(category=slot.category or "", text=slot.text or "")


def encode_filters(filters: Filters) -> pb.Filters:
    """Which catalogue items may come back."""
    return pb.Filters(
        exclude_item_ids=sorted(filters.exclude),
        min_price=filters.min_price,
        max_price=filters.max_price,
        in_stock_only=filters.in_stock_only,
    )


def decode_scores(response: pb.ScoreOutfitsResponse) -> ScoreAnswer:
    """The answer to ScoreOutfits."""
    return ScoreAnswer(
        **common(response),
        scores=tuple(Score(logit=s.logit, probability=s.probability) for s in response.scores),
    )


def decode_ranked(response: pb.FillInTheBlankResponse) -> FillAnswer:
    """The answer to FillInTheBlank."""
    return FillAnswer(
        **common(response),
        ranked=tuple(
            RankedCandidate(position=one.position, item_id=one.item_id, logit=one.logit)
            for one in response.ranked
        ),
    )


def decode_complements(response: pb.RetrieveComplementsResponse) -> ComplementsAnswer:
    """The answer to RetrieveComplements."""
    return ComplementsAnswer(
        **common(response),
        complements=tuple(
            Complement(
                item_id=one.item_id,
                similarity=one.similarity,
                relevance=one.relevance if one.HasField("relevance") else None,
            )
            for one in response.complements
        ),
    )


def decode_target(response: pb.EmbedTargetResponse) -> TargetAnswer:
    """The answer to EmbedTarget."""
    return TargetAnswer(
        **common(response),
        vector=np.array(response.vector, dtype=np.float32),
    )


def decode_explanation(response: pb.ExplainOutfitResponse) -> ExplainAnswer:
    """The answer to ExplainOutfit."""
    proposed = response.replacement
    return ExplainAnswer(
        **common(response),
        score=Score(logit=response.score.logit, probability=response.score.probability),
        empty_logit=response.empty_logit,
        items=tuple(
            ItemContribution(contribution=one.contribution, alone=one.alone, left_out=one.left_out)
            for one in response.items
        ),
        pairs=tuple(
            PairContribution(first=one.first, second=one.second, contribution=one.contribution)
            for one in response.pairs
        ),
        exact=response.exact,
        weakest=response.weakest,
        replacement=Replacement(
            item_id=proposed.item_id, logit=proposed.logit, probability=proposed.probability
        )
        if response.HasField("replacement")
        else None,
    )


def encode_content(content: ItemContent) -> item_pb2.ItemContent:
    """What is known of an inline item."""
    return item_pb2.ItemContent(
        category=content.category or "",
        title=content.title or "",
        description=content.description or "",
        attributes=[item_pb2.Attribute(name=k, value=v) for k, v in content.attributes.items()],
        price=content.price,
        image=content.image or b"",
        vectors=[
            item_pb2.FeatureVector(feature=name, values=vector.tolist())
            for name, vector in content.vectors.items()
        ],
    )


def _encode_item(item: Item) -> item_pb2.Item:
    if isinstance(item, str):
        return item_pb2.Item(item_id=item)
    return item_pb2.Item(content=encode_content(item))


def common(response: Any) -> dict[str, Any]:
    """The fields of `Answer`, from any response."""
    provenance = response.provenance
    return {
        "bundle_id": provenance.bundle_id,
        "overlay_version": provenance.overlay_version,
        "missing_item_ids": tuple(provenance.missing_item_ids),
        "missing": _decode_missing(getattr(response, "missing", ())),
    }


def _decode_missing(messages: Iterable[provenance_pb2.MissingModality]) -> tuple[Missing, ...]:
    return tuple(Missing(field=one.field, modality=one.modality) for one in messages)
