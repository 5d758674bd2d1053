import json
from pathlib import Path

import pytest
from cyclopts import CycloptsError

from data.dataset import Dataset
from data.errors import SchemaError
from data.questions import read_compatibility, read_fitb
from data.retrieval_questions import read_retrieval
from data.weakest_questions import read_weakest
from serving.cli import app


def _run(data: Path, out: Path, flags: str) -> None:
    tokens = ["questions", str(data), "--out", str(out), *flags.split()]
    app(tokens, exit_on_error=False, result_action="return_value")


def test_every_task_writes_a_file_that_evaluation_reads(
    tiny_shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = Dataset.load(tiny_shop)
    readers = {
        "fitb": read_fitb,
        "compatibility": read_compatibility,
        "retrieval": read_retrieval,
        "weakest": read_weakest,
    }
    for task, read in readers.items():
        out = tmp_path / f"{task}.jsonl"
        _run(tiny_shop, out, f"--task {task} --split test")
        number = len(read(out, dataset).questions)
        assert number > 0
        assert f"wrote {out}: {number:,} questions; left out:" in capsys.readouterr().out


@pytest.mark.parametrize(
    "flags",
    [
        "--negatives random",
        "--negatives same-slot",
        "--negatives popularity",
        "--negatives similarity-band",
        "--negatives similarity-band --feature look --seed 1",
        "--seed 1",
        "--split valid",
    ],
)
def test_every_flag_changes_the_questions(flags: str, tiny_shop: Path, tmp_path: Path) -> None:
    split = "" if "--split" in flags else "--split train"
    _run(tiny_shop, tmp_path / "plain.jsonl", "--task weakest --split train")
    _run(tiny_shop, tmp_path / "other.jsonl", f"--task weakest {split} {flags}")
    assert (tmp_path / "plain.jsonl").read_text() != (tmp_path / "other.jsonl").read_text()


def test_negatives_are_of_the_same_category_unless_another_kind_is_asked_for(
    tiny_shop: Path, tmp_path: Path
) -> None:
    _run(tiny_shop, tmp_path / "plain.jsonl", "--task weakest")
    _run(tiny_shop, tmp_path / "named.jsonl", "--task weakest --negatives same-category")
    assert (tmp_path / "plain.jsonl").read_text() == (tmp_path / "named.jsonl").read_text()
    first = json.loads((tmp_path / "plain.jsonl").read_text().splitlines()[0])
    assert first["odd"] in first["items"]


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ("--task retrieval --negatives random", "--negatives changes nothing"),
        ("--task fitb --feature look", "--feature changes nothing"),
        ("--task rank", "rank"),
    ],
)
def test_what_would_change_nothing_is_wrong_usage(
    flags: str, message: str, tiny_shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CycloptsError):
        _run(tiny_shop, tmp_path / "out.jsonl", flags)
    printed = capsys.readouterr()
    assert message in printed.out + printed.err
    assert not (tmp_path / "out.jsonl").exists()


def test_without_a_feature_there_is_no_similarity_band(tiny_shop: Path, tmp_path: Path) -> None:
    for name in ("items.parquet", "outfits.parquet"):
        (tmp_path / name).write_bytes((tiny_shop / name).read_bytes())
    with pytest.raises(SchemaError, match="encode the dataset first"):
        _run(tmp_path, tmp_path / "out.jsonl", "--task fitb --negatives similarity-band")


def test_a_file_without_questions_is_not_written(tiny_shop: Path, tmp_path: Path) -> None:
    dataset = Dataset.load(tiny_shop)
    dataset.items.with_columns(slot=None).cast(dataset.items.schema).write_parquet(
        tmp_path / "items.parquet"
    )
    dataset.outfits.write_parquet(tmp_path / "outfits.parquet")
    with pytest.raises(SchemaError, match="got none; dropped: 40 unknown slot"):
        _run(tmp_path, tmp_path / "out.jsonl", "--task fitb --negatives same-slot")
    assert not (tmp_path / "out.jsonl").exists()
