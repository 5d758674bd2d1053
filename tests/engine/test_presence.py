import numpy as np
import pytest
import torch

from data.dataset import Dataset
from engine import presence
from engine.items import ItemFeatures
from engine.model_scorer import encode_items
from engine.presence import (
    known_parts,
    known_shares,
    modality_presence,
    part_names,
    without_parts,
)
from engine.training import Trained, prepare
from graph.outfits import pad_outfits
from tests.engine.planted import tiny_config

WIDTHS = {"look": 2, "words": 1}


@pytest.fixture(scope="module")
def trained(planted: Dataset) -> Trained:
    return prepare(planted, tiny_config("mean-pool"))[0]


def features() -> ItemFeatures:
    return ItemFeatures(
        category=torch.tensor([1, 2]),
        slot=torch.tensor([3, 4]),
        content=torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]),
    )


def test_the_parts_are_the_modalities_and_the_category() -> None:
    assert part_names(WIDTHS) == ("look", "words", "category")


@pytest.mark.parametrize(
    ("hidden", "content", "category"),
    [
        ((), [1, 2, 3], 1),
        (("look",), [0, 0, 3], 1),
        (("words", "category"), [1, 2, 0], 0),
    ],
)
def test_what_is_hidden_is_gone_and_nothing_else(hidden, content, category) -> None:
    given = features()
    left = without_parts(given, WIDTHS, hidden)
    assert left.content[0].tolist() == content
    assert left.category[0] == category
    assert (left.slot[0] == 0) == (category == 0)
    assert given.content[0].tolist() == [1, 2, 3]


def test_a_part_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="expected any of look, words, category, got 'titles'"):
        without_parts(features(), WIDTHS, ["titles"])


def test_a_trained_tower_shows_what_each_item_has(trained, planted) -> None:
    widths = trained.preparation.widths
    known = known_parts(encode_items(trained.model, trained.features), widths)
    look = np.load(planted.folder / "features" / "look" / "vectors.npy").any(1)
    at = part_names(widths).index("look")
    assert known[:, at].tolist() == look.tolist()
    assert known[:, -1].all()
    for name in part_names(widths):
        hidden = without_parts(trained.features, widths, [name])
        left = known_parts(encode_items(trained.model, hidden), widths)
        at = part_names(widths).index(name)
        assert not left[:, at].any()
        others = [other for other in range(len(part_names(widths))) if other != at]
        assert left[:, others].equal(known[:, others])


def test_shares_count_the_items_of_an_outfit_not_its_padding() -> None:
    known = torch.tensor([[True, True], [False, True], [False, False]])
    shares = known_shares(known, pad_outfits([[0, 1, 2], [0, 1], [2], []]))
    assert shares.tolist() == [
        pytest.approx([1 / 3, 2 / 3]),
        pytest.approx([0.5, 1.0]),
        [0.0, 0.0],
        [0.0, 0.0],
    ]


@pytest.mark.parametrize("chunk", [1, 3, 100])
def test_a_modality_is_present_where_its_block_is_not_zero(monkeypatch, chunk) -> None:
    monkeypatch.setattr(presence, "CHUNK", chunk)
    content = torch.tensor([[0, 0, 0], [0, 1, 0], [0, 0, -1], [2, 0, 3]], dtype=torch.float32)
    found = modality_presence(content, [2, 1])
    assert found.tolist() == [[False, False], [True, False], [False, True], [True, True]]
    assert modality_presence(content[:, :0], []).shape == (4, 0)
