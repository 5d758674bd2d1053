"""Whom `outfit call` asks, and how it shows the answer."""

import dataclasses
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

from cyclopts import Parameter, validators

if TYPE_CHECKING:
    from serving.client_codec import Answer
    from serving.security.channel import Credentials

Asking = TypeVar("Asking")
Seconds = Annotated[float, Parameter(validator=validators.Number(gt=0))]


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What to trust and what to show."""

    tls_ca: Path | None = None
    """Authorities (PEM) of which one vouches for the server; without any, calls are in clear."""

    tls_cert: Path | None = None
    """The client's own certificate chain (PEM), for a server that asks for one."""

    tls_key: Path | None = None
    """The private key of that certificate (PEM)."""

    tls_name: str | None = None
    """The name that the server's certificate bears, where --address is another, such as that of one
    replica."""

    api_key_file: Path | None = None
    """The file that holds an API key; without it, the variable OUTFIT_API_KEY does."""

    def credentials(self) -> "Credentials":
        """The same, as a client wants it."""
        from serving.security.channel import Credentials, find_key

        return Credentials(
            tls_ca=self.tls_ca,
            tls_cert=self.tls_cert,
            tls_key=self.tls_key,
            tls_name=self.tls_name,
            api_key=find_key(self.api_key_file),
        )


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Connection(Access):
    """Whom to ask and how to show the answer."""

    address: str = "127.0.0.1:50051"
    """Host and port of the server."""

    deadline_s: Seconds = 10.0
    """Seconds to wait for the answer."""

    json: Annotated[bool, Parameter(negative="")] = False
    """Print the answer as JSON instead of a table."""


DEFAULT_CONNECTION = Connection()


def silence_grpc() -> None:
    """Keep gRPC from lines of its own, which repeat what an error says; before it is imported."""
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")


@contextmanager
def asking(
    client: Callable[..., AbstractContextManager[Asking]], connection: Connection
) -> Iterator[Asking]:
    """A client of one kind; a call of it that fails is told with what to try."""
    from serving.call_advice import advised

    address, credentials = connection.address, connection.credentials()
    with (
        advised(address, credentials),
        client(address, deadline_s=connection.deadline_s, credentials=credentials) as opened,
    ):
        yield opened


def split(names: str) -> list[str]:
    """Names separated by commas."""
    return [name.strip() for name in names.split(",") if name.strip()]


def show(
    answer: "Answer", columns: Sequence[str], rows: Iterable[Sequence[str]], connection: Connection
) -> None:
    """Print an answer as a table, or as JSON."""
    if connection.json:
        print(json.dumps(dataclasses.asdict(answer)))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns)
    for row in rows:
        table.add_row(*row)
    console = Console()
    console.print(table)
    console.print(_provenance(answer), markup=False, highlight=False)
    for lack in answer.missing:
        console.print(f"{lack.field} was judged without its {lack.modality}", markup=False)
    if answer.missing_item_ids:
        names = ", ".join(answer.missing_item_ids)
        console.print(f"not in the catalogue: {names}", markup=False)


def _provenance(answer: "Answer") -> str:
    version = f", overlay version {answer.overlay_version}" if answer.overlay_version else ""
    return f"bundle {answer.bundle_id}{version}"
