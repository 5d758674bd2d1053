from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.rpc import status_pb2 as _status_pb2
from serving.pb.outfit.v1 import item_pb2 as _item_pb2
from serving.pb.outfit.v1 import provenance_pb2 as _provenance_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ScoreOutfitsRequest(_message.Message):
    __slots__ = ("outfits",)
    OUTFITS_FIELD_NUMBER: _ClassVar[int]
    outfits: _containers.RepeatedCompositeFieldContainer[_item_pb2.Outfit]
    def __init__(self, outfits: _Optional[_Iterable[_Union[_item_pb2.Outfit, _Mapping]]] = ...) -> None: ...

class ScoreOutfitsResponse(_message.Message):
    __slots__ = ("provenance", "scores", "missing")
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    SCORES_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    provenance: _provenance_pb2.Provenance
    scores: _containers.RepeatedCompositeFieldContainer[OutfitScore]
    missing: _containers.RepeatedCompositeFieldContainer[_provenance_pb2.MissingModality]
    def __init__(self, provenance: _Optional[_Union[_provenance_pb2.Provenance, _Mapping]] = ..., scores: _Optional[_Iterable[_Union[OutfitScore, _Mapping]]] = ..., missing: _Optional[_Iterable[_Union[_provenance_pb2.MissingModality, _Mapping]]] = ...) -> None: ...

class OutfitScore(_message.Message):
    __slots__ = ("logit", "probability")
    LOGIT_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    logit: float
    probability: float
    def __init__(self, logit: _Optional[float] = ..., probability: _Optional[float] = ...) -> None: ...

class FillInTheBlankRequest(_message.Message):
    __slots__ = ("context", "candidates", "slot")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    SLOT_FIELD_NUMBER: _ClassVar[int]
    context: _containers.RepeatedCompositeFieldContainer[_item_pb2.Item]
    candidates: _containers.RepeatedCompositeFieldContainer[_item_pb2.Item]
    slot: _item_pb2.Slot
    def __init__(self, context: _Optional[_Iterable[_Union[_item_pb2.Item, _Mapping]]] = ..., candidates: _Optional[_Iterable[_Union[_item_pb2.Item, _Mapping]]] = ..., slot: _Optional[_Union[_item_pb2.Slot, _Mapping]] = ...) -> None: ...

class FillInTheBlankResponse(_message.Message):
    __slots__ = ("provenance", "ranked", "missing")
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    RANKED_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    provenance: _provenance_pb2.Provenance
    ranked: _containers.RepeatedCompositeFieldContainer[RankedCandidate]
    missing: _containers.RepeatedCompositeFieldContainer[_provenance_pb2.MissingModality]
    def __init__(self, provenance: _Optional[_Union[_provenance_pb2.Provenance, _Mapping]] = ..., ranked: _Optional[_Iterable[_Union[RankedCandidate, _Mapping]]] = ..., missing: _Optional[_Iterable[_Union[_provenance_pb2.MissingModality, _Mapping]]] = ...) -> None: ...

class RankedCandidate(_message.Message):
    __slots__ = ("position", "item_id", "logit")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    LOGIT_FIELD_NUMBER: _ClassVar[int]
    position: int
    item_id: str
    logit: float
    def __init__(self, position: _Optional[int] = ..., item_id: _Optional[str] = ..., logit: _Optional[float] = ...) -> None: ...

class RetrieveComplementsRequest(_message.Message):
    __slots__ = ("context", "slot", "k", "filters", "min_relevance")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    SLOT_FIELD_NUMBER: _ClassVar[int]
    K_FIELD_NUMBER: _ClassVar[int]
    FILTERS_FIELD_NUMBER: _ClassVar[int]
    MIN_RELEVANCE_FIELD_NUMBER: _ClassVar[int]
    context: _containers.RepeatedCompositeFieldContainer[_item_pb2.Item]
    slot: _item_pb2.Slot
    k: int
    filters: Filters
    min_relevance: float
    def __init__(self, context: _Optional[_Iterable[_Union[_item_pb2.Item, _Mapping]]] = ..., slot: _Optional[_Union[_item_pb2.Slot, _Mapping]] = ..., k: _Optional[int] = ..., filters: _Optional[_Union[Filters, _Mapping]] = ..., min_relevance: _Optional[float] = ...) -> None: ...

class Filters(_message.Message):
    __slots__ = ("exclude_item_ids", "min_price", "max_price", "in_stock_only")
    EXCLUDE_ITEM_IDS_FIELD_NUMBER: _ClassVar[int]
    MIN_PRICE_FIELD_NUMBER: _ClassVar[int]
    MAX_PRICE_FIELD_NUMBER: _ClassVar[int]
    IN_STOCK_ONLY_FIELD_NUMBER: _ClassVar[int]
    exclude_item_ids: _containers.RepeatedScalarFieldContainer[str]
    min_price: float
    max_price: float
    in_stock_only: bool
    def __init__(self, exclude_item_ids: _Optional[_Iterable[str]] = ..., min_price: _Optional[float] = ..., max_price: _Optional[float] = ..., in_stock_only: _Optional[bool] = ...) -> None: ...

class RetrieveComplementsResponse(_message.Message):
    __slots__ = ("provenance", "complements", "missing")
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    COMPLEMENTS_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    provenance: _provenance_pb2.Provenance
    complements: _containers.RepeatedCompositeFieldContainer[Complement]
    missing: _containers.RepeatedCompositeFieldContainer[_provenance_pb2.MissingModality]
    def __init__(self, provenance: _Optional[_Union[_provenance_pb2.Provenance, _Mapping]] = ..., complements: _Optional[_Iterable[_Union[Complement, _Mapping]]] = ..., missing: _Optional[_Iterable[_Union[_provenance_pb2.MissingModality, _Mapping]]] = ...) -> None: ...

class Complement(_message.Message):
    __slots__ = ("item_id", "similarity", "relevance")
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    SIMILARITY_FIELD_NUMBER: _ClassVar[int]
    RELEVANCE_FIELD_NUMBER: _ClassVar[int]
    item_id: str
    similarity: float
    relevance: float
    def __init__(self, item_id: _Optional[str] = ..., similarity: _Optional[float] = ..., relevance: _Optional[float] = ...) -> None: ...

class EmbedTargetRequest(_message.Message):
    __slots__ = ("context", "slot")
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    SLOT_FIELD_NUMBER: _ClassVar[int]
    context: _containers.RepeatedCompositeFieldContainer[_item_pb2.Item]
    slot: _item_pb2.Slot
    def __init__(self, context: _Optional[_Iterable[_Union[_item_pb2.Item, _Mapping]]] = ..., slot: _Optional[_Union[_item_pb2.Slot, _Mapping]] = ...) -> None: ...

class EmbedTargetResponse(_message.Message):
    __slots__ = ("provenance", "vector", "missing")
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    VECTOR_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    provenance: _provenance_pb2.Provenance
    vector: _containers.RepeatedScalarFieldContainer[float]
    missing: _containers.RepeatedCompositeFieldContainer[_provenance_pb2.MissingModality]
    def __init__(self, provenance: _Optional[_Union[_provenance_pb2.Provenance, _Mapping]] = ..., vector: _Optional[_Iterable[float]] = ..., missing: _Optional[_Iterable[_Union[_provenance_pb2.MissingModality, _Mapping]]] = ...) -> None: ...

class ExplainOutfitRequest(_message.Message):
    __slots__ = ("items", "filters")
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    FILTERS_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[_item_pb2.Item]
    filters: Filters
    def __init__(self, items: _Optional[_Iterable[_Union[_item_pb2.Item, _Mapping]]] = ..., filters: _Optional[_Union[Filters, _Mapping]] = ...) -> None: ...

class ExplainOutfitResponse(_message.Message):
    __slots__ = ("provenance", "score", "empty_logit", "items", "pairs", "exact", "weakest", "replacement", "missing")
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    EMPTY_LOGIT_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    PAIRS_FIELD_NUMBER: _ClassVar[int]
    EXACT_FIELD_NUMBER: _ClassVar[int]
    WEAKEST_FIELD_NUMBER: _ClassVar[int]
    REPLACEMENT_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    provenance: _provenance_pb2.Provenance
    score: OutfitScore
    empty_logit: float
    items: _containers.RepeatedCompositeFieldContainer[ItemContribution]
    pairs: _containers.RepeatedCompositeFieldContainer[PairContribution]
    exact: bool
    weakest: int
    replacement: Replacement
    missing: _containers.RepeatedCompositeFieldContainer[_provenance_pb2.MissingModality]
    def __init__(self, provenance: _Optional[_Union[_provenance_pb2.Provenance, _Mapping]] = ..., score: _Optional[_Union[OutfitScore, _Mapping]] = ..., empty_logit: _Optional[float] = ..., items: _Optional[_Iterable[_Union[ItemContribution, _Mapping]]] = ..., pairs: _Optional[_Iterable[_Union[PairContribution, _Mapping]]] = ..., exact: _Optional[bool] = ..., weakest: _Optional[int] = ..., replacement: _Optional[_Union[Replacement, _Mapping]] = ..., missing: _Optional[_Iterable[_Union[_provenance_pb2.MissingModality, _Mapping]]] = ...) -> None: ...

class ItemContribution(_message.Message):
    __slots__ = ("contribution", "alone", "left_out")
    CONTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    ALONE_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    contribution: float
    alone: float
    left_out: float
    def __init__(self, contribution: _Optional[float] = ..., alone: _Optional[float] = ..., left_out: _Optional[float] = ...) -> None: ...

class PairContribution(_message.Message):
    __slots__ = ("first", "second", "contribution")
    FIRST_FIELD_NUMBER: _ClassVar[int]
    SECOND_FIELD_NUMBER: _ClassVar[int]
    CONTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    first: int
    second: int
    contribution: float
    def __init__(self, first: _Optional[int] = ..., second: _Optional[int] = ..., contribution: _Optional[float] = ...) -> None: ...

class Replacement(_message.Message):
    __slots__ = ("item_id", "logit", "probability")
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    LOGIT_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    item_id: str
    logit: float
    probability: float
    def __init__(self, item_id: _Optional[str] = ..., logit: _Optional[float] = ..., probability: _Optional[float] = ...) -> None: ...

class StreamAnswersRequest(_message.Message):
    __slots__ = ("correlation_id", "score_outfits", "fill_in_the_blank", "retrieve_complements", "embed_target", "explain_outfit")
    CORRELATION_ID_FIELD_NUMBER: _ClassVar[int]
    SCORE_OUTFITS_FIELD_NUMBER: _ClassVar[int]
    FILL_IN_THE_BLANK_FIELD_NUMBER: _ClassVar[int]
    RETRIEVE_COMPLEMENTS_FIELD_NUMBER: _ClassVar[int]
    EMBED_TARGET_FIELD_NUMBER: _ClassVar[int]
    EXPLAIN_OUTFIT_FIELD_NUMBER: _ClassVar[int]
    correlation_id: str
    score_outfits: ScoreOutfitsRequest
    fill_in_the_blank: FillInTheBlankRequest
    retrieve_complements: RetrieveComplementsRequest
    embed_target: EmbedTargetRequest
    explain_outfit: ExplainOutfitRequest
    def __init__(self, correlation_id: _Optional[str] = ..., score_outfits: _Optional[_Union[ScoreOutfitsRequest, _Mapping]] = ..., fill_in_the_blank: _Optional[_Union[FillInTheBlankRequest, _Mapping]] = ..., retrieve_complements: _Optional[_Union[RetrieveComplementsRequest, _Mapping]] = ..., embed_target: _Optional[_Union[EmbedTargetRequest, _Mapping]] = ..., explain_outfit: _Optional[_Union[ExplainOutfitRequest, _Mapping]] = ...) -> None: ...

class StreamAnswersResponse(_message.Message):
    __slots__ = ("correlation_id", "score_outfits", "fill_in_the_blank", "retrieve_complements", "embed_target", "explain_outfit", "status")
    CORRELATION_ID_FIELD_NUMBER: _ClassVar[int]
    SCORE_OUTFITS_FIELD_NUMBER: _ClassVar[int]
    FILL_IN_THE_BLANK_FIELD_NUMBER: _ClassVar[int]
    RETRIEVE_COMPLEMENTS_FIELD_NUMBER: _ClassVar[int]
    EMBED_TARGET_FIELD_NUMBER: _ClassVar[int]
    EXPLAIN_OUTFIT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    correlation_id: str
    score_outfits: ScoreOutfitsResponse
    fill_in_the_blank: FillInTheBlankResponse
    retrieve_complements: RetrieveComplementsResponse
    embed_target: EmbedTargetResponse
    explain_outfit: ExplainOutfitResponse
    status: _status_pb2.Status
    def __init__(self, correlation_id: _Optional[str] = ..., score_outfits: _Optional[_Union[ScoreOutfitsResponse, _Mapping]] = ..., fill_in_the_blank: _Optional[_Union[FillInTheBlankResponse, _Mapping]] = ..., retrieve_complements: _Optional[_Union[RetrieveComplementsResponse, _Mapping]] = ..., embed_target: _Optional[_Union[EmbedTargetResponse, _Mapping]] = ..., explain_outfit: _Optional[_Union[ExplainOutfitResponse, _Mapping]] = ..., status: _Optional[_Union[_status_pb2.Status, _Mapping]] = ...) -> None: ...
