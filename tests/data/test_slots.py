import pytest

from data.slots import NAMES, SLOTS, slot_of


@pytest.mark.parametrize(
    ("name", "slot"),
    [
        ("jeans", "bottoms"),
        ("Skinny Jeans", "bottoms"),
        ("t-shirt", "tops"),
        ("T-Shirts", "tops"),
        ("TSHIRT", "tops"),
        ("sneakers", "shoes"),
        ("Men's Sneakers", "shoes"),
        ("men\u2019s sneakers", "shoes"),
        ("women's dresses", "all-body"),
        ("Dress (3)", "all-body"),
        ("Watches", "jewellery"),
        ("Clutches", "bags"),
        ("Scarves", "scarves"),
        ("scarf", "scarves"),
        ("Beanies", "hats"),
        ("Hoodie", "tops"),
        ("Accessories", "accessories"),
        ("Over-The-Knee Boots", "shoes"),
        ("Bracelets & Bangles", "jewellery"),
        ("Capri & Cropped Pants", "bottoms"),
        ("Sunglasses", "sunglasses"),
        ("flip_flops", "shoes"),
        (" coats ", "outerwear"),
        ("All Body", "all-body"),
    ],
)
def test_a_usual_name_has_its_slot_in_every_spelling(name: str, slot: str) -> None:
    assert slot_of(name) == slot


@pytest.mark.parametrize(
    ("name", "plain", "of_men"),
    [("Vests", "tops", "outerwear"), ("Swimwear", "all-body", "bottoms")],
)
def test_the_wearer_counts_only_where_the_table_names_it(
    name: str, plain: str, of_men: str
) -> None:
    assert slot_of(name) == plain
    assert slot_of(f"Men's {name}") == of_men
    assert slot_of(f"Mens {name}") == of_men


@pytest.mark.parametrize(
    "name",
    [
        "Lipstick",
        "Sofas",
        "Clothing",
        "Bras",
        "Hair Dress",
        "unknown",
        "",
        "men's",
        "Office Accessories",
    ],
)
def test_a_name_that_the_table_does_not_hold_is_not_guessed(name: str) -> None:
    assert slot_of(name) is None


def test_every_slot_is_its_own_name_and_has_names() -> None:
    assert len(SLOTS) == 11
    assert set(NAMES) == set(SLOTS)
    assert [slot_of(slot) for slot in SLOTS] == list(SLOTS)


def test_no_name_stands_under_two_slots() -> None:
    for slot, listed in NAMES.items():
        for name in listed.split(","):
            assert slot_of(name) == slot, name
