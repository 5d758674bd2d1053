"""A sound bundle, and what can be wrong with one."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.bundle import Bundle, load_bundle
from engine.calibration import Calibration
from engine.questions import Question, TargetQuestion
from engine.recommender import Recommender
from serving.doctor.bundle_checks import (
    check_answers,
    check_bundle,
    check_calibration,
    check_relevance,
    check_vectors,
)


@pytest.fixture(scope="module")
def bundle(tiny_bundle: Path) -> Bundle:
    return load_bundle(tiny_bundle)


@pytest.fixture
def copy(tiny_bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_bundle, tmp_path / "bundle"))


def test_a_sound_bundle_is_well_in_every_respect(tiny_bundle: Path):
    findings = list(check_bundle(tiny_bundle))
    names = ["manifest", "files", "vectors", "calibration", "relevance", "answers"]
    assert [finding.check for finding in findings] == names
    assert {finding.level for finding in findings} == {"ok"}


def test_a_folder_that_is_no_bundle_is_a_failure(tmp_path: Path):
    (finding,) = check_bundle(tmp_path)
    assert (finding.check, finding.level) == ("manifest", "failure")
    assert "outfit train" in finding.advice


def test_a_file_that_was_changed_is_named(copy: Path):
    with (copy / "vectors.npy").open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x7f")
    manifest, files = check_bundle(copy)
    assert (manifest.level, files.level) == ("ok", "failure")
    assert "vectors.npy" in files.found
    assert "Copy the bundle again" in files.advice


@pytest.mark.parametrize(("value", "level"), [(np.nan, "failure"), (0.0, "warning")])
def test_vectors_that_are_not_finite_or_zero_are_counted(bundle: Bundle, value, level):
    vectors = bundle.vectors.copy()
    vectors[[3, 5]] = value
    finding = check_vectors(replace(bundle, vectors=vectors))
    assert finding.level == level
    assert finding.found.startswith("2 of 200")


def test_without_calibration_or_relevance_a_warning_says_what_that_means(bundle: Bundle):
    confidence = replace(
        bundle.confidence,
        calibration=Calibration.plain(len(bundle.preparation.widths)),
        relevance=None,
    )
    poor = replace(bundle, confidence=confidence)
    assert check_calibration(poor).level == check_relevance(poor).level == "warning"
    assert "outfit calibrate" in check_calibration(poor).advice
    assert "min_relevance" in check_relevance(poor).advice


def test_a_model_of_nonsense_does_not_answer(tiny_bundle: Path):
    bundle = load_bundle(tiny_bundle)
    for weight in bundle.model.parameters():
        weight.data.fill_(np.nan)
    finding = check_answers(Recommender(bundle))
    assert (finding.check, finding.level) == ("answers", "failure")


def test_words_are_asked_for_so_that_the_memory_of_their_encoder_counts(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
):
    asked = []
    answer = Recommender.answer

    def recorded(engine: Recommender, questions: Sequence[Question]) -> list[object]:
        asked.extend(questions)
        return list(answer(engine, questions))

    monkeypatch.setattr(Recommender, "answer", recorded)
    assert check_answers(Recommender(bundle)).level == "ok"
    assert any(isinstance(each, TargetQuestion) and each.slot.text for each in asked)
