import json
from pathlib import Path

import numpy as np
import pytest

from data.dataset import Dataset
from data.errors import SchemaError
from data.question_builder import build_compatibility
from data.questions import read_compatibility, write_compatibility
from engine.bundle import load_bundle
from engine.bundle_calibration import calibrate_bundle, write_calibrated
from engine.bundled_scorer import bundled_scorer


@pytest.fixture(scope="module")
def rare(tiny_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file in which one outfit of five goes together."""
    dataset = Dataset.load(tiny_shop)
    built = build_compatibility(dataset, "train", negatives="random", seed=0).questions
    kept = [each for number, each in enumerate(built) if each.label == 0 or number % 8 == 0]
    path = tmp_path_factory.mktemp("rare") / "rare.jsonl"
    write_compatibility(path, kept)
    return path


def test_probabilities_take_the_base_rate_of_the_file(
    tiny_bundle, tiny_shop, rare, tmp_path
) -> None:
    dataset = Dataset.load(tiny_shop)
    calibration = calibrate_bundle(tiny_bundle, dataset, rare, seed=0)
    write_calibrated(tiny_bundle, calibration, tmp_path / "out", command="outfit calibrate x")
    questions = read_compatibility(rare, dataset).questions
    rate = np.mean([question.label for question in questions])
    before, after = (
        bundled_scorer(folder, dataset).probabilities(questions).mean()
        for folder in (tiny_bundle, tmp_path / "out")
    )
    assert calibration.source == "rare.jsonl"
    assert calibration.figures["base_rate"] == pytest.approx(rate)
    assert abs(after - rate) < 0.03 < abs(before - rate)


def test_all_else_stays_as_it_was(tiny_bundle, tiny_shop, rare, tmp_path) -> None:
    calibration = calibrate_bundle(tiny_bundle, Dataset.load(tiny_shop), rare, seed=0)
    name = write_calibrated(tiny_bundle, calibration, tmp_path / "out", command="outfit calibrate")
    old, new = load_bundle(tiny_bundle), load_bundle(tmp_path / "out")
    assert new.confidence.calibration == calibration
    assert new.manifest["bundle_id"] == name != old.manifest["bundle_id"]
    assert new.manifest["calibrated"] == {
        "command": "outfit calibrate",
        "from": old.manifest["bundle_id"],
    }
    own = {"bundle_id", "files", "calibrated"}
    assert {key: value for key, value in new.manifest.items() if key not in own} == {
        key: value for key, value in old.manifest.items() if key not in own
    }
    changed = {
        name
        for name in old.manifest["files"]
        if old.manifest["files"][name] != new.manifest["files"][name]
    }
    assert changed == {"calibration.json"}


def test_too_few_outfits_of_a_label_are_refused(tiny_bundle, tiny_shop, tmp_path) -> None:
    dataset = Dataset.load(tiny_shop)
    ids = dataset.items["item_id"]
    lines = [{"items": ids.gather([0, row]).to_list(), "label": 0} for row in range(1, 40)]
    path = tmp_path / "few.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    with pytest.raises(SchemaError, match=r"few\.jsonl.*20 outfits of label 1, got 0"):
        calibrate_bundle(tiny_bundle, dataset, path, seed=0)
