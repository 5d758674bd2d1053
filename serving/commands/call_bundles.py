"""`outfit call bundles`, `activate` and `roll-back`: the bundles of a running server."""

import dataclasses
import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from serving.commands.connection import Connection, asking, silence_grpc

if TYPE_CHECKING:
    from serving.bundle_client import BundleClient, ServerBundle

PATIENT = Connection(deadline_s=60.0)
"""A server verifies and loads a bundle while it is asked."""


def bundles(*, connection: Connection = PATIENT) -> None:
    """Show the bundles that a server with `--bundles` could answer from.

    Example: `outfit call bundles --address 127.0.0.1:50051`

    Args:
        connection: whom to ask and how to show the answer.
    """
    with _client(connection) as client:
        _show(client.bundles(), connection)


def activate(name: str, /, *, connection: Connection = PATIENT) -> None:
    """Answer from a bundle from now on; no call fails meanwhile.

    Example: `outfit call activate autumn`

    Args:
        name: of the bundle, as `outfit call bundles` shows it.
        connection: whom to ask and how to show the answer.
    """
    with _client(connection) as client:
        _show([client.activate(name)], connection)


def roll_back(*, connection: Connection = PATIENT) -> None:
    """Answer again from the bundle that was active before.

    Example: `outfit call roll-back --address 127.0.0.1:50051`

    Args:
        connection: whom to ask and how to show the answer.
    """
    with _client(connection) as client:
        _show([client.roll_back()], connection)


def _client(connection: Connection) -> "AbstractContextManager[BundleClient]":
    silence_grpc()
    from serving.bundle_client import BundleClient

    return asking(BundleClient, connection)


def _show(bundles: "Sequence[ServerBundle]", connection: Connection) -> None:
    if connection.json:
        print(json.dumps([dataclasses.asdict(bundle) for bundle in bundles]))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("bundle", "id", "model", "items", "state")
    for bundle in bundles:
        state = "active" if bundle.active else "" if bundle.readable else "cannot be read"
        row = (bundle.name, bundle.bundle_id, bundle.model, str(bundle.num_items), state)
        table.add_row(*row)
    Console().print(table)
