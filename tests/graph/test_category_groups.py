import torch

from graph.category_groups import CategoryGroups

OUTFITS = torch.tensor([0, 5, 4, 9, 0])


def test_frequent_categories_have_groups_of_their_own_and_rare_ones_their_slots() -> None:
    groups = CategoryGroups(OUTFITS, min_count=5, num_slots=3)
    category, slot = torch.tensor([1, 2, 3, 4, 2]), torch.tensor([1, 1, 2, 2, 0])
    assert groups(category, slot).tolist() == [3, 1, 4, 2, 0]
    assert groups.num_groups == 3 + 2


def test_the_unknown_category_has_the_parameters_of_its_slot_or_neutral_ones() -> None:
    groups = CategoryGroups(OUTFITS, min_count=0, num_slots=3)
    assert groups(torch.tensor([0, 0]), torch.tensor([2, 0])).tolist() == [2, 0]


def test_a_category_without_outfits_never_has_its_own() -> None:
    assert CategoryGroups(OUTFITS, min_count=0, num_slots=3).num_groups == 3 + 3
    assert CategoryGroups(OUTFITS, min_count=10, num_slots=3).num_groups == 3
