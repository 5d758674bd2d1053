import numpy as np
import pytest
import torch

from engine.items import ItemFeatures
from engine.steps import informative


def item_features(known: list[bool]) -> ItemFeatures:
    numbers = torch.zeros(len(known), dtype=torch.int64)
    content = torch.tensor(known, dtype=torch.float32)[:, None]
    return ItemFeatures(category=numbers, slot=numbers, content=content)


def test_outfits_in_which_fewer_than_two_items_have_content_are_left_out() -> None:
    features = item_features([True, True, True, False, False])
    outfits = [np.array(rows) for rows in ([0, 1], [0, 3], [3, 4], [4, 1, 2])]
    kept = informative(outfits, features)
    assert [outfit.tolist() for outfit in kept] == [[0, 1], [4, 1, 2]]


@pytest.mark.parametrize(("known", "kept"), [(1, 20), (2, 20), (3, 3)])
def test_all_outfits_stay_where_only_a_tenth_or_fewer_would(known: int, kept: int) -> None:
    features = item_features([True, True, False, False])
    outfits = [np.array([0, 1] if number < known else [2, 3]) for number in range(20)]
    assert len(informative(outfits, features)) == kept
