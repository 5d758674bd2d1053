import numpy as np
import pytest

from data.features import Feature
from engine.controls.raw_cosine import RawCosine


def feature(name: str, vectors: list[list[float]], present: list[bool]) -> Feature:
    return Feature(
        name=name,
        modality="vector",
        encoder="drawn",
        vectors=np.array(vectors, dtype=np.float32),
        present=np.array(present),
    )


TEXT = feature("text", [[2, 0], [3, 0], [0, 5], [1, 1]], [True, True, True, True])
IMAGE = feature("image", [[0, 1], [1, 0], [0, 9], [9, 9]], [True, True, True, False])


def test_length_does_not_matter_only_direction(outfit) -> None:
    scores = RawCosine(features=(TEXT,)).score_outfits([outfit([0, 1]), outfit([0, 2])])
    assert scores.tolist() == pytest.approx([1.0, 0.0])


def test_a_pair_is_the_mean_over_the_modalities_that_both_items_have(outfit) -> None:
    control = RawCosine(features=(TEXT, IMAGE))
    scores = control.score_outfits([outfit([0, 1]), outfit([0, 2]), outfit([0, 3])])
    assert scores.tolist() == pytest.approx([0.5, 0.5, np.sqrt(0.5)])


def test_a_pair_equals_the_cosine_of_joined_unit_vectors(outfit) -> None:
    generator = np.random.default_rng(0)
    parts = [generator.normal(size=(6, dim)) for dim in (3, 5)]
    features = [feature(f"f{at}", part.tolist(), [True] * 6) for at, part in enumerate(parts)]
    joined = np.hstack([part / np.linalg.norm(part, axis=1, keepdims=True) for part in parts])
    joined /= np.linalg.norm(joined, axis=1, keepdims=True)
    (score,) = RawCosine(features=tuple(features)).score_outfits([outfit([1, 4])])
    assert score == pytest.approx(joined[1] @ joined[4], abs=1e-6)


def test_a_pair_without_a_shared_modality_is_left_out(outfit, fitb) -> None:
    control = RawCosine(features=(IMAGE,))
    three, none = control.score_outfits([outfit([0, 2, 3]), outfit([0, 3])])
    assert (three, none) == (1.0, 0.0)
    (candidates,) = control.score_candidates([fitb([0, 3], [1, 2])])
    assert candidates.tolist() == [0.0, 1.0]


def test_without_features_it_is_a_constant(fitb) -> None:
    (scores,) = RawCosine(features=()).score_candidates([fitb([0], [1, 2, 3])])
    assert scores.tolist() == [0.0, 0.0, 0.0]


def test_a_zero_vector_has_no_direction_and_no_score(outfit) -> None:
    zero = feature("zero", [[0, 0], [1, 0]], [True, True])
    assert RawCosine(features=(zero,)).score_outfits([outfit([0, 1])]).tolist() == [0.0]


def test_pairs_beyond_one_chunk_are_scored_alike(outfit) -> None:
    scores = RawCosine(features=(TEXT,)).score_outfits([outfit([0, 3])] * 9000)
    assert scores.tolist() == pytest.approx([np.sqrt(0.5)] * 9000)
