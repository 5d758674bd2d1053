"""The command line against a real server."""

import json
import re
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


def test_score_prints_each_outfit_as_json(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    line = f"call score --address {address} --items navy-shirt,navy-jeans --items red-dress --json"
    assert outfit(monkeypatch, line) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["bundle_id"] == "planted-1"
    assert [score["logit"] for score in answer["scores"]] == pytest.approx([1.0, 1.0])
    assert answer["missing"] == [{"field": "outfits[1].items[0]", "modality": "image"}]


def test_fill_prints_the_candidates_best_first(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    line = f"call fill --address {address} --context navy-shirt --candidates gold-shoes,teal-shoes"
    assert outfit(monkeypatch, line) == 0
    printed = capsys.readouterr().out
    assert printed.index("teal-shoes") < printed.index("gold-shoes")
    assert "0.8000" in printed
    assert "planted-1" in printed
    assert outfit(monkeypatch, f"{line},navy-jeans --slot bag") == 1
    assert outfit(monkeypatch, f"{line},navy-jeans --slot jeans --json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["ranked"][0] == {"position": 2, "item_id": "navy-jeans", "logit": 1.0}


def test_complements_prints_the_best_k_that_pass(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    ask = f"call complements --address {address} --context navy-shirt --slot shoes --json"
    for flags, expected in {
        "--k 1": ["navy-shoes"],
        "--k 2 --exclude navy-shoes,red-shoes": ["teal-shoes", "gold-shoes"],
        "--max-price 70 --min-price 40": ["teal-shoes"],
        "--in-stock-only --k 1": ["teal-shoes"],
        "--min-relevance 0.9": ["navy-shoes", "gold-shoes"],
    }.items():
        assert outfit(monkeypatch, f"{ask} {flags}") == 0
        answer = json.loads(capsys.readouterr().out)
        assert [one["item_id"] for one in answer["complements"]] == expected


def test_explain_prints_contributions_and_what_to_change(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    line = f"call explain --address {address} --items navy-shirt,teal-shoes"
    assert outfit(monkeypatch, line) == 0
    printed = capsys.readouterr().out
    assert "+0.8000" in printed
    assert "weakest: navy-shirt" in printed
    assert "with navy-shoes in its place: logit 9.0000, probability 0.9000" in printed
    assert outfit(monkeypatch, f"{line} --in-stock-only") == 0
    assert "nothing that may be proposed raises the logit" in capsys.readouterr().out
    assert outfit(monkeypatch, f"{line} --json") == 0
    assert json.loads(capsys.readouterr().out)["replacement"]["item_id"] == "navy-shoes"


def test_a_table_says_what_was_judged_without_its_picture(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    line = f"call complements --address {address} --context red-dress --slot shoes --k 1"
    assert outfit(monkeypatch, line) == 0
    assert "context[0] was judged without its image" in capsys.readouterr().out


def test_a_narrow_table_leaves_the_name_of_the_bundle_whole(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    line = f"call fill --address {address} --context navy-shirt --candidates gold-shoes"
    assert outfit(monkeypatch, line) == 0
    assert "\nbundle planted-1\n" in capsys.readouterr().out


def test_a_refused_call_exits_1_and_prints_the_fields(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert outfit(monkeypatch, f"call score --address {address} --items navy-shirt,nope") == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "NOT_FOUND (UNKNOWN_ITEM)" in printed.err
    assert "outfits[0].items[1].item_id: expected an item of the catalogue, got nope" in printed.err


@pytest.mark.parametrize(
    "flags", ["--k 0", "--k 1001", "--min-price -1", "--min-relevance 1.1", "--wrong 1"]
)
def test_wrong_usage_exits_2(flags: str, monkeypatch: pytest.MonkeyPatch):
    line = f"call complements --context a --slot shoes {flags}"
    assert outfit(monkeypatch, line) == 2


@pytest.mark.parametrize(
    "command",
    [
        "call score",
        "call fill",
        "call complements",
        "call explain",
        "call items",
        "call categories",
        "call upsert",
        "call delete",
        "call bundles",
        "call activate",
        "call roll-back",
        "serve",
    ],
)
def test_the_help_shows_a_runnable_example(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert outfit(monkeypatch, f"{command} --help") == 0
    printed = " ".join(re.sub(r"[│╭╮╰╯─]", " ", capsys.readouterr().out).split())
    assert f"Example: outfit {command} " in printed
