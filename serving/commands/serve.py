"""`outfit serve`: answer over gRPC from one bundle."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators

from serving.security.protection import Protection

Port = Annotated[int, Parameter(validator=validators.Number(gte=0, lte=65_535))]
Seconds = Annotated[float, Parameter(validator=validators.Number(gte=0))]

LOOPBACK_ONLY = Protection()


def serve(
    bundle: Path,
    /,
    *,
    host: str = "127.0.0.1",
    port: Port = 50051,
    grace_s: Seconds = 10.0,
    protection: Protection = LOOPBACK_ONLY,
) -> None:
    """Answer over gRPC from one bundle until SIGTERM or Ctrl-C, then finish what is in flight.

    Example: `outfit serve demo/bundle --port 50051`

    Args:
        bundle: the folder that `outfit train` wrote.
        host: the address to listen on; beyond this machine only with --tls-cert and --keys or
            --client-ca.
        port: the port to listen on; 0 picks a free one and the first line of output names it.
        grace_s: seconds that calls in flight get to finish at the end.
        protection: who may call, what, how often, and how it travels.
    """
    import asyncio
    import os

    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # its own lines repeat what an error says

    from engine.recommender import Recommender
    from serving.request_log import configure_logging
    from serving.server import ServerConfig
    from serving.server import serve as serve_engine

    configure_logging()
    protection.check(host)  # before the bundle is loaded, which takes a while
    engine = Recommender.load(bundle)
    config = ServerConfig(host=host, port=port, grace_s=grace_s, protection=protection)

    def announce(address: str) -> None:
        print(f"serving {engine.info.bundle_id} on {address}", flush=True)

    asyncio.run(serve_engine(engine, config, announce))
