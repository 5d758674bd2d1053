"""What is told over HTTP, in threads of its own: GET /metrics to Prometheus, yes or no to probes.

Probes that cannot speak gRPC, or not over TLS, ask here what grpc.health.v1 says of the server.
"""

import logging
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from socketserver import TCPServer, ThreadingMixIn
from typing import Any, Final
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import CollectorRegistry, make_wsgi_app

from serving.port_claim import no_port
from serving.security.loopback import is_loopback

logger = logging.getLogger(__name__)

POLL_S: Final = 0.05
"""How long the end waits, at most, for the thread that listens."""
MAX_CONNECTIONS: Final = 32
CONNECTION_S: Final = 5.0
"""Within which one has asked and been answered; then it is hung up on."""
TEXT: Final = (("Content-Type", "text/plain; charset=utf-8"),)
App = Callable[[dict[str, Any], Any], Iterable[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsConfig:
    """Where metrics are served; whoever reaches it may read them."""

    host: str = "127.0.0.1"  # loopback, as of the service
    port: int = 9464  # 0 picks a free one


class _Server(ThreadingMixIn, WSGIServer):
    """Answers so many at once, and hangs up on those beyond them."""

    daemon_threads = True  # a reader that hangs does not hold up the end
    request_queue_size = MAX_CONNECTIONS  # that come in one burst

    def __init__(self, *args: Any) -> None:
        self._room = threading.Semaphore(MAX_CONNECTIONS)
        self._deadlines: dict[socket.socket, float] = {}
        super().__init__(*args)

    def server_bind(self) -> None:
        """As WSGIServer does, but without asking a resolver, which may hang, for a name."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]
        self.setup_environ()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread of its own, where there is room for one."""
        if not self._room.acquire(blocking=False):
            self.shutdown_request(request)
            return
        self._deadlines[request] = time.monotonic() + CONNECTION_S
        try:
            super().process_request(request, client_address)
        except RuntimeError:  # the machine has no thread left
            self._forget(request)
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, then make room."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._forget(request)

    def service_actions(self) -> None:
        """Hang up on those who are late; called every POLL_S."""
        now = time.monotonic()
        for request, deadline in list(self._deadlines.items()):
            if deadline <= now:
                with suppress(OSError):  # it has ended meanwhile
                    request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing of a connection that broke."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def _forget(self, request: Any) -> None:
        self._deadlines.pop(request, None)
        self._room.release()


class _ServerOfIpv6(_Server):
    address_family = socket.AF_INET6


class _Handler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the overridden name
        """Nothing: whoever asks every few seconds would fill the log."""


@contextmanager
def metrics_endpoint(
    registry: CollectorRegistry,
    probes: Mapping[str, Callable[[], bool]],
    config: MetricsConfig | None,
) -> Iterator[None]:
    """Serve a registry, and the answer of each probe at its path, within the block.

    Nothing is served where there is no config.

    Raises:
        SchemaError: the port is taken, or the host is not one of this machine's.
    """
    if config is None:
        yield
        return
    with _listening(config) as server:
        server.set_app(_app(registry, probes))
        thread = threading.Thread(target=server.serve_forever, args=(POLL_S,), daemon=True)
        thread.start()
        host = f"[{config.host}]" if ":" in config.host else config.host
        url = f"http://{host}:{server.server_port}/metrics"
        logger.info("serving metrics", extra={"url": url})
        if not is_loopback(config.host):
            logger.warning("whoever reaches the metrics may read them", extra={"url": url})
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def _listening(config: MetricsConfig) -> WSGIServer:
    kind = _ServerOfIpv6 if ":" in config.host else _Server
    try:
        return kind((config.host, config.port), _Handler)
    except OSError as error:
        raise no_port(config.host, config.port, "metrics_port") from error


def _app(registry: CollectorRegistry, probes: Mapping[str, Callable[[], bool]]) -> App:
    metrics: Any = make_wsgi_app(registry)

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/metrics":
            environ.pop("HTTP_ACCEPT", None)  # one format for all: odd ones fail to be parsed
            page: Iterable[bytes] = metrics(environ, start_response)
            return page
        if path in probes:
            status = "200 OK" if probes[path]() else "503 Service Unavailable"
        else:
            status = "404 Not Found"
        start_response(status, list(TEXT))  # the server adds the length of this answer
        return [f"{status[4:].lower()}\n".encode()]

    return answer
