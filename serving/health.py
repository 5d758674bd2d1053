"""grpc.health.v1: whether each service answers, told on request or as it changes."""

import asyncio
from collections.abc import Callable, Collection
from typing import Any, Final

import grpc
from grpc_health.v1 import health
from grpc_health.v1 import health_pb2 as pb

from serving.arrivals import Arrivals
from serving.engine_slot import EngineSlot
from serving.open_calls import open_unary, open_watch
from serving.services import CATALOGUE, OUTFITS, UPDATES

SERVING: Final = pb.HealthCheckResponse.SERVING
NOT_SERVING: Final = pb.HealthCheckResponse.NOT_SERVING
SERVICE_UNKNOWN: Final = pb.HealthCheckResponse.SERVICE_UNKNOWN
FROM_A_BUNDLE: Final = frozenset({health.OVERALL_HEALTH, OUTFITS, CATALOGUE, UPDATES})
"""They serve once a bundle is loaded; from then on there is always one."""

GLANCE_S: Final = 0.2
"""How often a watch of the updates looks whether their log is followed."""

ARRIVING: Final = 4
ARRIVAL_S: Final = 2.0
SHARE_S: Final = 0.2
"""How many requests of strangers arrive at once, and for how long; they fit one packet."""

MAX_WATCHES: Final = 1_000
"""Of everybody together, who needs no key; each takes memory for as long as it likes."""

TELLING_S: Final = 1.0
"""For how long a watcher that does not read can hold up the end."""


class Health:
    """Says SERVING of what can answer, until it is told that the server drains.

    A watch ends once it has told its caller so: gRPC's own servicer lets it hold up the end of
    the server.

    Args:
        slot: whose engine answers.
        others: names of the services beside this one that need no bundle and are served.
        followed: whether the log of updates is, so that they are taken.
    """

    def __init__(
        self,
        slot: EngineSlot,
        others: Collection[str] = (),
        followed: Callable[[], bool] = lambda: True,
    ) -> None:
        self._slot, self._followed, self._draining = slot, followed, asyncio.Event()
        self._always = {health.SERVICE_NAME, *others}
        self._watches: set[asyncio.Task[None]] = set()

    @property
    def is_serving(self) -> bool:
        """The server as a whole serves."""
        return bool(self._status(health.OVERALL_HEALTH) == SERVING)

    async def drain(self) -> None:
        """Say NOT_SERVING from now on; whoever watches has been told when this returns."""
        self._draining.set()
        if self._watches:
            await asyncio.wait(self._watches, timeout=TELLING_S)

    async def Check(  # noqa: N802 - the contract's name
        self, request: pb.HealthCheckRequest, context: Any
    ) -> pb.HealthCheckResponse:
        """Say how a service is; one that is not known here is NOT_FOUND."""
        status = self._status(request.service)
        if status == SERVICE_UNKNOWN:
            await context.abort(grpc.StatusCode.NOT_FOUND, "no such service")
        return pb.HealthCheckResponse(status=status)

    async def List(  # noqa: N802 - the contract's name
        self, _request: Any, _context: Any
    ) -> Any:
        """Say how every service is."""
        return pb.HealthListResponse(  # type: ignore[attr-defined] # newer than its stubs
            statuses={
                service: pb.HealthCheckResponse(status=self._status(service))
                for service in FROM_A_BUNDLE | self._always
            }
        )

    async def Watch(  # noqa: N802 - the contract's name
        self, request: pb.HealthCheckRequest, context: Any
    ) -> None:
        """Say how a service is, and again whenever it changes; to so many and no more."""
        if len(self._watches) >= MAX_WATCHES:
            await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "too many watch already")
        watch = asyncio.create_task(self._tell(request.service, context))
        self._watches.add(watch)
        try:
            await watch
        finally:
            watch.cancel()
            self._watches.discard(watch)

    async def _tell(self, service: str, context: Any) -> None:
        """Write how a service is until the server drains."""
        told = None
        while True:
            draining, empty = self._draining.is_set(), self._slot.is_empty
            status = self._status(service)
            if status != told:
                await context.write(pb.HealthCheckResponse(status=status))
                told = status
            if draining:
                return
            await self._change(empty=empty, within_s=GLANCE_S if service == UPDATES else None)

    def _status(self, service: str) -> Any:
        if service not in FROM_A_BUNDLE | self._always:
            return SERVICE_UNKNOWN
        empty = service in FROM_A_BUNDLE and self._slot.is_empty
        lost = service == UPDATES and not self._followed()
        return NOT_SERVING if empty or lost or self._draining.is_set() else SERVING

    async def _change(self, *, empty: bool, within_s: float | None) -> None:
        """Wait for the end, or for a bundle where there was none, or for so many seconds."""
        events = [self._draining, self._slot.loaded] if empty else [self._draining]
        waits = [asyncio.create_task(event.wait()) for event in events]
        try:
            await asyncio.wait(waits, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()


def health_handler(checks: Health) -> grpc.GenericRpcHandler:
    """The service, as a server takes it."""
    arrivals = Arrivals(ARRIVING, ARRIVAL_S, SHARE_S)
    listing = pb.HealthListRequest  # type: ignore[attr-defined] # newer than its stubs
    methods = {
        "Check": open_unary(checks.Check, pb.HealthCheckRequest, arrivals),
        "List": open_unary(checks.List, listing, arrivals),
        "Watch": open_watch(checks.Watch, pb.HealthCheckRequest, arrivals),
    }
    return grpc.method_handlers_generic_handler(health.SERVICE_NAME, methods)
