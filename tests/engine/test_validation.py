from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from data.dataset import Dataset
from data.errors import SchemaError
from data.questions import CompatibilityQuestion, FitbQuestion
from engine.controls.constant import Constant
from engine.evaluation import compatibility_auc, fitb_accuracy
from engine.validation import Validation, with_validation
from tests.engine.planted import PER_SIDE, store

ALL = ["fitb random", "fitb same-category", "auc random", "auc same-category"]


@dataclass
class OneSide:
    """Knows the planted rule: items of one side go together."""

    name: str = "one side"

    def score_outfits(self, questions: Sequence[CompatibilityQuestion]) -> np.ndarray:
        return np.array([self._agreement(question.items) for question in questions])

    def score_candidates(self, questions: Sequence[FitbQuestion]) -> list[np.ndarray]:
        return [
            np.array([self._agreement((*each.context, row)) for row in each.candidates])
            for each in questions
        ]

    def _agreement(self, rows: Sequence[int]) -> float:
        return abs(np.mean([1.0 if row // PER_SIDE % 2 else -1.0 for row in rows]))


def shop(
    folder: Path, *, num: int, categories: list[str] | None = None, split: str | None = None
) -> Dataset:
    """`num` outfits of two of 20 items, a fifth of them for validation or all of one split."""
    items = pl.DataFrame(
        {"item_id": [f"i{row:02d}" for row in range(20)], "category": categories or ["tops"] * 20}
    )
    dataset = store(folder, items, [[n % 20, (n + 1) % 20] for n in range(num)], {})
    if split is None:
        return dataset
    outfits = dataset.outfits.with_columns(split=pl.lit(split))
    return Dataset(folder=folder, items=dataset.items, outfits=outfits)


def test_there_are_questions_of_both_kinds_with_both_kinds_of_negatives(planted) -> None:
    validation = Validation.build(planted, seed=0)
    assert [*validation.fitb, *validation.compatibility] == ALL
    num_outfits = len(planted.outfit_rows("valid"))
    assert len(validation.fitb["fitb random"].questions) == num_outfits
    assert len(validation.compatibility["auc random"].questions) == 2 * num_outfits


def test_questions_come_from_validation_outfits_only(planted) -> None:
    known = {frozenset(outfit.tolist()) for outfit in planted.outfit_rows("valid")}
    for part in Validation.build(planted, seed=0).fitb.values():
        for question in part.questions:
            answer = question.candidates[question.answer]
            assert frozenset([*question.context, answer]) in known


def test_figures_are_those_that_reports_print_and_the_mean_is_their_mean(planted) -> None:
    validation, scorer = Validation.build(planted, seed=3), OneSide()
    figures = validation.measure(scorer)
    assert list(figures) == [*ALL, "mean"]
    for name, part in validation.fitb.items():
        assert figures[name] == fitb_accuracy(scorer, part, seed=3)
    for name, part in validation.compatibility.items():
        assert figures[name] == compatibility_auc(scorer, part)
    assert figures["mean"] == pytest.approx(np.mean([figures[name] for name in ALL]))


def test_a_constant_stays_at_chance_and_the_rule_itself_does_not(planted) -> None:
    validation = Validation.build(planted, seed=0)
    chance, rule = validation.measure(Constant()), validation.measure(OneSide())
    assert chance == pytest.approx(
        {"fitb random": 0.25, "fitb same-category": 0.25, "mean": 0.375}
        | {"auc random": 0.5, "auc same-category": 0.5}
    )
    assert all(rule[name] > chance[name] + 0.15 for name in ALL)


def test_the_seed_draws_the_questions(planted) -> None:
    def questions(seed: int) -> object:
        return Validation.build(planted, seed=seed).fitb["fitb same-category"].questions

    assert questions(1) == questions(1)
    assert questions(1) != questions(2)


def test_a_kind_without_enough_questions_is_left_out(tmp_path) -> None:
    """No two items share a category, so there is no stand-in of the same category."""
    dataset = shop(tmp_path, num=150, categories=[f"c{row}" for row in range(20)])
    validation = Validation.build(dataset, seed=0)
    assert list(validation.fitb) == ["fitb random"]
    assert list(validation.compatibility) == ["auc random"]
    assert list(validation.measure(Constant())) == ["fitb random", "auc random", "mean"]


@pytest.mark.parametrize(("num", "names"), [(145, ["auc random"]), (150, ["fitb random"])])
def test_thirty_questions_are_enough(tmp_path, num, names) -> None:
    validation = Validation.build(shop(tmp_path, num=num), seed=0)
    assert [*validation.fitb, *validation.compatibility][: len(names)] == names


def test_too_few_outfits_for_any_question_are_refused_with_the_folder(tmp_path) -> None:
    dataset = shop(tmp_path / "few", num=70)
    with pytest.raises(SchemaError, match=r"few: .*validation outfits for 30 .*got 14 outfits"):
        Validation.build(dataset, seed=0)


def test_a_dataset_with_validation_outfits_stays_as_it_is(planted) -> None:
    assert with_validation(planted, seed=0) is planted


def test_without_validation_outfits_a_tenth_of_train_is_held_out_whole(tmp_path) -> None:
    dataset = shop(tmp_path, num=100, split="train")
    held = with_validation(dataset, seed=0)
    assert held.items is dataset.items
    assert len(held.outfit_rows("valid")) == 10
    assert len(held.outfit_rows("train")) == 90
    assert held.outfits.drop("split").equals(dataset.outfits.drop("split"))
    assert held.outfits.group_by("outfit_id").agg(pl.col("split").n_unique())["split"].max() == 1
    assert dataset.splits() == ["train"]


def test_the_seed_chooses_what_is_held_out(tmp_path) -> None:
    dataset = shop(tmp_path, num=100, split="train")

    def held(seed: int) -> list[str]:
        outfits = with_validation(dataset, seed=seed).outfits
        return outfits.filter(split="valid")["outfit_id"].to_list()

    assert held(1) == held(1)
    assert held(1) != held(2)


def test_test_outfits_are_never_held_out_nor_asked_about(tmp_path) -> None:
    dataset = shop(tmp_path, num=400)
    half = pl.when(pl.col("outfit_id").str.slice(1).cast(pl.Int64) < 40).then(pl.lit("test"))
    outfits = dataset.outfits.with_columns(split=half.otherwise(pl.lit("train")))
    held = with_validation(Dataset(folder=tmp_path, items=dataset.items, outfits=outfits), seed=0)
    assert len(held.outfit_rows("test")) == 40
    assert len(held.outfit_rows("valid")) == 36
    assert held.splits() == ["train", "valid", "test"]


@pytest.mark.parametrize("split", ["valid", "test"])
def test_a_dataset_without_training_outfits_is_refused_with_what_it_holds(tmp_path, split) -> None:
    dataset = shop(tmp_path, num=10, split=split)
    with pytest.raises(SchemaError, match=f"'split': expected training outfits .*got {split}$"):
        with_validation(dataset, seed=0)


@pytest.mark.parametrize("num", [2, 9])
def test_training_outfits_too_few_to_hold_any_out_are_refused(tmp_path, num) -> None:
    held = with_validation(shop(tmp_path, num=num, split="train"), seed=0)
    with pytest.raises(SchemaError, match="outfits"):
        Validation.build(held, seed=0)


def test_compact_questions_are_the_same_questions_on_the_rows_that_they_name(planted) -> None:
    validation = Validation.build(planted, seed=0)
    asked, compact = validation.compact()
    assert compact.names() == validation.names()
    assert compact.seed == validation.seed
    named = set()
    for name, part in validation.fitb.items():
        for question, placed in zip(part.questions, compact.fitb[name].questions, strict=True):
            assert tuple(asked[list(placed.context)]) == question.context
            assert tuple(asked[list(placed.candidates)]) == question.candidates
            assert placed.answer == question.answer
            named |= {*question.context, *question.candidates}
    for name, each in validation.compatibility.items():
        for pair, put in zip(each.questions, compact.compatibility[name].questions, strict=True):
            assert tuple(asked[list(put.items)]) == pair.items
            assert put.label == pair.label
            named |= {*pair.items}
    assert asked.tolist() == sorted(named)
    assert len(asked) < planted.items.height
