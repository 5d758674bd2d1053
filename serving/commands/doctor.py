"""`outfit doctor`: examine all that a server needs, before it is run."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from serving.doctor.finding import Finding


def doctor(
    bundle: Path | None = None,
    /,
    *,
    bundles: Path | None = None,
    listening: Listening = LISTENING,
    kept: Kept = KEPT,
    operation: Operation = OPERATION,
    protection: Protection = LOOPBACK_ONLY,
) -> None:
    """Examine all that a server needs; say for each thing what is wrong and what to do.

    It takes the command line of `outfit serve` as it is. Every line is ok, a warning or a failure;
    the exit code is 1 after a failure.

    Example: `outfit doctor demo/bundle --redis redis://127.0.0.1:6379`

    Args:
        bundle: what is to be served.
        bundles: instead of one bundle, a folder of them; each is examined.
        listening: where it is to be served; the ports have to be free.
        kept: where updates of the catalogue are to be kept.
        operation: metrics, whose ports have to be free as well.
        protection: the files of certificates and keys.
    """
    flags = ServeFlags(
        bundle=bundle,
        bundles=bundles,
        listening=listening,
        kept=kept,
        operation=operation,
        protection=protection,
    )
    findings = [*_of_bundles(flags), *_of_machine(flags), *_of_updates(flags)]
    for finding in findings:
        print(finding)
    failures = sum(finding.level == "failure" for finding in findings)
    if failures:
        print(f"{failures} of {len(findings)} checks failed")
        sys.exit(1)


def _of_bundles(flags: ServeFlags) -> "Iterator[Finding]":
    from serving.doctor.bundle_checks import check_bundle
    from serving.doctor.folder_checks import check_bundles

    if flags.bundles is not None:
        yield from check_bundles(flags.bundles)
    if flags.bundle is not None:
        yield from check_bundle(flags.bundle)


def _of_machine(flags: ServeFlags) -> "Iterator[Finding]":
    """To be asked after the bundles were examined, whose memory counts."""
    from serving.doctor.machine_checks import check_descriptors, check_memory, check_port
    from serving.doctor.protection_checks import check_protection

    listening, operation = flags.listening, flags.operation
    yield check_memory()
    yield check_descriptors()
    yield check_port(listening.host, listening.port)
    for number in range(1, listening.workers + 1):
        port = operation.of_worker(number).metrics_port
        if port is not None:
            yield check_port(operation.metrics_host, port, "metrics-port")
    yield from check_protection(flags.protection, listening.host)


def _of_updates(flags: ServeFlags) -> "Iterator[Finding]":
    from serving.doctor.folder_checks import check_updates
    from serving.doctor.redis_checks import check_redis

    if flags.kept.redis is None:
        yield check_updates(flags.updates)
    else:
        yield from asyncio.run(check_redis(flags.kept.redis, flags.kept.shop))
