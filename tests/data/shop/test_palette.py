import numpy as np

from data.shop.palette import CHROMATICS, NEUTRAL, NEUTRALS, PALETTE, WHEEL, hues_clash


def test_neighbours_and_opposites_go_together_and_the_rest_clashes() -> None:
    clash = hues_clash(np.zeros(WHEEL, np.int8), np.arange(WHEEL, dtype=np.int8))

    assert np.flatnonzero(~clash).tolist() == [0, 1, 5, 6, 7, 11]


def test_it_does_not_matter_which_hue_is_named_first() -> None:
    left, right = np.divmod(np.arange(WHEEL**2, dtype=np.int8), WHEEL)

    assert np.array_equal(hues_clash(left, right), hues_clash(right, left))


def test_a_neutral_clashes_with_nothing() -> None:
    hues = np.arange(NEUTRAL, WHEEL, dtype=np.int8)

    assert not hues_clash(np.full_like(hues, NEUTRAL), hues).any()
    assert not hues_clash(hues, np.full_like(hues, NEUTRAL)).any()


def test_every_colour_has_its_own_name_and_shade() -> None:
    assert len({colour.name for colour in PALETTE}) == len(PALETTE)
    assert len({colour.rgb for colour in PALETTE}) == len(PALETTE)
    assert all(colour.hue == NEUTRAL for colour in NEUTRALS)
    assert {colour.hue for colour in CHROMATICS} == set(range(WHEEL))
