"""`outfit serve`: answer over gRPC from one bundle, or from a folder of bundles."""

from pathlib import Path

from serving.commands.serve_flags import (
    KEPT,
    LISTENING,
    LOOPBACK_ONLY,
    OPERATION,
    Kept,
    Listening,
    Operation,
    ServeFlags,
)
from serving.security.protection import Protection


def serve(
    bundle: Path | None = None,
    /,
    *,
    bundles: Path | None = None,
    listening: Listening = LISTENING,
    kept: Kept = KEPT,
    operation: Operation = OPERATION,
    protection: Protection = LOOPBACK_ONLY,
) -> None:
    """Answer over gRPC until SIGTERM or Ctrl-C, then finish what is in flight.

    Example: `outfit serve demo/bundle --port 50051 --metrics-port 9464`

    Args:
        bundle: the folder that `outfit train` wrote.
        bundles: instead of one bundle, a folder of them, between which operators switch with
            `outfit call activate` and `outfit call roll-back`.
        listening: where and how to serve.
        kept: where updates of the catalogue and answers are kept.
        operation: metrics, log and end.
        protection: who may call, what, how often, and how it travels.
    """
    import os

    from serving.request_log import configure_logging

    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # its own lines repeat what an error says
    configure_logging(operation.log_format)
    protection.check(listening.host)  # before a bundle is loaded, which takes a while
    flags = ServeFlags(
        bundle=bundle,
        bundles=bundles,
        listening=listening,
        kept=kept,
        operation=operation,
        protection=protection,
    )
    if listening.workers == 1:
        from serving.commands.served import serve_alone

        serve_alone(flags, _print)
    else:
        from serving.commands.served_together import serve_together

        serve_together(flags, _print)


def _print(line: str) -> None:
    print(line, flush=True)
