import hashlib
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from data.dataset import Dataset, write_dataset
from data.errors import InputError, UnknownItemError
from data.features import Feature, write_feature
from data.imported import write_imported
from data.maryland import read_maryland
from data.polyvore_outfits import read_polyvore_outfits
from data.question_builder import build_compatibility, build_fitb
from data.questions import write_compatibility, write_fitb
from data.tables import ITEM_SCHEMA, OUTFIT_SCHEMA
from engine.controls.constant import Constant
from engine.evaluation import EvaluationConfig
from engine.file_evaluation import QuestionFiles, evaluate_files, open_features
from engine.training_counts import TrainingCounts
from engine.training_record import TrainingRecord

SHARED = Path(__file__).parents[3] / "shared" / "data"
MARYLAND, POLYVORE = SHARED / "maryland-polyvore", SHARED / "polyvore-outfits"
CONFIG = EvaluationConfig(seed=0, resamples=100, allow_overlap=True)


def items_table(categories: list[str]) -> pl.DataFrame:
    rows = [{"item_id": f"i{at}", "category": name} for at, name in enumerate(categories)]
    return pl.DataFrame(rows, schema=ITEM_SCHEMA).with_columns(
        attributes=pl.lit([], ITEM_SCHEMA["attributes"])
    )


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Train outfits of i0 to i19 and valid outfits of i10 to i39, pairs of a and b."""
    outfits = [("train", row) for row in range(0, 20, 2)] + [
        ("valid", row) for row in range(10, 40, 2)
    ]
    rows = [
        (f"{split}{row}", place, f"i{row + place}", split)
        for split, row in outfits
        for place in range(2)
    ]
    table = pl.DataFrame(rows, schema=OUTFIT_SCHEMA, orient="row")
    write_dataset(tmp_path / "shop", items_table(["a", "b"] * 20), table, {})
    return Dataset.load(tmp_path / "shop")


@pytest.fixture
def files(dataset: Dataset, tmp_path: Path) -> QuestionFiles:
    fitb = build_fitb(dataset, "valid", negatives="same-category", seed=0)
    pairs = build_compatibility(dataset, "valid", negatives="random", seed=0)
    write_fitb(tmp_path / "fitb.jsonl", fitb.questions)
    write_compatibility(tmp_path / "pairs.jsonl", pairs.questions)
    return QuestionFiles.read(
        dataset, fitb=[tmp_path / "fitb.jsonl"], compatibility=[tmp_path / "pairs.jsonl"]
    )


def reports(files: QuestionFiles, dataset: Dataset, config=CONFIG) -> list[dict]:
    training = TrainingRecord.of(TrainingCounts.count(dataset), dataset.items)
    return evaluate_files(Constant(), files, dataset=dataset, training=training, config=config)


def test_every_file_gets_a_report_with_its_name_hash_and_overlap(
    files: QuestionFiles, dataset: Dataset, tmp_path: Path
) -> None:
    fitb, pairs = reports(files, dataset)
    assert [each["file"] for each in (fitb, pairs)] == [
        str(tmp_path / "fitb.jsonl"),
        str(tmp_path / "pairs.jsonl"),
    ]
    assert [each["kind"] for each in (fitb, pairs)] == ["fitb", "compatibility"]
    wanted = hashlib.sha256((tmp_path / "pairs.jsonl").read_bytes()).hexdigest()
    assert pairs["sha256"] == wanted != fitb["sha256"]
    assert pairs["training_overlap"] == {
        "items": 30,
        "seen": 10,
        "share": 1 / 3,
        "groups": 0,
        "groups_seen": 0,
        "groups_share": 0.0,
    }
    assert json.loads(json.dumps(pairs)) == pairs


def test_overlap_with_training_is_refused_with_the_file_the_number_and_the_share(
    files: QuestionFiles, dataset: Dataset
) -> None:
    with pytest.raises(
        InputError, match=r"fitb\.jsonl: expected .*--allow-overlap, got 10 of 30 \(33\.3%\) items"
    ):
        reports(files, dataset, EvaluationConfig(resamples=100))


def test_details_name_the_items_of_the_best_and_the_worst_questions(
    files: QuestionFiles, dataset: Dataset
) -> None:
    fitb, pairs = reports(files, dataset)
    ids = set(dataset.items["item_id"])
    assert set(fitb["worst"][0]["context"]) | set(fitb["worst"][0]["candidates"]) <= ids
    assert set(pairs["best"][0]["items"]) <= ids
    assert sum(part["questions"] for part in fitb["by_category"]) == fitb["questions"]


def test_all_controls_stand_in_every_report(files: QuestionFiles, dataset: Dataset) -> None:
    for report in reports(files, dataset):
        assert list(report["controls"]) == [
            "constant",
            "random",
            "category_pmi",
            "popularity",
            "raw_cosine",
            "price_ratio",
            "identifier_order",
        ]


def test_the_features_of_the_dataset_feed_the_raw_cosine(
    files: QuestionFiles, dataset: Dataset
) -> None:
    ids = dataset.items["item_id"].to_list()
    direction = np.repeat(np.random.default_rng(0).normal(size=(20, 8)), 2, axis=0)
    for name, vectors in (("text", direction), ("image", direction[:, ::-1])):
        feature = Feature(
            name=name,
            modality=name,
            encoder="drawn",
            vectors=np.ascontiguousarray(vectors, dtype=np.float32),
            present=np.ones(40, dtype=np.bool_),
        )
        write_feature(dataset.folder, feature, ids)
    assert [feature.name for feature in open_features(dataset)] == ["image", "text"]
    fitb, pairs = reports(files, dataset)
    assert fitb["controls"]["raw_cosine"]["figure"] == 1.0
    assert pairs["controls"]["raw_cosine"]["figure"] > 0.9


def test_without_features_the_raw_cosine_is_a_constant(
    files: QuestionFiles, dataset: Dataset
) -> None:
    assert open_features(dataset) == []
    assert reports(files, dataset)[0]["controls"]["raw_cosine"]["figure"] == 0.25


def test_a_missing_file_or_an_unknown_item_is_named(dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.json"):
        QuestionFiles.read(dataset, fitb=[tmp_path / "gone.json"], compatibility=[])
    (tmp_path / "odd.txt").write_text("1 i0 i1\n0 i2 elsewhere\n")
    with pytest.raises(UnknownItemError, match=r"odd\.txt, row 2, .*elsewhere"):
        QuestionFiles.read(dataset, fitb=[], compatibility=[tmp_path / "odd.txt"])


@pytest.mark.slow
@pytest.mark.realdata
@pytest.mark.skipif(not MARYLAND.exists(), reason=f"no release at {MARYLAND}")
def test_controls_reach_their_published_figures_on_the_maryland_release(tmp_path: Path) -> None:
    write_imported(tmp_path / "set", read_maryland(MARYLAND))
    dataset = Dataset.load(tmp_path / "set")
    kinds = ("random", "same_category")
    files = QuestionFiles.read(
        dataset,
        fitb=[MARYLAND / f"fill_in_blank_valid_{kind}.json" for kind in kinds],
        compatibility=[MARYLAND / f"fashion_compatibility_valid_{kind}.txt" for kind in kinds],
    )
    judged = reports(files, dataset)
    pmi = [report["controls"]["category_pmi"]["figure"] for report in judged]
    assert pmi == pytest.approx([0.55, 0.25, 0.84, 0.50], abs=0.02)
    assert judged[1]["controls"]["category_pmi"]["figure"] == 0.25
    for report, chance in zip(judged, (0.25, 0.25, 0.5, 0.5), strict=True):
        assert report["model"] == {"figure": chance, "low": chance, "high": chance}
        assert report["controls"]["popularity"]["figure"] == chance
        assert report["training_overlap"]["seen"] == 0
        assert report["controls"]["identifier_order"]["figure"] == 1.0


@pytest.mark.slow
@pytest.mark.realdata
@pytest.mark.skipif(not POLYVORE.exists(), reason=f"no release at {POLYVORE}")
def test_on_polyvore_outfits_only_identifiers_rise_above_chance(tmp_path: Path) -> None:
    write_imported(tmp_path / "set", read_polyvore_outfits(POLYVORE))
    dataset = Dataset.load(tmp_path / "set")
    files = QuestionFiles.read(
        dataset,
        fitb=[POLYVORE / "fill_in_blank_valid.json"],
        compatibility=[POLYVORE / "compatibility_valid.txt"],
    )
    for report, chance in zip(reports(files, dataset), (0.25, 0.5), strict=True):
        controls = {name: each["figure"] for name, each in report["controls"].items()}
        assert controls.pop("identifier_order") > 0.99
        assert controls.pop("constant") == chance
        assert list(controls.values()) == pytest.approx([chance] * len(controls), abs=0.02)
        assert report["training_overlap"]["seen"] > 0
