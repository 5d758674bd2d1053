"""The offline batch of a real bundle, beside what the recommender answers one by one."""

import json
import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from engine.recommender import Recommender
from engine.requests import Complement, Filters, ItemContent, Slot
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


@pytest.fixture
def contexts(tmp_path: Path, tiny_recommender: Recommender) -> Path:
    """Forty contexts of one to three items."""
    ids = tiny_recommender.items["item_id"].to_list()
    rows = [(f"c{n}", [ids[n], ids[n + 41], ids[n + 83]][: 1 + n % 3]) for n in range(40)]
    path = tmp_path / "contexts.parquet"
    pl.DataFrame(rows, schema=["context_id", "items"], orient="row").write_parquet(path)
    return path


def rows_of(
    context_id: str, slot: str, found: Sequence[Complement]
) -> list[tuple[str, str, int, str]]:
    return [(context_id, slot, rank, one.item_id) for rank, one in enumerate(found, start=1)]


def test_the_batch_answers_what_the_recommender_answers_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    contexts: Path,
    tiny_bundle: Path,
    tiny_recommender: Recommender,
):
    out = contexts.with_name("out.parquet")
    ask = f"recommend {tiny_bundle} --contexts {contexts} --slots 'shoes, bags' --out {out}"
    for flags, k, filters, least in (
        ("", 10, Filters(), None),
        ("--k 3", 3, Filters(), None),
        ("--in-stock-only", 10, Filters(in_stock_only=True), None),
        ("--min-price 40 --max-price 60", 10, Filters(min_price=40.0, max_price=60.0), None),
        ("--min-relevance 0.6", 10, Filters(), 0.6),
    ):
        assert outfit(monkeypatch, f"{ask} {flags}") == 0
        table = pl.read_parquet(out)
        one_by_one = [
            (
                context_id,
                slot,
                tiny_recommender.complements(
                    items, Slot(category=slot), k, filters, min_relevance=least
                ),
            )
            for context_id, items in pl.read_parquet(contexts).rows()
            for slot in ("shoes", "bags")
        ]
        expected = [row for answer in one_by_one for row in rows_of(*answer)]
        assert table.drop("similarity", "relevance").rows() == expected
        found = [one for _, _, answer in one_by_one for one in answer]
        for name in ("similarity", "relevance"):
            told = [getattr(one, name) for one in found]
            assert table[name].to_list() == pytest.approx(told, abs=1e-5)
        assert f"{len(table)} complements for 40 contexts" in capsys.readouterr().out


def test_a_wrong_line_is_listed_and_the_run_goes_on(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    tiny_bundle: Path,
    tiny_recommender: Recommender,
):
    known = tiny_recommender.items["item_id"][0]
    inline = {"category": "shoes", "attributes": {"colour": "navy"}}
    lines = [
        json.dumps({"items": [known, inline]}),
        json.dumps({"items": [known, "nothing"]}),
        "not JSON",
        json.dumps({"context_id": "c4", "items": [{"category": "spaceships"}]}),
        json.dumps({"context_id": "c5", "items": [known, known]}),
        json.dumps({"context_id": "c6", "items": [known]}),
    ]
    (tmp_path / "contexts.jsonl").write_text("\n".join(lines))
    out = tmp_path / "out.jsonl"
    ask = f"recommend {tiny_bundle} --contexts {tmp_path}/contexts.jsonl --slots bags --k 2"
    assert outfit(monkeypatch, f"{ask} --out {out}") == 0
    table = pl.read_ndjson(out)
    content = ItemContent(category="shoes", attributes={"colour": "navy"})
    found = tiny_recommender.complements([known, content], Slot(category="bags"), 2)
    assert table.drop("similarity", "relevance").rows()[:2] == rows_of("1", "bags", found)
    assert table["context_id"].to_list() == ["1", "1", "c6", "c6"]
    listed = [json.loads(line) for line in Path(f"{out}.errors.jsonl").read_text().splitlines()]
    assert [(error["line"], error["field"]) for error in listed] == [
        (2, "items[1]"),
        (3, None),
        (4, "items[0].category"),
        (5, "items[1]"),
    ]
    printed = "".join(capsys.readouterr().out.split())
    assert "4of6linesfailed" in printed
    assert "out.jsonl.errors.jsonl" in printed


def test_contexts_that_nothing_passes_are_counted(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    contexts: Path,
    tiny_bundle: Path,
):
    ask = f"recommend {tiny_bundle} --contexts {contexts} --slots bags --min-price 1000000"
    assert outfit(monkeypatch, f"{ask} --out {contexts.with_name('out.parquet')}") == 0
    assert "found nothing for 40 pairs" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("slots", "name", "text", "message"),
    [
        ("spaceships", "contexts.jsonl", "{}", "field 'slots': expected a category or slot"),
        ("bags", "contexts.jsonl", "{}", "row 1, field 'items': expected a list"),
        ("bags", "contexts.parquet", "{}", "expected a readable file"),
        ("bags", "contexts.csv", "items", "ends in .jsonl"),
    ],
)
def test_what_stops_the_run_exits_1_and_leaves_no_output(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    tiny_bundle: Path,
    slots: str,
    name: str,
    text: str,
    message: str,
):
    (tmp_path / name).write_text(text)
    ask = f"recommend {tiny_bundle} --contexts {tmp_path / name} --slots {slots}"
    assert outfit(monkeypatch, f"{ask} --out {tmp_path}/out.parquet") == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out.parquet").exists()


@pytest.mark.parametrize(
    "flags",
    [
        "--k 0",
        "--k 1001",
        "--slots ''",
        "--slots shoes,",
        "--slots shoes,shoes",
        "--min-price -1",
        "--min-price 9 --max-price 8",
        "--wrong 1",
    ],
)
def test_wrong_usage_exits_2(flags: str, monkeypatch: pytest.MonkeyPatch):
    slots = "" if "--slots" in flags else "--slots shoes"
    assert (
        outfit(monkeypatch, f"recommend bundle --contexts c.jsonl --out o.jsonl {slots} {flags}")
        == 2
    )


def test_the_help_shows_a_runnable_example(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert outfit(monkeypatch, "recommend --help") == 0
    printed = " ".join(re.sub(r"[│╭╮╰╯─]", " ", capsys.readouterr().out).split())
    assert (
        "Example: outfit recommend bundle --contexts contexts.jsonl --slots shoes,bags" in printed
    )
