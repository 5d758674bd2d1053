from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch

import engine.training as training_module
from data.dataset import Dataset
from engine.models.build import MODELS, ModelName
from engine.run_folder import RunFolder, run_record
from engine.steps import Steps
from engine.training import (
    Epoch,
    Trained,
    TrainingConfig,
    as_scorer,
    fit,
    prepare,
)
from engine.validation import Validation
from tests.engine.planted import CATEGORIES, shaken, still, store, tiny_config

pytestmark = pytest.mark.usefixtures("one_thread")
FIGURES = ["fitb random", "fitb same-category", "auc random", "auc same-category", "mean"]


def train(dataset: Dataset, config: TrainingConfig) -> tuple[Trained, list[Epoch]]:
    trained, dataset = prepare(dataset, config)
    return trained, list(fit(trained, dataset))


def stepped(dataset: Dataset, config: TrainingConfig) -> tuple[Trained, list[float]]:
    """The model after all steps of the optimiser and the loss of each epoch; nothing validated."""
    trained, dataset = prepare(dataset, config)
    steps = Steps(trained, dataset.outfit_rows("train"))
    return trained, [steps.epoch(number) for number in range(1, config.epochs + 1)]


@pytest.fixture(scope="module")
def uninterrupted(planted: Dataset) -> Callable[[ModelName], tuple[Trained, list[Epoch]]]:
    """Every model after four epochs, trained when a test first asks."""
    return cache(lambda name: train(planted, tiny_config(name, epochs=4)))


def weights(trained: Trained) -> torch.Tensor:
    return torch.cat([weight.flatten().float() for weight in trained.model.state_dict().values()])


@pytest.mark.parametrize("name", MODELS)
def test_every_model_learns_a_planted_rule(uninterrupted, name: ModelName) -> None:
    trained, epochs = uninterrupted(name)
    before, after = epochs[0].validation, epochs[-1].validation
    assert after["auc same-category"] > before["auc same-category"] + 0.08
    assert after["mean"] > before["mean"] + 0.05
    assert trained.model.training is False


@pytest.mark.parametrize("name", MODELS)
def test_a_seed_decides_every_weight_and_figure(planted: Dataset, name: ModelName) -> None:
    (first, epochs), (again, repeated) = (
        train(planted, tiny_config(name, epochs=1, seed=1)) for _ in range(2)
    )
    other, _ = stepped(planted, tiny_config(name, epochs=1, seed=2))
    assert weights(first).equal(weights(again))
    assert not weights(first).equal(weights(other))
    assert [epoch.validation for epoch in epochs] == [epoch.validation for epoch in repeated]
    assert epochs[1].loss == repeated[1].loss


def test_epochs_are_numbered_from_the_untrained_model(planted: Dataset) -> None:
    trained, dataset = prepare(planted, tiny_config("mean-pool", epochs=2))
    untrained = Validation.build(dataset, seed=0).measure(as_scorer(trained))
    epochs = list(fit(trained, dataset))
    assert [epoch.number for epoch in epochs] == [0, 1, 2]
    assert epochs[0].validation == untrained
    assert np.isnan(epochs[0].loss)
    assert epochs[0].best
    assert all(np.isfinite(epoch.loss) and epoch.seconds > 0 for epoch in epochs[1:])
    assert [list(epoch.validation) for epoch in epochs] == [FIGURES] * 3


def test_an_epoch_is_the_best_where_its_mean_is_above_all_before_it(planted: Dataset) -> None:
    _, epochs = train(planted, tiny_config("pairwise", epochs=4))
    means = [epoch.validation["mean"] for epoch in epochs]
    assert [epoch.best for epoch in epochs] == [
        mean > max([-1.0, *means[:at]]) for at, mean in enumerate(means)
    ]


def spoiling(**changes: object) -> TrainingConfig:
    """A learning rate at which every step does harm."""
    return replace(tiny_config("transformer"), learning_rate=30.0, **changes)


def test_when_training_does_harm_the_untrained_model_comes_back(planted: Dataset) -> None:
    trained, dataset = prepare(planted, spoiling(epochs=2))
    before = {name: weight.clone() for name, weight in trained.model.state_dict().items()}
    epochs = list(fit(trained, dataset))
    assert [epoch.best for epoch in epochs] == [True, False, False]
    after = trained.model.state_dict()
    kept = [name for name in before if not name.startswith("chance.")]
    assert len(kept) > 10
    assert all(after[name].equal(before[name]) for name in kept)


@pytest.fixture
def chance_left_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures of epochs are of models from which chance was not taken yet."""
    monkeypatch.setattr(training_module, "fit_chance", lambda *_, **__: None)


@pytest.mark.usefixtures("chance_left_in")
def test_the_model_that_comes_back_has_the_best_figures(planted: Dataset) -> None:
    """Of the seeds tried, the first whose best epoch is neither the first nor the last."""
    for seed in range(8):
        trained, dataset = prepare(planted, tiny_config("mean-pool", epochs=4, seed=seed))
        epochs = list(fit(trained, dataset))
        best = max(epochs, key=lambda epoch: epoch.validation["mean"])
        if 0 < best.number < epochs[-1].number:
            break
    assert 0 < best.number < epochs[-1].number
    measured = Validation.build(dataset, seed=seed).measure(as_scorer(trained))
    assert measured == best.validation


@pytest.mark.parametrize("patience", [1, 2])
def test_training_stops_after_as_many_epochs_without_gain_as_patience_says(
    planted: Dataset, patience: int
) -> None:
    _, epochs = train(planted, spoiling(epochs=6, patience=patience))
    assert len(epochs) == 1 + patience


@pytest.mark.usefixtures("chance_left_in")
@pytest.mark.parametrize("stages", [{"pretrain": 0.5}, {"curriculum": 0.5}])
def test_an_epoch_before_the_last_stage_is_neither_kept_nor_out_of_patience(
    planted: Dataset, stages: dict[str, float]
) -> None:
    """Every step does harm, so that the earliest epoch has the best figure."""
    config = spoiling(epochs=4, patience=1)
    config = replace(config, objective=replace(config.objective, **stages))
    trained, dataset = prepare(planted, config)
    epochs = list(fit(trained, dataset))
    means = [epoch.validation["mean"] for epoch in epochs]
    assert means[0] > max(means[1:])
    assert [epoch.best for epoch in epochs[:4]] == [False] * 3 + [True]
    best = [epoch for epoch in epochs if epoch.best][-1]
    assert Validation.build(dataset, seed=0).measure(as_scorer(trained)) == best.validation


def test_the_dataset_is_not_changed_and_neither_are_prepared_features(planted: Dataset) -> None:
    items, outfits = planted.items.clone(), planted.outfits.clone()
    trained, dataset = prepare(planted, tiny_config("mean-pool", epochs=1))
    content = trained.features.content.clone()
    list(fit(trained, dataset))
    assert trained.features.content.equal(content)
    assert planted.items.equals(items)
    assert planted.outfits.equals(outfits)


PLAIN = tiny_config("transformer", epochs=1)
SWITCHES: dict[str, Callable[[TrainingConfig], TrainingConfig]] = {
    "seed": lambda config: replace(config, seed=9),
    "epochs": lambda config: replace(config, epochs=2),
    "batch_size": lambda config: replace(config, batch_size=100),
    "halve_every": lambda config: replace(config, halve_every=1),
    "accumulate": lambda config: replace(config, accumulate=2),
    "precision": lambda config: replace(config, precision="bfloat16"),
    "learning_rate": lambda config: replace(config, learning_rate=0.01),
    "weight_decay": lambda config: replace(config, weight_decay=0.5),
    "similarity_first": lambda config: replace(config, similarity_first=0.5),
    "feature_width": lambda config: replace(config, feature_width=5),
    **{
        name: lambda config, name=name, value=value: replace(
            config, model=replace(config.model, **{name: value})
        )
        for name, value in {
            "name": "pairwise",
            "residual": False,
            "width": 8,
            "anova": False,
            "attention_bias": True,
            "pair_head": True,
            "attributes": False,
            "layers": 2,
            "heads": 4,
            "dropout": 0.5,
            "content_dropout": 0.5,
            "modality_dropout": 0.5,
        }.items()
    },
    **{
        name: lambda config, name=name, value=value: replace(
            config, objective=replace(config.objective, **{name: value})
        )
        for name, value in {
            "num_negatives": 2,
            "same_category": 0.1,
            "slot_text": 0.9,
            "target_weight": 0.2,
            "negatives": "catalogue",
            "near": "band",
            "choice_weight": 0.2,
            "compatibility": "focal",
            "retrieval": "ranking",
            "uniformity": 0.5,
            "pretrain": 0.5,
            "coarse": 0.9,
        }.items()
    },
}


@pytest.fixture(scope="module")
def plain(planted: Dataset) -> torch.Tensor:
    return weights(stepped(planted, PLAIN)[0])


@pytest.mark.parametrize("switch", SWITCHES)
def test_every_switch_changes_what_is_learned(planted: Dataset, plain, switch: str) -> None:
    changed = weights(stepped(planted, SWITCHES[switch](PLAIN))[0])
    assert changed.shape != plain.shape or not torch.allclose(changed, plain, atol=1e-6)


def test_a_curriculum_matters_where_a_slot_holds_several_categories(tiny_shop: Path) -> None:
    dataset = Dataset.load(tiny_shop)
    without, half = (
        replace(PLAIN, objective=replace(PLAIN.objective, curriculum=share)) for share in (0.0, 0.5)
    )
    plain, changed = (weights(stepped(dataset, config)[0]) for config in (without, half))
    assert not torch.allclose(plain, changed, atol=1e-6)


def test_every_field_of_the_config_has_a_switch_or_a_test_of_its_own() -> None:
    config = TrainingConfig()
    fields = {
        *config.__dataclass_fields__,
        *config.model.__dataclass_fields__,
        *config.objective.__dataclass_fields__,
    }
    assert fields - {*SWITCHES, *GRAPH_SWITCHES} == {
        "curriculum",
        "patience",
        "prices",
        "recipe",
        "teacher",
        "model",
        "objective",
    }


GRAPH_SWITCHES = {"steps": 3, "edge_weights": "uniform", "min_count": 1000}


def uneven(dataset: Dataset) -> Dataset:
    """The dataset with shoes or bottoms taken from some outfits, so that co-occurrence varies."""
    number = pl.col("outfit_id").str.slice(1).cast(pl.Int64) % 4
    taken = ((number == 1) & (pl.col("position") == 2)) | (
        (number == 2) & (pl.col("position") == 1)
    )
    outfits = dataset.outfits.filter(~taken)
    return Dataset(folder=dataset.folder, items=dataset.items, outfits=outfits)


@pytest.fixture(scope="module")
def plain_graph(planted: Dataset) -> torch.Tensor:
    return weights(stepped(uneven(planted), tiny_config("ngnn", epochs=1))[0])


@pytest.mark.parametrize("switch", GRAPH_SWITCHES)
def test_every_switch_of_the_graph_network_changes_what_is_learned(
    planted: Dataset, plain_graph, switch: str
) -> None:
    config = tiny_config("ngnn", epochs=1)
    model = replace(config.model, **{switch: GRAPH_SWITCHES[switch]})
    trained, _ = stepped(uneven(planted), replace(config, model=model))
    changed = weights(trained)
    assert changed.shape != plain_graph.shape or not torch.allclose(changed, plain_graph, atol=1e-6)


def bare(folder: Path, *, outfits: int = 200) -> Dataset:
    """Items that are known by category alone."""
    rng = np.random.default_rng(0)
    items = pl.DataFrame(
        {"item_id": [f"i{row:02d}" for row in range(60)], "category": np.repeat(CATEGORIES, 20)}
    )
    rows = np.arange(3) * 20 + rng.integers(20, size=(outfits, 3))
    return store(folder, items, rows.tolist(), {})


@pytest.mark.parametrize("name", MODELS)
def test_by_category_alone_training_runs_and_stays_at_chance(tmp_path, name: ModelName) -> None:
    trained, epochs = train(bare(tmp_path), tiny_config(name, epochs=1))
    assert trained.features.content.shape == (60, 0)
    for epoch in epochs:
        assert epoch.validation["fitb same-category"] == pytest.approx(0.25, abs=0.1)
        assert epoch.validation["auc same-category"] == pytest.approx(0.5, abs=0.1)
        assert epoch.validation["fitb random"] > 0.3
    assert weights(trained).isfinite().all()


@pytest.mark.parametrize("name", MODELS)
def test_accumulated_batches_have_the_losses_of_one_large_batch(planted, name: ModelName) -> None:
    """240 outfits, so that the last step has batches of 32 and of 16."""
    _, whole = stepped(planted, still(name, batch_size=96))
    _, parts = stepped(planted, still(name, batch_size=32, accumulate=3))
    assert parts == pytest.approx(whole, rel=1e-4)


@pytest.mark.parametrize("name", MODELS)
def test_bfloat16_learns_about_the_same_in_float32_weights(planted, name: ModelName) -> None:
    full, losses = stepped(planted, still(name))
    mixed, others = stepped(planted, still(name, precision="bfloat16"))
    assert all(weight.dtype == torch.float32 for weight in mixed.model.parameters())
    assert not weights(mixed).equal(weights(full))
    assert others == pytest.approx(losses, rel=0.05)


def run_of(dataset: Dataset, config: TrainingConfig, path: Path, *, begun: bool) -> RunFolder:
    opened = RunFolder.go_on if begun else RunFolder.begin
    return opened(path, run_record(dataset.folder, config, command=""))


@pytest.mark.parametrize(
    ("name", "killed_after"),
    [*((name, 2) for name in MODELS), ("mean-pool", 0), ("mean-pool", 4)],
)
def test_a_run_that_is_resumed_equals_one_that_never_stopped(
    planted, uninterrupted, tmp_path, name: ModelName, killed_after: int
) -> None:
    config = tiny_config(name, epochs=4)
    expected, epochs = uninterrupted(name)
    trained, dataset = prepare(planted, config)
    before = []
    for epoch in fit(trained, dataset, run_of(planted, config, tmp_path / "run", begun=False)):
        before.append(epoch)
        if epoch.number == killed_after:
            break
    torch.manual_seed(99)
    trained, dataset = prepare(planted, config)
    run = run_of(planted, config, tmp_path / "run", begun=True)
    resumed = list(fit(trained, dataset, run))
    assert resumed[1 : killed_after + 1] == before[1:]
    assert [epoch.loss for epoch in resumed[1:]] == [epoch.loss for epoch in epochs[1:]]
    assert [epoch.validation for epoch in resumed] == [epoch.validation for epoch in epochs]
    assert [epoch.best for epoch in resumed] == [epoch.best for epoch in epochs]
    assert weights(trained).equal(weights(expected))


def test_a_run_goes_on_from_before_any_epoch_that_may_be_kept(planted, tmp_path) -> None:
    config = tiny_config("mean-pool", epochs=3)
    config = replace(config, objective=replace(config.objective, pretrain=0.5))
    expected, epochs = train(planted, config)
    trained, dataset = prepare(planted, config)
    for epoch in fit(trained, dataset, run_of(planted, config, tmp_path / "run", begun=False)):
        if epoch.number == 1:
            break
    trained, dataset = prepare(planted, config)
    resumed = list(fit(trained, dataset, run_of(planted, config, tmp_path / "run", begun=True)))
    assert [epoch.best for epoch in resumed] == [epoch.best for epoch in epochs]
    assert not any(epoch.best for epoch in epochs[:2])
    assert weights(trained).equal(weights(expected))


def test_a_run_that_patience_ended_ends_again_when_resumed(planted, tmp_path) -> None:
    config = spoiling(epochs=6, patience=2)
    trained, dataset = prepare(planted, config)
    first = list(fit(trained, dataset, run_of(planted, config, tmp_path / "run", begun=False)))
    again, dataset = prepare(planted, config)
    shaken(again.model)
    second = list(fit(again, dataset, run_of(planted, config, tmp_path / "run", begun=True)))
    assert second[1:] == first[1:]
    assert weights(again).equal(weights(trained))
