import numpy as np
import torch

from engine.items import ItemFeatures
from engine.modality_choice import telling_modalities

WIDTHS = {"style": 4, "noise": 16}


def shop(seed: int = 0) -> tuple[ItemFeatures, list[np.ndarray]]:
    """Items of four styles, worn with their own; the noise tells items apart and no more."""
    rng = np.random.default_rng(seed)
    style = rng.integers(4, size=400)
    noise = rng.normal(size=(400, 16))
    content = np.concatenate([np.eye(4)[style], noise / np.linalg.norm(noise, axis=1)[:, None]], 1)
    features = ItemFeatures(
        category=torch.from_numpy(rng.integers(1, 5, size=400)),
        slot=torch.zeros(400, dtype=torch.int64),
        content=torch.from_numpy(content).float(),
    )
    outfits = [rng.choice(np.flatnonzero(style == number % 4), 4, False) for number in range(800)]  # noqa: FBT003
    return features, outfits


def test_what_is_worn_together_is_kept_and_what_only_names_items_is_not() -> None:
    for seed in range(5):
        features, outfits = shop(seed)
        kept = telling_modalities(features, WIDTHS, outfits, seed=seed)
        assert list(kept) == ["style"]
        assert kept["style"] > 10


def test_where_nothing_tells_anything_the_best_is_kept() -> None:
    features, outfits = shop()
    alone = ItemFeatures(
        category=features.category, slot=features.slot, content=features.content[:, 4:]
    )
    assert list(telling_modalities(alone, {"noise": 16}, outfits, seed=0)) == ["noise"]


def test_a_modality_that_cannot_be_judged_is_kept() -> None:
    features, outfits = shop()
    kept = telling_modalities(features, WIDTHS, outfits[:40], seed=0)
    assert kept == {"style": float("inf"), "noise": float("inf")}


def test_items_without_content_have_nothing_to_choose() -> None:
    features, outfits = shop()
    bare = ItemFeatures(
        category=features.category, slot=features.slot, content=features.content[:, :0]
    )
    assert telling_modalities(bare, {}, outfits, seed=0) == {}
