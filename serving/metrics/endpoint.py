"""The page that Prometheus reads: GET /metrics over HTTP, in a thread of its own."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, start_http_server

from data.errors import SchemaError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsConfig:
    """Where metrics are served; whoever reaches it may read them."""

    host: str = "127.0.0.1"  # loopback, as of the service
    port: int = 9464  # 0 picks a free one


@contextmanager
def metrics_endpoint(registry: CollectorRegistry, config: MetricsConfig | None) -> Iterator[None]:
    """Serve a registry within the block; nothing where there is no config.

    Raises:
        SchemaError: the port is taken, or the host is not one of this machine's.
    """
    if config is None:
        yield
        return
    try:
        server, thread = start_http_server(config.port, config.host, registry)
    except OSError as error:
        raise SchemaError(
            expected="a free port on a host of this machine",
            got=f"{config.host}:{config.port}",
            field="metrics_port",
        ) from error
    url = f"http://{config.host}:{server.server_port}/metrics"
    logger.info("serving metrics", extra={"url": url})
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
