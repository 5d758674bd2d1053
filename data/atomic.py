"""Files and folders that appear whole or not at all."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.errors import InputError


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`; on success it becomes `path`, on an error it is removed.

    Args:
        path: the file to appear; its suffix is kept, so writers that look at it are not misled.

    Raises:
        ValueError: the block ended without writing the temporary path.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _beside(path)
    try:
        yield temporary
        if not temporary.is_file():
            raise ValueError(f"{path} was never written")
        _flush(temporary)
        temporary.replace(path)
        _flush(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: Path, *, replace: bool = False) -> Iterator[Path]:
    """A temporary folder beside `path`; on success it becomes `path`, on an error it is removed.

    Args:
        path: the folder to appear.
        replace: put it in the place of a folder that holds something already.

    Raises:
        InputError: `path` is a file, or holds something and `replace` is false.
    """
    refuse_occupied(path, replace=replace)
    target = path.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = _beside(target)
    temporary.mkdir()
    try:
        yield temporary
        refuse_occupied(path, replace=replace)
        for entry in sorted(temporary.rglob("*"), reverse=True):
            _flush(entry)
        _flush(temporary)
        put_folder(temporary, target)
        _flush(target.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def refuse_occupied(path: Path, *, replace: bool = False) -> None:
    """Raise `InputError` where a folder cannot be written to `path`; nothing is touched."""
    if path.is_file():
        raise InputError(expected="a folder to write to", got="a file", file=path)
    if not replace and path.is_dir() and any(path.iterdir()):
        raise InputError(
            expected="a new or empty folder to write to", got="one that holds files", file=path
        )


def put_folder(temporary: Path, path: Path) -> None:
    """Move a folder to `path`; what stood there goes once the new one stands, else it stays."""
    if not path.exists():
        temporary.replace(path)
        return
    old = _beside(path)
    path.replace(old)
    try:
        temporary.replace(path)
    except OSError:
        old.replace(path)
        raise
    shutil.rmtree(old)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.stem}.{secrets.token_hex(6)}.tmp{path.suffix}")


def _flush(path: Path) -> None:
    """Wait until the file or folder is on the disk."""
    if path.is_symlink():
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
