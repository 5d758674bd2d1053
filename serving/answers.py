"""Questions of OutfitService answered from the response cache, or else by the batcher."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from google.protobuf.message import DecodeError

from serving.batcher import Batcher
from serving.cache.response_cache import ResponseCache, response_key
from serving.outfit_calls import OutfitCall
from serving.overlay.state import Mark

MAX_CACHED_REQUEST_BYTES: Final = 2**20
"""Beyond it a request holds pictures, which seldom come twice and take long to digest."""

State: TypeAlias = tuple[str, Mark]
"""Identifier of the bundle that answers, and the mark of the updates in force."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answered:
    """A response, and how it came about.

    Args:
        response: of the kind of the call.
        batch_size: questions that the model answered together; None from the cache.
    """

    response: Any
    batch_size: int | None


class Answers:
    """What every method of OutfitService asks.

    Args:
        batcher: asks the model.
        cache: asked before it; None keeps nothing.
        state: that would answer now; raises NotLoadedError where there is no bundle.
    """

    def __init__(
        self, batcher: Batcher, cache: ResponseCache | None, state: Callable[[], State]
    ) -> None:
        self._batcher, self._cache, self._state = batcher, cache, state

    async def answer(
        self, call: OutfitCall, request: Any, remaining_s: Callable[[], float | None]
    ) -> Answered:
        """The response to a request; only one that was made from a reply is kept.

        Args:
            call: the kind of the request.
            request: of the caller.
            remaining_s: seconds until the caller's deadline now; None where there is none.

        Raises:
            InputError: the request is at fault.
            OutfitError: as of `Batcher.ask`.
        """
        question = call.question(request)
        cache = self._cache
        if cache is None or request.ByteSize() > MAX_CACHED_REQUEST_BYTES:
            reply = await self._batcher.ask(question, remaining_s=remaining_s())
            return Answered(response=call.response(reply), batch_size=reply.batch_size)
        method, canonical = canonical_form(request)
        kept = await cache.get(response_key(*self._state(), method, canonical))
        response = None if kept is None else _parsed(call, kept)
        if response is not None:
            return Answered(response=response, batch_size=None)
        reply = await self._batcher.ask(question, remaining_s=remaining_s())
        response = call.response(reply)
        key = response_key(reply.provenance.bundle_id, reply.mark, method, canonical)
        await cache.put(key, response.SerializeToString())
        return Answered(response=response, batch_size=reply.batch_size)


def canonical_form(request: Any) -> tuple[str, bytes]:
    """The kind of a request, and bytes that are the same for equal requests.

    The order of items counts: positions in a response are those of its request.
    """
    return request.DESCRIPTOR.full_name, request.SerializeToString(deterministic=True)


def _parsed(call: OutfitCall, kept: bytes) -> Any:
    """The response; None where what was kept is none, so that it is made anew."""
    try:
        return call.responds.FromString(kept)
    except DecodeError:
        return None
