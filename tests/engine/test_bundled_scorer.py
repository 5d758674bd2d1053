from pathlib import Path

import numpy as np
import pytest

from data.dataset import Dataset
from data.errors import BundleError
from data.features import write_feature
from data.question_builder import build_compatibility, build_fitb
from engine.bundle import write_bundle
from engine.bundled_scorer import bundled_scorer
from engine.training import Epoch, Trained, as_scorer, fit, prepare
from tests.engine.planted import feature_of, store, tiny_config, two_sides

Outcome = tuple[Trained, list[Epoch]]


@pytest.fixture(scope="module")
def outcome(planted: Dataset) -> Outcome:
    trained, dataset = prepare(planted, tiny_config("transformer"))
    return trained, list(fit(trained, dataset))


@pytest.fixture(scope="module")
def trained(outcome: Outcome) -> Trained:
    return outcome[0]


@pytest.fixture(scope="module")
def bundle(planted: Dataset, outcome: Outcome, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scorer") / "bundle"
    trained, epochs = outcome
    write_bundle(trained, planted, folder, epochs=epochs, command="")
    return folder


def test_a_bundle_scores_its_own_dataset_as_training_did(bundle, trained, planted) -> None:
    scorer, expected = bundled_scorer(bundle, planted), as_scorer(trained)
    outfits = build_compatibility(planted, "valid", negatives="random", seed=0).questions
    blanks = build_fitb(planted, "valid", negatives="same-category", seed=0).questions
    np.testing.assert_allclose(
        scorer.score_outfits(outfits), expected.score_outfits(outfits), atol=1e-5
    )
    np.testing.assert_allclose(
        np.concatenate(scorer.score_candidates(blanks)),
        np.concatenate(expected.score_candidates(blanks)),
        atol=1e-5,
    )
    assert scorer.name == "transformer"


def test_a_dataset_of_items_that_are_all_new_is_scored_by_what_was_learned(
    bundle, tmp_path
) -> None:
    new = two_sides(tmp_path / "new", outfits=300, seed=9)
    items = new.items.select("category", "slot", "title", "attributes").with_columns(
        item_id="new-" + new.items["item_id"]
    )
    rows = [outfit.tolist() for split in ("train", "valid") for outfit in new.outfit_rows(split)]
    look = np.load(new.folder / "features" / "look" / "vectors.npy")
    renamed = store(tmp_path / "renamed", items, rows, {"look": look})
    outfits = build_compatibility(renamed, "train", negatives="same-category", seed=0).questions
    scores = bundled_scorer(bundle, renamed).score_outfits(outfits)
    labels = np.array([question.label for question in outfits]) == 1
    assert np.mean(scores[labels][:, None] > scores[~labels]) > 0.7


def test_the_order_of_the_item_table_makes_no_difference(bundle, planted, tmp_path) -> None:
    rows = [outfit.tolist() for outfit in planted.outfit_rows("valid")]
    look = np.load(planted.folder / "features" / "look" / "vectors.npy")
    turned = store(
        tmp_path / "turned",
        planted.items[::-1],
        [[89 - row for row in outfit] for outfit in rows],
        {"look": look[::-1].copy()},
    )
    questions = build_compatibility(planted, "valid", negatives="random", seed=0).questions
    mirrored = [
        type(question)(
            items=tuple(89 - row for row in question.items),
            label=question.label,
            item_ids=question.item_ids,
        )
        for question in questions
    ]
    np.testing.assert_allclose(
        bundled_scorer(bundle, turned).score_outfits(mirrored),
        bundled_scorer(bundle, planted).score_outfits(questions),
        atol=1e-5,
    )


def test_a_dataset_without_a_feature_is_scored_without_it(bundle, planted, tmp_path) -> None:
    rows = [outfit.tolist() for outfit in planted.outfit_rows("valid")]
    plain = store(tmp_path / "plain", planted.items, rows, {})
    questions = build_compatibility(planted, "valid", negatives="random", seed=0).questions
    without = bundled_scorer(bundle, plain).score_outfits(questions)
    assert np.isfinite(without).all()
    assert not np.allclose(without, bundled_scorer(bundle, planted).score_outfits(questions))


def test_a_feature_of_another_encoder_is_refused(bundle, planted, tmp_path) -> None:
    rows = [outfit.tolist() for outfit in planted.outfit_rows("valid")]
    other = store(tmp_path / "other", planted.items, rows, {})
    feature = feature_of("look", np.ones((90, 8), np.float32))
    feature = type(feature)(
        name="look",
        modality="vector",
        encoder="clip",
        vectors=feature.vectors,
        present=feature.present,
    )
    write_feature(other.folder, feature, other.items["item_id"].to_list())
    with pytest.raises(BundleError, match="'look': expected vectors of encoder 'precomputed'"):
        bundled_scorer(bundle, other)


def test_a_feature_of_another_length_is_refused_by_name(bundle, planted, tmp_path) -> None:
    rows = [outfit.tolist() for outfit in planted.outfit_rows("valid")]
    other = store(tmp_path / "long", planted.items, rows, {"look": np.ones((90, 9), np.float32)})
    with pytest.raises(BundleError, match="'look': expected vectors of 8 numbers, got 9"):
        bundled_scorer(bundle, other)


def test_a_damaged_bundle_is_refused(tmp_path, planted) -> None:
    with pytest.raises(BundleError, match=r"bundle\.json"):
        bundled_scorer(tmp_path, planted)
