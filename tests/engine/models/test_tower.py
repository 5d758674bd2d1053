import math

import pytest
import torch

from engine.items import ItemFeatures
from engine.models.tower import ItemTower

CONTENT = torch.tensor([[0.6, 0.8, 1.0, 0, 0], [0, 0, 0, 0.6, -0.8], [1, 0, 0, 0, 0], [0] * 5])


def features(content: torch.Tensor = CONTENT) -> ItemFeatures:
    numbers = torch.arange(len(content))
    return ItemFeatures(category=numbers, slot=numbers + 1, content=content)


@pytest.fixture
def tower() -> ItemTower:
    return ItemTower({"look": 2, "words": 3}, modality_dropout=0.0, dropout=0.0)


def test_an_untrained_tower_gives_back_the_content_with_category_and_slot(tower) -> None:
    tokens = tower(features())
    torch.testing.assert_close(tokens.vectors, CONTENT)
    assert tokens.category.tolist() == [0, 1, 2, 3]
    assert tokens.slot.tolist() == [1, 2, 3, 4]
    assert tower.dim == 5


def test_each_modality_is_mapped_to_unit_length_and_weighed(tower) -> None:
    with torch.no_grad():
        tower.maps[1].weight.copy_(3 * torch.eye(3)[[2, 0, 1]])
        tower.log_weights.copy_(torch.tensor([0.0, math.log(2)]))
        vectors = tower(features()).vectors
    expected = [[0.6, 0.8, 0, 2.0, 0], [0, 0, -1.6, 0, 1.2], [1, 0, 0, 0, 0], [0] * 5]
    torch.testing.assert_close(vectors, torch.tensor(expected))


def test_an_absent_modality_adds_nothing_to_the_product_of_two_items(tower) -> None:
    with torch.no_grad():
        tower.log_weights.copy_(torch.tensor([0.3, -0.2]))
        vectors = tower(features()).vectors
    assert float(vectors[0] @ vectors[3]) == 0
    assert float(vectors[1] @ vectors[2]) == 0
    assert float(vectors[0] @ vectors[2]) == pytest.approx(0.6 * math.exp(0.6))


def test_modality_dropout_hides_whole_modalities_at_its_rate_in_training_only() -> None:
    tower = ItemTower({"look": 2, "words": 3}, modality_dropout=0.25, dropout=0.0)
    content = CONTENT[:1].clone().expand(4000, -1)
    torch.manual_seed(0)
    vectors = tower.train()(features(content)).vectors
    look, words = vectors[:, :2], vectors[:, 2:]
    for block, whole in ((look, content[:, :2]), (words, content[:, 2:])):
        hidden = ~block.any(1)
        assert float(hidden.float().mean()) == pytest.approx(0.25, abs=0.03)
        torch.testing.assert_close(block[~hidden], whole[~hidden])
    both = ~look.any(1) & ~words.any(1)
    assert float(both.float().mean()) == pytest.approx(0.0625, abs=0.02)
    torch.testing.assert_close(tower.eval()(features(content)).vectors, content)


def test_content_dropout_hides_single_numbers_in_training_only() -> None:
    tower = ItemTower({"look": 50}, modality_dropout=0.0, dropout=0.4)
    content = torch.ones(100, 50) / 50**0.5
    torch.manual_seed(0)
    vectors = tower.train()(features(content)).vectors
    assert float((vectors == 0).float().mean()) == pytest.approx(0.4, abs=0.03)
    torch.testing.assert_close(vectors.norm(dim=1), torch.ones(100))
    torch.testing.assert_close(tower.eval()(features(content)).vectors, content)


def test_without_modalities_an_embedding_is_a_zero() -> None:
    tower = ItemTower({}, modality_dropout=0.5, dropout=0.5)
    assert tower.dim == 1
    assert tower(features(torch.zeros(3, 0))).vectors.tolist() == [[0], [0], [0]]
