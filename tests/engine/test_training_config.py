import pytest

from engine.models.build import ModelConfig
from engine.objective_config import ObjectiveConfig
from engine.training_config import TrainingConfig


def kept(epochs: int = 10, **objective: object) -> list[int]:
    """Epochs that may be kept."""
    config = TrainingConfig(epochs=epochs, objective=ObjectiveConfig(**objective))
    return [number for number in range(epochs + 1) if config.may_be_kept(number)]


def test_without_stages_every_epoch_may_be_kept_the_untrained_model_too() -> None:
    assert kept() == list(range(11))


@pytest.mark.parametrize(("pretrain", "curriculum"), [(0.4, 0.7), (0.7, 0.4), (0.0, 0.7)])
def test_only_epochs_after_the_longest_of_the_stages_may_be_kept(pretrain, curriculum) -> None:
    assert kept(pretrain=pretrain, curriculum=curriculum) == [8, 9, 10]


def test_stages_that_change_nothing_keep_nothing_back() -> None:
    assert kept(pretrain=0.5, target_weight=0.0, curriculum=0.5, near="slot") == list(range(11))


def test_some_epoch_may_be_kept_however_long_the_stages_are() -> None:
    assert kept(pretrain=1.0) == list(range(11))
    assert kept(epochs=1, pretrain=0.4, curriculum=0.7) == [0, 1]


def test_an_epoch_is_trained_against_the_stage_that_its_share_of_the_epochs_says() -> None:
    config = TrainingConfig(epochs=4, objective=ObjectiveConfig(pretrain=0.5))
    weights = [config.stage(number).target_weight for number in (1, 2, 3, 4)]
    assert weights == [0.0, 0.0, 1.0, 1.0]
    assert config.stage(4) == config.objective


def test_the_interaction_learns_once_the_similarity_has_had_its_share_of_the_epochs() -> None:
    config = TrainingConfig(epochs=4, similarity_first=0.5)
    assert [config.interaction_learns(number) for number in (1, 2, 3, 4)] == [False] * 2 + [
        True
    ] * 2
    assert TrainingConfig(epochs=4).interaction_learns(1)


def test_a_model_that_is_all_interaction_cannot_wait_for_the_similarity() -> None:
    with pytest.raises(ValueError, match="expected a residual model"):
        TrainingConfig(similarity_first=0.5, model=ModelConfig(residual=False))
