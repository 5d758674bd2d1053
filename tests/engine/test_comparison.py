from pathlib import Path

import numpy as np
import pytest

from data.errors import InputError
from engine.comparison import Side, compare
from engine.evaluation import EvaluationConfig, evaluate
from engine.seed_means import question_key
from tests.engine.test_evaluation import CONTROLS, Even, Noise, fitb_set, outfit_set

CONFIG = EvaluationConfig(seed=7, resamples=200)


def judged(model) -> list[dict]:
    reports = evaluate(
        model,
        CONTROLS,
        fitb_sets=[fitb_set([0, 1, 2, 3] * 25)],
        compatibility_sets=[outfit_set([1, 0, 0] * 30)],
        config=CONFIG,
    )
    return [each | {"file": f"{each['name']}.json", "sha256": each["kind"]} for each in reports]


def side(name: str, *runs: list[dict]) -> Side:
    reports: dict = {}
    for run in runs:
        for report in run:
            reports.setdefault(question_key(report), []).append(report)
    return Side(name=name, source=Path(f"{name}.json"), reports=reports)


@pytest.fixture(scope="module")
def noise() -> list[dict]:
    return judged(Noise())


@pytest.fixture(scope="module")
def even() -> list[dict]:
    return judged(Even())


def versus(first: Side, second: Side, *, seed: int = 7) -> list:
    return compare(first, second, resamples=200, seed=seed)


def test_the_difference_is_the_paired_bootstrap_that_evaluation_itself_prints(noise) -> None:
    as_model = [report | report["controls"]["random"] for report in noise]
    for found, report in zip(versus(side("a", noise), side("b", as_model)), noise, strict=True):
        assert found.difference.figure == pytest.approx(
            report["controls"]["random"]["model_minus_control"]["figure"]
        )
        assert found.difference.low == report["controls"]["random"]["model_minus_control"]["low"]
        assert found.difference.high == report["controls"]["random"]["model_minus_control"]["high"]


def test_a_run_does_not_beat_itself(noise) -> None:
    for found in versus(side("a", noise), side("b", noise)):
        assert (found.difference.low, found.difference.figure, found.difference.high) == (0, 0, 0)
        assert found.sentence.startswith("Neither is shown to beat the other")


def test_the_better_run_wins_from_either_side(noise, even) -> None:
    for found in versus(side("noise", noise), side("even", even)):
        assert found.sentence.startswith("even beats noise: noise minus even is -0.")
    for found in versus(side("even", even), side("noise", noise)):
        assert found.sentence.startswith("even beats noise: even minus noise is +0.")


def test_pairing_makes_intervals_narrower_than_those_of_two_separate_runs(noise, even) -> None:
    (fitb, _) = versus(side("noise", noise), side("even", even))
    assert fitb.first.high - fitb.first.low == pytest.approx(
        fitb.difference.high - fitb.difference.low
    )  # the other side never fails, so the pair varies only as the first does


def test_several_seeds_count_with_their_mean(noise, even) -> None:
    found = versus(side("both", noise, even), side("even", even))
    for each, one, other in zip(found, noise, even, strict=True):
        mean = np.mean([one["model"]["figure"], other["model"]["figure"]])
        assert each.first.figure == pytest.approx(mean)
        assert each.seeds == (2, 1)


def test_equal_seeds_draw_equal_resamples_and_others_do_not(noise, even) -> None:
    sides = side("a", noise), side("b", even)
    assert versus(*sides) == versus(*sides)
    assert versus(*sides)[0].difference != versus(*sides, seed=8)[0].difference


def test_a_file_of_other_content_is_refused_by_name(noise, even) -> None:
    changed = [even[0] | {"sha256": "changed"}, even[1]]
    with pytest.raises(InputError, match=r"b\.json: expected .*questions\.json.* another file of"):
        versus(side("a", noise), side("b", changed))


def test_a_file_that_only_one_side_answered_is_refused_by_name(noise, even) -> None:
    with pytest.raises(InputError, match=r"b\.json: expected .*outfits\.json.*got no report"):
        versus(side("a", noise), side("b", even[:1]))
    with pytest.raises(InputError, match=r"a\.json: expected .*outfits\.json.*got no report"):
        versus(side("a", noise[:1]), side("b", even))


def test_a_file_that_was_read_against_another_dataset_is_refused(noise, even) -> None:
    fewer = [even[0] | {"questions": 99, "credits": even[0]["credits"][:99]}, even[1]]
    with pytest.raises(InputError, match="got 100 and 99; the datasets differ"):
        versus(side("a", noise), side("b", fewer))
