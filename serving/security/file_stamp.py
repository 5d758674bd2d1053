"""Telling that a file is another than the one that was read."""

from pathlib import Path
from typing import TypeAlias

Stamp: TypeAlias = tuple[tuple[int, int, int], ...]
"""When each of some files was written, how long it is, and which one on its disk."""


def stamp_of(*paths: Path) -> Stamp:
    """The stamp of files, which follows links; raises OSError where one is missing."""
    found = [path.stat() for path in paths]
    return tuple((one.st_mtime_ns, one.st_size, one.st_ino) for one in found)
