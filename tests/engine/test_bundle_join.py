from pathlib import Path

import numpy as np
import pytest
import torch

from data.dataset import Dataset
from data.errors import BundleError, InputError, SchemaError
from engine.bundle import load_bundle, read_manifest, write_bundle
from engine.bundle_join import join_bundles
from engine.bundled_scorer import bundled_scorer
from engine.confidence_fit import fit_confidence
from engine.frozen_model import FrozenModel
from engine.recommender import Recommender
from engine.requests import Slot
from engine.training import fit, prepare
from graph.outfits import pad_outfits
from tests.engine.planted import tiny_config, two_sides


def trained_bundle(dataset: Dataset, name: str, folder: Path, *, seed: int = 0) -> Path:
    trained, dataset = prepare(dataset, tiny_config(name, seed=seed, epochs=1))
    write_bundle(trained, dataset, folder, epochs=list(fit(trained, dataset)), command="train")
    return folder


@pytest.fixture(scope="module")
def folders(planted: Dataset, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    root = tmp_path_factory.mktemp("members")
    return [
        trained_bundle(planted, "mean-pool", root / "a"),
        trained_bundle(planted, "mean-pool", root / "b", seed=1),
        trained_bundle(planted, "pairwise", root / "c"),
    ]


@pytest.fixture(scope="module")
def joined(folders: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("joined") / "bundle"
    join_bundles(folders, out, command="outfit ensemble a b c")
    return out


@torch.inference_mode()
def test_a_joined_bundle_says_the_mean_of_its_members(planted, folders, joined) -> None:
    batch = pad_outfits([[3, 33, 63], [4, 40]])
    scorers = [bundled_scorer(folder, planted) for folder in (*folders, joined)]
    *each, mean = (scorer.model.judge(scorer.tokens, batch).compatibility for scorer in scorers)
    torch.testing.assert_close(mean, torch.stack(each).mean(0), atol=1e-5, rtol=1e-5)


def test_its_vectors_are_those_that_its_model_gives(joined) -> None:
    bundle = load_bundle(joined)
    dataset_vectors = np.asarray(bundle.vectors)
    assert bundle.manifest["dim"] == dataset_vectors.shape[1] == sum(bundle.model.dims)
    answers = Recommender(bundle).complements(["i003", "i033"], Slot(category="shoes"), 5)
    assert len(answers) == 5


def test_the_manifest_names_the_members_and_the_command(folders, joined) -> None:
    manifest = read_manifest(joined)
    assert manifest["members"] == [read_manifest(folder)["bundle_id"] for folder in folders]
    assert manifest["command"] == "outfit ensemble a b c"
    assert manifest["model"] == "ensemble"


def test_fewer_than_two_and_repeated_members_are_refused(folders, tmp_path) -> None:
    with pytest.raises(SchemaError, match="at least two bundles, got 1"):
        join_bundles(folders[:1], tmp_path / "out", command="")
    with pytest.raises(SchemaError, match="each bundle once, got 'mean-pool-"):
        join_bundles([folders[0], folders[0]], tmp_path / "out", command="")
    assert not (tmp_path / "out").exists()


def test_members_of_another_dataset_and_ensembles_are_refused(folders, joined, tmp_path) -> None:
    other = trained_bundle(two_sides(tmp_path / "data", seed=3), "pairwise", tmp_path / "other")
    with pytest.raises(BundleError, match="members are trained on one dataset"):
        join_bundles([folders[0], other], tmp_path / "out", command="")
    with pytest.raises(BundleError, match="expected a single model, got an ensemble"):
        join_bundles([folders[0], joined], tmp_path / "out", command="")


def test_a_folder_that_holds_something_is_left_alone(folders, joined) -> None:
    with pytest.raises(InputError, match="holds files"):
        join_bundles(folders[:2], joined, command="")


def test_without_a_dataset_probabilities_are_plain_and_with_it_they_are_fitted(
    planted, folders, joined, tmp_path
) -> None:
    plain = load_bundle(joined).confidence
    assert (plain.calibration.source, plain.relevance) == ("none", None)
    join_bundles(folders, tmp_path / "fitted", command="", dataset=planted)
    fitted = load_bundle(tmp_path / "fitted")
    assert fitted.confidence.calibration.source.startswith("validation outfits: ")
    found = Recommender(fitted).complements(["i003", "i033"], Slot(category="shoes"), 5)
    assert all(one.relevance is not None for one in found)


def test_members_that_differ_in_calibration_alone_are_joined(folders, planted, tmp_path) -> None:
    trained, dataset = prepare(planted, tiny_config("pairwise", seed=5, epochs=1))
    frozen = FrozenModel.of(trained.model, trained.preparation, trained.features)
    write_bundle(
        trained,
        dataset,
        tmp_path / "fitted",
        epochs=list(fit(trained, dataset)),
        command="train",
        confidence=fit_confidence(frozen, dataset, seed=5),
    )
    assert join_bundles([folders[0], tmp_path / "fitted"], tmp_path / "out", command="")
