"""The process that serves: address, health, reflection, a clean end."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import grpc
from grpc_health.v1 import health, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from data.errors import SchemaError
from serving.batcher import BatchConfig, batching
from serving.call_record import CallObserver
from serving.codec import MAX_MESSAGE_BYTES
from serving.engine_slot import EngineSlot, OutfitEngine
from serving.health import Health
from serving.interceptor import CallInterceptor
from serving.metrics.endpoint import MetricsConfig, metrics_endpoint
from serving.metrics.server_metrics import ServerMetrics
from serving.pb.outfit.v1 import outfit_service_pb2, outfit_service_pb2_grpc
from serving.reply import ReplyDesk
from serving.servicer import OutfitServicer
from serving.tracing import configured_tracing

SERVICE: Final[str] = outfit_service_pb2.DESCRIPTOR.services_by_name["OutfitService"].full_name
SERVICES: Final = (SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME)
OPTIONS: Final = (
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.so_reuseport", 0),  # a second server on one port is an error, not a silent half
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerConfig:
    """Where and how to serve."""

    host: str = "127.0.0.1"  # loopback: whoever opens it to a network says so
    port: int = 50051  # 0 picks a free one
    notice_s: float = 0.0  # how long new calls are answered after health says NOT_SERVING
    grace_s: float = 10.0  # how long calls in flight may take to finish at the end
    batches: BatchConfig = field(default_factory=BatchConfig)
    metrics: MetricsConfig | None = None


async def serve(
    engine: OutfitEngine, config: ServerConfig, announce: Callable[[str], None]
) -> None:
    """Serve until SIGTERM or SIGINT, then drain; `announce` is told the address once it answers."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    with configured_tracing() as observers:
        async with running_server(engine, config, observers) as address:
            announce(address)
            await stop.wait()


@asynccontextmanager
async def running_server(
    engine: OutfitEngine, config: ServerConfig, observers: Sequence[CallObserver] = ()
) -> AsyncIterator[str]:
    """Serve within the `async with` block and give the address; leaving it drains.

    One thread makes all model calls: the engine uses every core by itself, and tokenizers are not
    safe to share between threads.

    Args:
        engine: that answers.
        config: where and how.
        observers: are told of every call, beside the metrics.

    Raises:
        SchemaError: a port is taken, or a host is not one of this machine's.
    """
    slot = EngineSlot(engine)
    metrics = ServerMetrics(slot)
    with (
        metrics_endpoint(metrics.registry, config.metrics),
        ThreadPoolExecutor(max_workers=1, thread_name_prefix="engine") as executor,
    ):
        async with batching(ReplyDesk(slot), executor, config.batches, [metrics]) as batcher:
            metrics.watch_queue(batcher, config.batches.max_waiting)
            interceptor = CallInterceptor([metrics, *observers])
            server = grpc.aio.server(interceptors=[interceptor], options=OPTIONS)
            register = outfit_service_pb2_grpc.add_OutfitServiceServicer_to_server
            register(OutfitServicer(batcher), server)  # type: ignore[no-untyped-call] # generated
            reflection.enable_server_reflection(SERVICES, server)
            checks = Health(SERVICES)
            health_pb2_grpc.add_HealthServicer_to_server(checks, server)
            address = _bind(server, config)
            await server.start()
            try:
                yield address
            finally:
                await _drain(server, checks, config)


async def _drain(server: grpc.aio.Server, checks: Health, config: ServerConfig) -> None:
    """Say so, go on for a while, then take no more calls and finish those in flight."""
    checks.drain()
    await asyncio.sleep(config.notice_s)
    await server.stop(config.grace_s)


def _bind(server: grpc.aio.Server, config: ServerConfig) -> str:
    host = f"[{config.host}]" if ":" in config.host else config.host
    try:
        port = server.add_insecure_port(f"{host}:{config.port}")
    except RuntimeError as error:
        raise SchemaError(
            expected="a free port on a host of this machine",
            got=f"{host}:{config.port}",
            field="port",
        ) from error
    return f"{host}:{port}"
