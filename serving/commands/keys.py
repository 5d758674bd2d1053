"""`outfit keys`: who may call a server."""

import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

if TYPE_CHECKING:
    from serving.security.keys import ApiKey

KeysPath = Annotated[Path, Parameter(name="--keys")]

app = App(
    name="keys", help="Say who may call a server (`outfit serve --keys`), which reads it at once."
)


@app.command
def add(
    name: str,
    /,
    *,
    scope: Annotated[list[Literal["read", "write", "operate"]], Parameter(negative="")],
    keys: KeysPath,
    out: Path | None = None,
) -> None:
    """Make a key, print it this once or write it to a file, and keep its hash.

    Example: `outfit keys add shop --scope read --scope write --keys keys.json --out shop.key`

    Args:
        name: who will hold it; stands in the server's log.
        scope: what it may be used for; repeat the flag for more. read: questions and the catalogue;
            write: updates of items; operate: switches of bundles.
        keys: the file; a new one is its owner's alone to read.
        out: a new file for the key, its owner's alone to read; the key is not printed then.
    """
    from serving.security.key_file import write_keys
    from serving.security.keys import ApiKey, Scope, new_secret, sha256_of
    from serving.security.secret_file import new_secret_file

    found = _read(keys) if keys.exists() else []
    _refuse_known(name, found, keys)
    secret = new_secret()
    key = ApiKey(name=name, sha256=sha256_of(secret), scopes=frozenset(map(Scope, scope)))
    with nullcontext() if out is None else new_secret_file(out, secret):
        write_keys(keys, [*found, key])
    if out is None:
        print(secret)
        sys.stderr.write(f"this is the only time that the key of {name} is shown\n")
    else:
        sys.stderr.write(f"the key of {name} is in {out}, and nowhere else\n")


@app.command(name="list")
def show(*, keys: KeysPath) -> None:
    """Print the names and scopes of the keys.

    Example: `outfit keys list --keys keys.json`

    Args:
        keys: the file.
    """
    for key in _read(keys):
        print(f"{key.name}: {', '.join(sorted(key.scopes))}")


@app.command
def remove(name: str, /, *, keys: KeysPath) -> None:
    """Take a key out of the file; servers refuse it from then on.

    Example: `outfit keys remove shop --keys keys.json`

    Args:
        name: whose key.
        keys: the file.
    """
    from data.errors import InputError
    from serving.security.key_file import write_keys

    found = _read(keys)
    kept = [key for key in found if key.name != name]
    if len(kept) == len(found):
        raise InputError(expected="the name of a key", got=repr(name), file=keys, field="name")
    write_keys(keys, kept)


def _refuse_known(name: str, found: "Sequence[ApiKey]", keys: Path) -> None:
    from data.errors import DuplicateError

    if name in {key.name for key in found}:
        raise DuplicateError(
            expected="a name without a key",
            got=f"{name!r}, whose key `outfit keys remove {name} --keys {keys}` takes away",
            file=keys,
            field="name",
        )


def _read(keys: Path) -> "list[ApiKey]":
    from serving.security.key_file import read_keys

    return read_keys(keys)
