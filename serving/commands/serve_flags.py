"""The flags of `outfit serve`, in the groups in which they are used."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter, validators

from data.errors import SchemaError
from serving.commands.redis_flag import RedisUrl
from serving.commands.response_caches import CACHING, Caching
from serving.limits import LAST_PORT, MAX_HELD_BYTES, MAX_MESSAGE_BYTES
from serving.request_log import LogFormat
from serving.security.protection import Protection

MIB: Final = 2**20

Port = Annotated[int, Parameter(validator=validators.Number(gte=0, lte=LAST_PORT))]
Seconds = Annotated[float, Parameter(validator=validators.Number(gte=0))]
Size = Annotated[int, Parameter(validator=validators.Number(gte=1))]
Room = Annotated[int, Parameter(validator=validators.Number(gte=MAX_MESSAGE_BYTES // MIB + 1))]


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where and how to serve."""

    host: str = "127.0.0.1"
    """The address to listen on; beyond this machine only with --tls-cert, and --keys or
    --client-ca."""

    port: Port = 50051
    """The port to listen on; 0 picks a free one and the first line of output names it."""

    workers: Size = 1
    """Processes that share the port and the bundle in memory, each with a part of the cores."""

    batch_size: Size = 256
    """Outfits that the model judges at once, at most."""

    batch_delay_s: Seconds = 0.0
    """Seconds that a question waits for others while the model is idle."""

    max_waiting: Size = 2_048
    """Outfits that may wait for the model; what comes beyond them is refused."""

    max_held_mib: Room = MAX_HELD_BYTES // MIB
    """MiB of requests that are not answered yet, and of answers that are not taken yet; what comes
    beyond them is refused. One request may have 32."""

    preload_encoders: bool = False
    """Load the encoders of words and pictures before serving, or all wait for them when the first
    question with words or a picture of its own comes."""


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Where the updates of the catalogue are kept, and answers for those who ask again."""

    redis: RedisUrl = None
    """Address of a Redis that keeps them for all servers of a shop, such as redis://host:6379; one
    with a password is better given by the variable."""

    shop: str = "shop"
    """Names the catalogue within Redis, so that shops may share one."""

    updates: Path | None = None
    """Folder of this machine that keeps them without Redis; beside the bundles by default."""

    answers: Caching = CACHING


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What those who run the server see of it, and how it ends."""

    metrics_port: Port | None = None
    """Serve Prometheus metrics at /metrics on this port, and those of further workers on the ports
    that follow; 0 picks free ones that the log names."""

    metrics_host: str = "127.0.0.1"
    """The address of the metrics; whoever reaches it may read them."""

    log_format: LogFormat = "json"
    """A JSON object a line, or text."""

    notice_s: Seconds = 0.0
    """Seconds for which new calls are still answered at the end, after health says so."""

    grace_s: Seconds = 10.0
    """Seconds that calls in flight get to finish at the end."""

    def of_worker(self, number: int) -> "Operation":
        """That of one of several processes, counted from 1: each has a metrics port of its own.

        Raises:
            SchemaError: there is no such port.
        """
        if not self.metrics_port:
            return self
        port = self.metrics_port + number - 1
        if port > LAST_PORT:
            expected = f"a port below {LAST_PORT} for the metrics of each worker"
            raise SchemaError(expected=expected, got=str(port), field="metrics-port")
        return replace(self, metrics_port=port)


LISTENING = Listening()
KEPT = Kept()
OPERATION = Operation()
LOOPBACK_ONLY = Protection()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeFlags:
    """All of a command line; see `serving.commands.serve.serve`."""

    bundle: Path | None
    bundles: Path | None
    listening: Listening
    kept: Kept
    operation: Operation
    protection: Protection

    def __post_init__(self) -> None:
        """Refuse what leaves open what to serve; raises SchemaError."""
        if (self.bundle is None) == (self.bundles is None):
            raise SchemaError(
                expected="a bundle, or --bundles with a folder of them",
                got="neither" if self.bundle is None else "both",
            )

    @property
    def updates(self) -> Path:
        """The folder that keeps the updates where no Redis does."""
        if self.kept.updates is not None:
            return self.kept.updates
        if self.bundle is not None:
            beside = self.bundle.resolve()
            return beside.with_name(f"{beside.name}.updates")
        return (self.bundles or Path()) / ".updates"
