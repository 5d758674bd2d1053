"""A file that is to hold a secret which is told only once."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.errors import InputError


@contextmanager
def new_secret_file(path: Path, secret: str) -> Iterator[None]:
    """Write a new file, its owner's alone to read; where the block fails, it is gone again.

    Raises:
        InputError: there is something at `path`, or nothing can be written there.
    """
    _write_new(path, f"{secret}\n")
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _write_new(path: Path, text: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise _refused(path, error) from error
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise _refused(path, error) from error


def _refused(path: Path, error: OSError) -> InputError:
    return InputError(expected="a new file to write to", got=str(error.strerror), file=path)
