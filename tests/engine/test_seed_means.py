import numpy as np
import pytest

from engine.evaluation import EvaluationConfig, evaluate
from engine.seed_means import mean_report, question_key
from tests.engine.test_evaluation import CONTROLS, Even, Noise, fitb_set, outfit_set

CONFIG = EvaluationConfig(seed=7, resamples=200)


@pytest.fixture(scope="module")
def runs() -> list[list[dict]]:
    """FITB and compatibility reports of two models."""
    runs = [
        evaluate(
            model,
            CONTROLS,
            fitb_sets=[fitb_set([0, 1, 2, 3] * 25)],
            compatibility_sets=[outfit_set([1, 0, 0] * 30)],
            config=CONFIG,
        )
        for model in (Noise(), Even())
    ]
    return [[report | {"sha256": report["kind"]} for report in run] for run in runs]


@pytest.mark.parametrize("file", [0, 1])
def test_the_mean_lies_between_the_runs_and_one_run_is_its_own_mean(runs, file: int) -> None:
    noise, even = (run[file] for run in runs)
    mean = mean_report("mean", [noise, even], resamples=200, seed=7)
    assert mean["figures_by_seed"] == [noise["model"]["figure"], even["model"]["figure"]]
    assert mean["model"]["figure"] == np.mean(mean["figures_by_seed"])
    assert noise["model"]["high"] < mean["model"]["high"] < even["model"]["high"]
    alone = mean_report(noise["name"], [noise], resamples=200, seed=7)
    assert alone["model"] == noise["model"]
    assert alone["difference"] == noise["difference"]
    assert alone["controls"].keys() == noise["controls"].keys()


def test_the_sentence_speaks_of_the_mean(runs) -> None:
    mean = mean_report("the mean of 2 models", [runs[0][0], runs[1][0]], resamples=200, seed=7)
    assert mean["sentence"].startswith("the mean of 2 models reaches ")


def test_other_files_kinds_wishes_and_pools_are_other_questions(runs) -> None:
    report = runs[0][0]
    others = [
        runs[0][1],
        report | {"sha256": "other"},
        report | {"wish": "none"},
        report | {"pool": {"sha256": "other"}},
    ]
    assert len({question_key(each) for each in (report, *others)}) == 5
    assert question_key(report | {"name": "moved"}) == question_key(report)
