from data.shop.assortment import CATEGORIES, WARDROBE
from data.shop.taste import ROLES
from data.shop.wardrobe import FABRICS
from data.slots import SLOTS, slot_of


def test_the_slot_of_every_category_is_the_one_that_an_import_would_find() -> None:
    assert {name: slot_of(name) for name in CATEGORIES} == {
        category.name: category.slot for category in WARDROBE
    }


def test_every_coarse_slot_is_sold() -> None:
    assert {category.slot for category in WARDROBE} == set(SLOTS)


def test_half_of_what_the_third_order_rule_sees_are_statement_pieces() -> None:
    assert {category.patterned for category in WARDROBE if category.slot in ROLES} == {0.5}


def test_every_fabric_is_known_and_every_fabric_is_used() -> None:
    assert {fabric for category in WARDROBE for fabric in category.fabrics} == set(FABRICS)
