"""grpc.health.v1: whether each service answers, told on request or as it changes."""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

import grpc
from grpc_health.v1 import health_pb2 as pb
from grpc_health.v1 import health_pb2_grpc

SERVING: Final = pb.HealthCheckResponse.SERVING
NOT_SERVING: Final = pb.HealthCheckResponse.NOT_SERVING
SERVICE_UNKNOWN: Final = pb.HealthCheckResponse.SERVICE_UNKNOWN
OVERALL: Final = ""
"""The name under which the whole server is asked for."""


class Health(health_pb2_grpc.HealthServicer):
    """Says SERVING of its services until it is told that the server drains.

    A watch ends once it has told its caller, so that it does not hold up the end of the server.
    """

    def __init__(self, services: Iterable[str]) -> None:
        self._services = frozenset([OVERALL, *services])
        self._draining = asyncio.Event()

    def drain(self) -> None:
        """Say NOT_SERVING from now on."""
        self._draining.set()

    async def Check(  # noqa: N802 - the contract's name
        self, request: pb.HealthCheckRequest, context: Any
    ) -> pb.HealthCheckResponse:
        """Say how a service is; one that is not known here is NOT_FOUND."""
        if request.service not in self._services:
            await context.abort(grpc.StatusCode.NOT_FOUND, "no such service")
        return pb.HealthCheckResponse(status=self._status(request.service))

    async def Watch(  # noqa: N802 - the contract's name
        self, request: pb.HealthCheckRequest, context: Any
    ) -> None:
        """Say how a service is, and once more when the server drains."""
        draining = self._draining.is_set()
        await context.write(pb.HealthCheckResponse(status=self._status(request.service)))
        if not draining:
            await self._draining.wait()
            await context.write(pb.HealthCheckResponse(status=self._status(request.service)))

    def _status(self, service: str) -> Any:
        if service not in self._services:
            return SERVICE_UNKNOWN
        return NOT_SERVING if self._draining.is_set() else SERVING
