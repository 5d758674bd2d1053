import shlex
import sys

import pytest

from serving.cli import main

pytestmark = pytest.mark.filterwarnings(  # `main` reads sys.argv on purpose
    "ignore:Cyclopts application invoked without tokens:UserWarning"
)


def outfit(monkeypatch: pytest.MonkeyPatch, line: str) -> int:
    """Run `outfit LINE` and give its exit code."""
    monkeypatch.setattr(sys, "argv", ["outfit", *shlex.split(line)])
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_without_a_question_file_the_usage_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outfit(monkeypatch, "evaluate bundle --data data") == 2
    printed = capsys.readouterr()
    assert "--fitb" in printed.out + printed.err


def test_the_help_shows_an_example_and_that_files_may_be_repeated(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outfit(monkeypatch, "evaluate --help") == 0
    printed = capsys.readouterr().out
    assert "Example: outfit evaluate bundle --data data" in printed
    assert printed.count("may be") >= 2
