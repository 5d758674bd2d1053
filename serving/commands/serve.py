"""`outfit serve`: answer over gRPC from one bundle."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators

from serving.request_log import LogFormat

Port = Annotated[int, Parameter(validator=validators.Number(gte=0, lte=65_535))]
Seconds = Annotated[float, Parameter(validator=validators.Number(gte=0))]


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What those who run the server see of it, and how it ends."""

    metrics_port: Port | None = None
    """Serve Prometheus metrics at /metrics on this port; 0 picks a free one that the log names."""

    metrics_host: str = "127.0.0.1"
    """The address of the metrics; whoever reaches it may read them."""

    log_format: LogFormat = "json"
    """A JSON object a line, or text."""

    notice_s: Seconds = 0.0
    """Seconds for which new calls are still answered at the end, after health says so."""

    grace_s: Seconds = 10.0
    """Seconds that calls in flight get to finish at the end."""


OPERATION = Operation()


def serve(
    bundle: Path,
    /,
    *,
    host: str = "127.0.0.1",
    port: Port = 50051,
    operation: Operation = OPERATION,
) -> None:
    """Answer over gRPC from one bundle until SIGTERM or Ctrl-C, then finish what is in flight.

    Example: `outfit serve demo/bundle --port 50051 --metrics-port 9464`

    Args:
        bundle: the folder that `outfit train` wrote.
        host: the address to listen on; beyond this machine, the calls are neither encrypted nor
            authenticated.
        port: the port to listen on; 0 picks a free one and the first line of output names it.
        operation: metrics, log and end.
    """
    import asyncio
    import os

    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # its own lines repeat what an error says

    from engine.recommender import Recommender
    from serving.metrics.endpoint import MetricsConfig
    from serving.request_log import configure_logging
    from serving.server import ServerConfig
    from serving.server import serve as serve_engine

    configure_logging(operation.log_format)
    engine = Recommender.load(bundle)
    metrics = (
        None
        if operation.metrics_port is None
        else MetricsConfig(host=operation.metrics_host, port=operation.metrics_port)
    )
    config = ServerConfig(
        host=host,
        port=port,
        notice_s=operation.notice_s,
        grace_s=operation.grace_s,
        metrics=metrics,
    )

    def announce(address: str) -> None:
        print(f"serving {engine.info.bundle_id} on {address}", flush=True)

    asyncio.run(serve_engine(engine, config, announce))
