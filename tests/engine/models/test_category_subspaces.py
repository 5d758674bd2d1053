import pytest
import torch

from engine.items import ItemTokens
from engine.models.category_subspaces import NUM_MASKS, CategorySubspaces
from engine.models.outfit_model import PlacedItems

CATEGORY, SLOT = torch.tensor([[1, 2, 3, 0]]), torch.tensor([[1, 2, 0, 1]])
MASK = torch.tensor([[True, True, True, False]])


@pytest.fixture
def subspaces() -> CategorySubspaces:
    torch.manual_seed(0)
    return CategorySubspaces(dim=6, width=4, num_categories=4, num_slots=3, dropout=0.0)


@pytest.fixture
def items() -> PlacedItems:
    vectors = torch.randn(1, 4, 6, generator=torch.Generator().manual_seed(1))
    return PlacedItems(category=CATEGORY, slot=SLOT, vectors=vectors, mask=MASK)


def mask_of(model: CategorySubspaces, source: tuple[int, int], other: tuple[int, int]):
    """sum_k w_k m_k of two kinds, each a category and a slot."""
    kind = model.source.category.weight[source[0]] + model.source.slot.weight[source[1]]
    kind = kind + model.other.category.weight[other[0]] + model.other.slot.weight[other[1]]
    mix = model.mix(torch.relu(kind)).softmax(0)
    return sum(mix[k] * model.masks[k] for k in range(NUM_MASKS))


def similarity(model: CategorySubspaces, items: PlacedItems, first: int, second: int):
    kinds = [(int(CATEGORY[0, at]), int(SLOT[0, at])) for at in (first, second)]
    x = [model.meet(items.vectors[0, at]) for at in (first, second)]
    there = x[0] * mask_of(model, kinds[0], kinds[1])
    back = x[1] * mask_of(model, kinds[1], kinds[0])
    return there @ back


@torch.no_grad()
def test_compatibility_is_the_mean_similarity_of_pairs_in_their_subspaces(subspaces, items) -> None:
    pairs = [similarity(subspaces, items, *pair) for pair in ((0, 1), (0, 2), (1, 2))]
    torch.testing.assert_close(subspaces.logit(items)[0], subspaces.scale * sum(pairs) / 3)


@torch.no_grad()
def test_the_inner_product_with_a_target_is_exactly_the_mean_similarity_to_the_context(
    subspaces, items
) -> None:
    context = PlacedItems(
        category=CATEGORY, slot=SLOT, vectors=items.vectors, mask=MASK & (CATEGORY != 3)
    )
    wanted = ItemTokens(category=CATEGORY[0, 2:3], slot=SLOT[0, 2:3], vectors=torch.zeros(1, 6))
    target = subspaces.target(context, wanted)[0]
    mean = (similarity(subspaces, items, 0, 2) + similarity(subspaces, items, 1, 2)) / 2
    torch.testing.assert_close(target @ items.vectors[0, 2], subspaces.target_scale * mean)


@torch.no_grad()
def test_items_without_content_take_no_part(subspaces, items) -> None:
    vectors = items.vectors.clone()
    vectors[0, 2] = 0
    without = PlacedItems(category=CATEGORY, slot=SLOT, vectors=vectors, mask=MASK)
    pair = similarity(subspaces, items, 0, 1)
    torch.testing.assert_close(subspaces.logit(without)[0], subspaces.scale * pair)
