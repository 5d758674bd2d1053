"""What the Redis client raises, as the errors of the log."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from redis import exceptions

from serving.overlay.errors import (
    LogDeniedError,
    LogForkedError,
    LogFullError,
    LogLostError,
    LogRefusedError,
    LogTimeoutError,
    LogUnreachableError,
    UpdateLogError,
)

ROOM: Final = (LogFullError, "room for more")
RIGHTS: Final = (LogDeniedError, "a password and rights that fit")
WRITABLE: Final = (LogUnreachableError, "a Redis that takes writes")
WORDS: Final = {
    "OOM": ROOM,
    "MISCONF": ROOM,
    "NOPERM": RIGHTS,
    "NOAUTH": RIGHTS,
    "READONLY": WRITABLE,
    "LOST": (LogLostError, "the head of the log"),
    "FORKED": (LogForkedError, "the last entry that is known here"),
}
"""Words of an answer, also one that comes out of a script."""

KINDS: Final = {
    exceptions.TimeoutError: (LogTimeoutError, "an answer in time"),
    TimeoutError: (LogTimeoutError, "an answer in time"),
    exceptions.OutOfMemoryError: ROOM,
    exceptions.AuthenticationError: RIGHTS,
    exceptions.NoPermissionError: RIGHTS,
    exceptions.ReadOnlyError: WRITABLE,
    exceptions.ConnectionError: WRITABLE,
    OSError: WRITABLE,
}
UNKNOWN: Final = (LogRefusedError, "Redis 6.2 or newer")


@contextmanager
def named_errors(where: str) -> Iterator[None]:
    """Raise leaves of `UpdateLogError` for whatever Redis answers; `where` is told."""
    try:
        yield
    except (exceptions.RedisError, OSError) as error:
        raise named_error(error, where) from error


def named_error(error: Exception, where: str) -> UpdateLogError:
    """The error of the log; what Redis answers holds no secrets."""
    text = str(error) or type(error).__name__
    words = (WORDS[word] for word in re.findall(r"[A-Z]+", text) if word in WORDS)
    kinds = (kind for name, kind in KINDS.items() if isinstance(error, name))
    kind, expected = next(kinds, None) or next(words, UNKNOWN)
    return kind(expected=expected, got=text, where=where)
