"""One thing that was examined, how it stands, and what to do about it."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Level: TypeAlias = Literal["ok", "warning", "failure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What came of one check.

    Args:
        check: its name, a word or two.
        level: a failure keeps a server from answering well; a warning may.
        found: what was seen, in one line.
        advice: what to do; empty where all is well.
    """

    check: str
    level: Level
    found: str
    advice: str = ""

    def __str__(self) -> str:
        line = f"{self.level:<8} {self.check:<14} {self.found}"
        return f"{line}\n{'':24}{self.advice}" if self.advice else line


def well(check: str, found: str) -> Finding:
    """Nothing to do."""
    return Finding(check=check, level="ok", found=found)


def warning(check: str, found: str, advice: str) -> Finding:
    """It may go wrong."""
    return Finding(check=check, level="warning", found=found, advice=advice)


def failure(check: str, found: str, advice: str) -> Finding:
    """It has gone wrong."""
    return Finding(check=check, level="failure", found=found, advice=advice)
