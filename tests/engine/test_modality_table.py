from pathlib import Path

import pytest

from data.dataset import Dataset
from data.question_builder import build_compatibility, build_fitb
from data.questions import write_compatibility, write_fitb
from engine.bundled_scorer import bundled_scorer
from engine.evaluation import compatibility_auc, fitb_accuracy
from engine.modality_table import ModalityRow, modality_table


@pytest.fixture(scope="module")
def table(
    tiny_bundle: Path, tiny_shop: Path, tmp_path_factory: pytest.TempPathFactory
) -> list[ModalityRow]:
    dataset, folder = Dataset.load(tiny_shop), tmp_path_factory.mktemp("questions")
    blanks = build_fitb(dataset, "test", negatives="random", seed=0)
    pairs = build_compatibility(dataset, "test", negatives="random", seed=0)
    write_fitb(folder / "blanks.jsonl", blanks.questions)
    write_compatibility(folder / "pairs.jsonl", pairs.questions)
    return modality_table(
        tiny_bundle,
        dataset,
        fitb=[folder / "blanks.jsonl"],
        compatibility=[folder / "pairs.jsonl"],
    )


def test_every_file_has_a_row_for_every_set_of_parts(table) -> None:
    names = ("look", "words", "attributes", "category")
    shown = {row.shown for row in table if row.file == "pairs"}
    alone, hidden = {(name,) for name in names}, {tuple(set(names) - {name}) for name in names}
    assert shown >= {names, (), *alone}
    assert {frozenset(each) for each in shown} >= {frozenset(each) for each in hidden}
    assert {row.shown for row in table if row.file == "blanks"} == shown
    assert len(table) == 2 * len(shown)


def test_with_everything_shown_the_figures_are_those_of_an_evaluation(
    table, tiny_bundle, tiny_shop
) -> None:
    dataset = Dataset.load(tiny_shop)
    scorer = bundled_scorer(tiny_bundle, dataset)
    blanks = build_fitb(dataset, "test", negatives="random", seed=0)
    pairs = build_compatibility(dataset, "test", negatives="random", seed=0)
    first = {row.file: row.figures for row in table[:2]}
    assert first["blanks"]["fitb"] == pytest.approx(fitb_accuracy(scorer, blanks))
    assert first["pairs"]["auc"] == pytest.approx(compatibility_auc(scorer, pairs))


def test_with_nothing_shown_nothing_is_told_and_confidence_is_gone(table) -> None:
    everything, nothing = (
        next(row.figures for row in table if row.file == "pairs" and len(row.shown) == number)
        for number in (4, 0)
    )
    blank = next(row.figures for row in table if row.file == "blanks" and not row.shown)
    assert blank["fitb"] == pytest.approx(0.25)
    assert nothing["auc"] == pytest.approx(0.5, abs=0.1)
    assert nothing["confidence"] < 0.1 < everything["confidence"]
