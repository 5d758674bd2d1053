"""The folder that the demo writes, and may write again."""

import shutil
from pathlib import Path
from typing import Final

from data.errors import InputError

MARKER: Final = ".made-by-outfit-demo"
ENTRIES: Final = (
    "data",
    "bundle",
    "bundle.run",
    "bundle.updates",
    "evaluation.json",
    "lookbook.html",
    "server.log",
    ".*.tmp*",  # what an atomic write left behind when it was killed
)


def claim_folder(folder: Path) -> None:
    """Make `folder` ready for a demo: new, or rid of what an earlier demo wrote, and nothing else.

    Raises:
        InputError: it is a file, or holds something and no demo made it.
    """
    marker = folder / MARKER
    occupied = folder.is_dir() and any(folder.iterdir())
    if folder.is_file() or (occupied and not marker.is_file()):
        got = "a file" if folder.is_file() else "one that holds files of another origin"
        raise InputError(
            expected="a new folder or one that the demo made", got=got, file=folder, field="out"
        )
    folder.mkdir(parents=True, exist_ok=True)
    marker.write_text("`outfit demo` made this folder and replaces what it wrote here.\n", "utf-8")
    for pattern in ENTRIES:
        for entry in folder.glob(pattern):
            _remove(entry)


def _remove(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry)
    else:
        entry.unlink()
