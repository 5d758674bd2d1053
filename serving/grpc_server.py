"""The server of gRPC without what it serves: its options, and the port it listens on."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

import grpc

from serving.limits import MAX_CONCURRENT_CALLS, MAX_MESSAGE_BYTES
from serving.port_claim import no_port
from serving.security.enforcement import port_credentials
from serving.server_config import ServerConfig

OPTIONS: Final = (
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_concurrent_streams", MAX_CONCURRENT_CALLS),
    ("grpc.server.max_pending_requests", 4 * MAX_CONCURRENT_CALLS),  # beyond it some are CANCELLED
    ("grpc.server.max_pending_requests_hard_limit", 8 * MAX_CONCURRENT_CALLS),
    ("grpc.http2.bdp_probe", 0),  # it widens the window of what nobody reads, to a GiB a stream
    ("grpc.keepalive_time_ms", 30_000),  # a peer that is gone, or reads nothing, is cut off
    ("grpc.keepalive_timeout_ms", 10_000),
)

LOOP: Final = "_server_main_loop"
"""Name of the coroutine in which grpc.aio takes calls."""


def grpc_server(
    interceptors: Sequence[grpc.aio.ServerInterceptor], config: ServerConfig
) -> grpc.aio.Server:
    """A server of which a second on its port is an error, not a silent half, unless it shares."""
    sharing = ("grpc.so_reuseport", int(config.shared))
    return grpc.aio.server(interceptors=interceptors, options=(*OPTIONS, sharing))


def bind(server: grpc.aio.Server, config: ServerConfig) -> str:
    """Take the port, where connections wait from now on until the server starts: the address.

    Raises:
        SchemaError: the port is taken, or the host is not one of this machine's.
        InputError: a certificate cannot be used.
    """
    host = f"[{config.host}]" if ":" in config.host else config.host
    credentials = port_credentials(config.protection)
    try:
        if credentials is None:
            port = server.add_insecure_port(f"{host}:{config.port}")
        else:
            port = server.add_secure_port(f"{host}:{config.port}", credentials)
    except RuntimeError as error:
        raise no_port(host, config.port, "port") from error
    return f"{host}:{port}"


async def start(server: grpc.aio.Server, fell: Callable[[], None]) -> None:
    """Have it answer.

    The loop in which it takes calls fails at one whose path is not UTF-8, key or none: then nothing
    listens any more, and what is left of the server cannot be taken down in safety.

    Args:
        server: that has all its services.
        fell: is called then.
    """
    before = asyncio.all_tasks()
    await server.start()
    begun = asyncio.all_tasks() - before
    (taking,) = (task for task in begun if getattr(task.get_coro(), "__name__", "") == LOOP)

    def ended(loop: asyncio.Task[None]) -> None:
        if not loop.cancelled() and loop.exception() is not None:
            fell()

    taking.add_done_callback(ended)
