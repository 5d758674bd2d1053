import pytest

from engine.objective_config import ObjectiveConfig


def test_without_stages_the_objective_stays_as_it_is() -> None:
    config = ObjectiveConfig(near="band")
    assert all(config.stage(done) == config for done in (0.0, 0.5, 1.0))


@pytest.mark.parametrize(("done", "weight"), [(0.0, 0.0), (0.39, 0.0), (0.4, 0.7), (1.0, 0.7)])
def test_retrieval_joins_after_pretraining(done: float, weight: float) -> None:
    stage = ObjectiveConfig(pretrain=0.4, target_weight=0.7).stage(done)
    assert stage.target_weight == weight
    assert stage.near == "category"


@pytest.mark.parametrize(("done", "near"), [(0.0, "slot"), (0.24, "slot"), (0.25, "band")])
def test_negatives_go_from_coarse_to_fine(done: float, near: str) -> None:
    stage = ObjectiveConfig(curriculum=0.25, near="band").stage(done)
    assert stage.near == near
    assert stage.target_weight == 1.0
