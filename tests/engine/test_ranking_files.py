import hashlib
import json
from pathlib import Path

import pytest

from data.dataset import Dataset
from data.errors import InputError
from data.retrieval_questions import build_retrieval, write_retrieval
from data.weakest_questions import build_weakest, write_weakest
from engine.controls.constant import Constant
from engine.evaluation import EvaluationConfig
from engine.ranking_files import (
    RetrievalConfig,
    evaluate_retrieval_file,
    evaluate_weakest_file,
)
from engine.training_counts import TrainingCounts
from engine.training_record import TrainingRecord

CONFIG = EvaluationConfig(seed=0, resamples=50, allow_overlap=True)
CATEGORY_AND_NONE = RetrievalConfig(rule="coarse", size=20, wishes=("category", "none"))


@pytest.fixture(scope="module")
def dataset(tiny_shop: Path) -> Dataset:
    return Dataset.load(tiny_shop)


def record(dataset: Dataset) -> TrainingRecord:
    return TrainingRecord.of(TrainingCounts.count(dataset), dataset.items)


def test_a_retrieval_file_gets_a_report_a_wish_with_hashes_overlap_and_pools(
    dataset: Dataset, tmp_path: Path
) -> None:
    path = tmp_path / "r.jsonl"
    write_retrieval(path, build_retrieval(dataset, "test", seed=0).questions)
    found = evaluate_retrieval_file(
        Constant(name="model"),
        path,
        dataset=dataset,
        training=record(dataset),
        retrieval=CATEGORY_AND_NONE,
        config=CONFIG,
    )
    assert [report["wish"] for report in found.reports] == ["category", "none"]
    for report in found.reports:
        assert (report["file"], report["kind"]) == (str(path), "retrieval")
        assert report["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert report["training_overlap"]["seen"] > 0
        assert report["pool"] == {
            "rule": "coarse",
            "size": 20,
            "split": "test",
            "seed": 0,
            "pools": len(found.pools.rows),
            "sha256": hashlib.sha256(found.pools.content()).hexdigest(),
        }
        assert {"raw_cosine", "category_pmi", "presence"} <= set(report["controls"])
        assert json.loads(json.dumps(report)) == report
    assert all(len(rows) <= 20 for rows in found.pools.rows.values())


def test_a_weakest_file_gets_a_report_with_hash_and_overlap(
    dataset: Dataset, tmp_path: Path
) -> None:
    path = tmp_path / "w.jsonl"
    built = build_weakest(dataset, "test", negatives="same-category", seed=0)
    write_weakest(path, built.questions)
    report = evaluate_weakest_file(
        Constant(name="model"),
        path,
        dataset=dataset,
        training=record(dataset),
        config=CONFIG,
    )
    assert (report["file"], report["kind"]) == (str(path), "weakest")
    assert report["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert report["training_overlap"]["items"] > 0
    assert report["questions"] == len(built.questions)


def test_files_that_share_items_with_training_are_refused_before_anything_is_judged(
    dataset: Dataset, tmp_path: Path
) -> None:
    strict = EvaluationConfig(seed=0, resamples=50)
    write_retrieval(tmp_path / "r.jsonl", build_retrieval(dataset, "test", seed=0).questions)
    built = build_weakest(dataset, "test", negatives="same-category", seed=0)
    write_weakest(tmp_path / "w.jsonl", built.questions)
    with pytest.raises(InputError, match=r"r\.jsonl: expected .*--allow-overlap"):
        evaluate_retrieval_file(
            Constant(name="model"),
            tmp_path / "r.jsonl",
            dataset=dataset,
            training=record(dataset),
            retrieval=CATEGORY_AND_NONE,
            config=strict,
        )
    with pytest.raises(InputError, match=r"w\.jsonl: expected .*--allow-overlap"):
        evaluate_weakest_file(
            Constant(name="model"),
            tmp_path / "w.jsonl",
            dataset=dataset,
            training=record(dataset),
            config=strict,
        )
