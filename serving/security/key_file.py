"""The file of API keys: names, scopes and hashes, no key.

{"keys": [{"name": "shop", "sha256": "9f86d0…", "scopes": ["read", "write"]}]}
"""

import json
import logging
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from data.atomic import atomic_file
from data.errors import DuplicateError, InputError, SchemaError, UnreadableError
from serving.security.file_stamp import Stamp, stamp_of
from serving.security.keys import ApiKey, Scope

logger = logging.getLogger(__name__)

NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
SHA256: Final = re.compile(r"[0-9a-f]{64}")
FIELDS: Final = {"name", "sha256", "scopes"}


class KeyFile:
    """The keys that a file holds now; it is read again when it changes.

    A file that went missing or wrong is told in the log once, and the keys before it go on being
    accepted: to lock everybody out, write a file without keys.

    Args:
        path: the file; it has to be there and right to begin with.

    Raises:
        InputError: as of `read_keys`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = _stamp(path)
        self._keys = read_keys(path)

    def current(self) -> list[ApiKey]:
        """The keys of now."""
        stamp = _stamp(self._path)
        if stamp != self._seen:
            self._seen = stamp
            self._read_again()
        return self._keys

    def _read_again(self) -> None:
        try:
            self._keys = read_keys(self._path)
        except InputError as error:
            logger.error(  # noqa: TRY400 - the sentence says it all
                "kept the keys", extra={"cause": str(error)}
            )
        else:
            logger.info("read the keys again", extra={"keys": len(self._keys)})


def read_keys(path: Path) -> list[ApiKey]:
    """The keys of a file.

    Raises:
        UnreadableError: it is missing or no JSON.
        SchemaError: a field is missing, unknown or wrong.
        DuplicateError: a name stands twice, or a key under two names.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnreadableError(
            expected="a file of keys (`outfit keys add`)", got=str(error.strerror), file=path
        ) from error
    except (ValueError, RecursionError) as error:
        raise UnreadableError(expected="JSON", got="something else", file=path) from error
    entries = content.get("keys") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        raise SchemaError(expected="a list of keys", got="none", file=path, field="keys")
    keys = [_key(entry, path, number) for number, entry in enumerate(entries, 1)]
    _refuse_twins(keys, path)
    return keys


def write_keys(path: Path, keys: Sequence[ApiKey]) -> None:
    """Put a file of keys in the place of what is there; a new one is its owner's alone to read.

    Raises:
        SchemaError: a name is none.
        DuplicateError: a name stands twice, or a key under two names.
    """
    _refuse_twins(keys, path)
    entries = [
        {"name": key.name, "sha256": key.sha256, "scopes": sorted(key.scopes)} for key in keys
    ]
    for number, entry in enumerate(entries, 1):
        _key(entry, path, number)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
    with atomic_file(path) as temporary:
        temporary.touch(mode=0o600)
        temporary.write_text(json.dumps({"keys": entries}, indent=2) + "\n", encoding="utf-8")
        temporary.chmod(mode)


def _key(entry: Any, path: Path, row: int) -> ApiKey:
    if not isinstance(entry, dict) or entry.keys() != FIELDS:
        expected = f"the fields {', '.join(sorted(FIELDS))}"
        raise SchemaError(expected=expected, got="others", file=path, row=row, field="keys")
    name, sha256, scopes = entry["name"], entry["sha256"], entry["scopes"]
    wrong = {
        "name": (not _is(NAME, name), "1 to 64 letters, digits, dots, dashes or underscores"),
        "sha256": (not _is(SHA256, sha256), "64 hexadecimal digits"),
        "scopes": (not _are_scopes(scopes), f"one or more of {', '.join(Scope)}"),
    }
    for field, (is_wrong, expected) in wrong.items():
        if is_wrong:  # what stands there may be a key that was put in by mistake: it is not told
            raise SchemaError(
                expected=expected, got="something else", file=path, row=row, field=field
            )
    return ApiKey(name=name, sha256=sha256, scopes=frozenset(map(Scope, scopes)))


def _is(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _are_scopes(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(one in list(Scope) for one in value)


def _refuse_twins(keys: Sequence[ApiKey], path: Path) -> None:
    for field, expected in (("name", "each name once"), ("sha256", "each key under one name")):
        count = Counter(getattr(key, field) for key in keys)
        twins = dict.fromkeys(key.name for key in keys if count[getattr(key, field)] > 1)
        if twins:
            raise DuplicateError(expected=expected, got=" and ".join(twins), file=path, field=field)


def _stamp(path: Path) -> Stamp:
    try:
        return stamp_of(path)
    except OSError:
        return ()
