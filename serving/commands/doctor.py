"""`outfit doctor`: examine all that a server needs, before it is run."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators

from serving.commands.redis_flag import RedisUrl

Port = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=65_535))]


def doctor(
    bundle: Path, *, redis: RedisUrl = None, host: str = "127.0.0.1", port: Port = 50051
) -> None:
    """Examine a bundle, this machine and Redis; say for each what is wrong and what to do.

    Every line is ok, a warning or a failure; the exit code is 1 after a failure.

    Example: `outfit doctor demo/bundle --redis redis://127.0.0.1:6379`

    Args:
        bundle: what is to be served.
        redis: address of the Redis that is to keep the updates of the catalogue; one with
            a password is better given by the variable.
        host: the address on which a server is to listen.
        port: the port on which it is to listen.
    """
    import asyncio

    from serving.doctor.bundle_checks import check_bundle
    from serving.doctor.machine_checks import check_descriptors, check_memory, check_port
    from serving.doctor.redis_checks import check_redis

    findings = list(check_bundle(bundle))
    findings += [check_memory(), check_descriptors(), check_port(host, port)]
    if redis is not None:
        findings += asyncio.run(check_redis(redis))
    for finding in findings:
        print(finding)
    failures = sum(finding.level == "failure" for finding in findings)
    if failures:
        print(f"{failures} of {len(findings)} checks failed")
        sys.exit(1)
