"""What README and docs say of the program's commands, flags and log is true of it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.cli import app

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FLAG = re.compile(r"(?<![\w-])--[a-z][\w-]*")


def flags_of(line: str) -> set[str]:
    """The flags of the command that a line begins with.

    Raises:
        AssertionError: there is no such command.
    """
    words = [word for word in line.split()[1:] if word != "--help"]
    _, apps, rest = app.parse_commands(words)
    command = apps[-1]
    assert command.default_command or not rest, f"outfit has no command {' '.join(words)}"
    collection = command.assemble_argument_collection() if command.default_command else []
    return {"--help", "--version", *(name for each in collection for name in each.names)}


def told(page: Path) -> Iterator[str]:
    """Every command line of ours on a page, in a block of code or within a sentence."""
    text = page.read_text("utf-8").replace("\\\n", " ")
    yield from re.findall(r"^\s*(?:\.venv/bin/)?(outfit [a-z].*)", text, re.MULTILINE)
    yield from re.findall(r"`(outfit [a-z][^`]*)`", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_is_one_of_the_program_with_flags_that_it_takes(page: Path):
    for line in told(page):
        unknown = set(FLAG.findall(line.partition(" #")[0])) - flags_of(line)
        assert not unknown, line


@pytest.mark.parametrize("name", ["operations.md", "service.md"])
def test_every_flag_that_a_sentence_names_is_one_of_those_who_serve_and_ask(name: str):
    commands = ("serve", "bench", "doctor", "call score", "keys add")
    known = set().union(*(flags_of(f"outfit {command}") for command in commands))
    named = re.findall(r"`(--[a-z][\w-]*)", (ROOT / "docs" / name).read_text("utf-8"))
    assert len(named) > 5
    assert set(named) <= known


def test_the_runbook_quotes_the_log_as_it_is_written():
    runbook = (ROOT / "docs/operations.md").read_text("utf-8").partition("## Runbook")[2]
    quoted = re.findall(r"`([^`]+)`", " ".join(re.findall(r"the log: ([^|;]*)", runbook)))
    source = "".join(path.read_text("utf-8") for path in (ROOT / "serving").rglob("*.py"))
    assert len(quoted) >= 5
    assert [line for line in quoted if f'"{line}' not in source] == []
