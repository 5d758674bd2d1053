"""The methods of OutfitService: decode, ask the engine in a thread of its own, encode."""

import asyncio
import functools
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from typing import Any, ParamSpec, Protocol, TypeVar, runtime_checkable

import numpy as np

from engine.requests import (
    BundleInfo,
    Complement,
    Explanation,
    Filters,
    Item,
    OutfitScore,
    RankedCandidate,
    Slot,
)
from serving import codec
from serving.explanation_codec import encode_explanation
from serving.pb.outfit.v1 import outfit_service_pb2 as pb
from serving.pb.outfit.v1 import outfit_service_pb2_grpc, provenance_pb2

Asked = ParamSpec("Asked")
Answered = TypeVar("Answered")


@runtime_checkable
class OutfitEngine(Protocol):
    """What the service asks; `engine.recommender.Recommender` is one."""

    @property
    def info(self) -> BundleInfo:
        """The bundle that answers."""
        ...

    def score(self, outfits: Sequence[Sequence[Item]]) -> list[OutfitScore]:
        """How well the items of each outfit go together."""
        ...

    def fill(
        self, context: Sequence[Item], candidates: Sequence[Item], slot: Slot | None = None
    ) -> list[RankedCandidate]:
        """The candidates, best first."""
        ...

    def complements(
        self,
        context: Sequence[Item],
        slot: Slot,
        k: int,
        filters: Filters = ...,
        *,
        min_relevance: float | None = None,
    ) -> list[Complement]:
        """At most k catalogue items that pass the filters and the relevance, best first."""
        ...

    def explain(self, outfit: Sequence[Item], filters: Filters = ...) -> Explanation:
        """What items and pairs add, and what to put for the weakest item."""
        ...

    def embed_target(self, context: Sequence[Item], slot: Slot) -> np.ndarray:
        """The unit vector of what is wanted."""
        ...

    def missing(self, items: Sequence[Item]) -> tuple[str, ...]:
        """What the items lack, as `position:modality`; a lookup that may run on the loop."""
        ...

    def unknown(self, item_ids: Iterable[str]) -> tuple[str, ...]:
        """Those that the catalogue does not hold, each once, in their order; a lookup as well."""
        ...


class OutfitServicer(outfit_service_pb2_grpc.OutfitServiceServicer):
    """Answers OutfitService from one engine; model calls run in `executor`, off the event loop.

    Errors pass through: the interceptor turns them into statuses.
    """

    def __init__(self, engine: OutfitEngine, executor: Executor) -> None:
        self._engine = engine
        self._executor = executor

    async def ScoreOutfits(  # noqa: N802 - the contract's name
        self,
        request: pb.ScoreOutfitsRequest,
        context: Any,  # noqa: ARG002 - gRPC's signature
    ) -> pb.ScoreOutfitsResponse:
        """Say how well the items of each outfit go together."""
        outfits = codec.decode_outfits(request)
        scores = await self._ask(self._engine.score, outfits)
        return codec.encode_scores(self._provenance(), scores)

    async def FillInTheBlank(  # noqa: N802 - the contract's name
        self,
        request: pb.FillInTheBlankRequest,
        context: Any,  # noqa: ARG002 - gRPC's signature
    ) -> pb.FillInTheBlankResponse:
        """Rank candidates."""
        items, candidates, slot = codec.decode_question(request)
        ranked = await self._ask(self._engine.fill, items, candidates, slot)
        missing = self._missing(context=items, candidates=candidates)
        return codec.encode_ranked(self._provenance(), ranked, missing)

    async def RetrieveComplements(  # noqa: N802 - the contract's name
        self,
        request: pb.RetrieveComplementsRequest,
        context: Any,  # noqa: ARG002 - gRPC's signature
    ) -> pb.RetrieveComplementsResponse:
        """Find what completes the context in one slot."""
        items, slot = codec.decode_items(request.context, "context"), codec.decode_slot(request)
        k, filters = codec.decode_count(request), codec.decode_filters(request)
        least = codec.decode_relevance(request)
        found = await self._ask(
            self._engine.complements, items, slot, k, filters, min_relevance=least
        )
        missing = self._missing(context=items)
        return codec.encode_complements(
            self._provenance(request.filters.exclude_item_ids), found, missing
        )

    async def ExplainOutfit(  # noqa: N802 - the contract's name
        self,
        request: pb.ExplainOutfitRequest,
        context: Any,  # noqa: ARG002 - gRPC's signature
    ) -> pb.ExplainOutfitResponse:
        """Say what each item and each pair adds."""
        items = codec.decode_items(request.items, "items")
        explained = await self._ask(self._engine.explain, items, codec.decode_filters(request))
        return encode_explanation(self._provenance(request.filters.exclude_item_ids), explained)

    async def EmbedTarget(  # noqa: N802 - the contract's name
        self,
        request: pb.EmbedTargetRequest,
        context: Any,  # noqa: ARG002 - gRPC's signature
    ) -> pb.EmbedTargetResponse:
        """Return the vector of what is wanted."""
        items, slot = codec.decode_items(request.context, "context"), codec.decode_slot(request)
        vector = await self._ask(self._engine.embed_target, items, slot)
        missing = self._missing(context=items)
        return codec.encode_target(self._provenance(), vector, missing)

    def _provenance(self, item_ids: Iterable[str] = ()) -> provenance_pb2.Provenance:
        """What answers, and which of the ids it does not hold."""
        return provenance_pb2.Provenance(
            bundle_id=self._engine.info.bundle_id,
            missing_item_ids=self._engine.unknown(item_ids),
        )

    async def _ask(
        self, method: Callable[Asked, Answered], *args: Asked.args, **kwargs: Asked.kwargs
    ) -> Answered:
        call = functools.partial(method, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._executor, call)

    def _missing(self, **fields: Sequence[Item]) -> list[provenance_pb2.MissingModality]:
        return [
            message
            for field, items in fields.items()
            for message in codec.encode_missing(self._engine.missing(items), field)
        ]
