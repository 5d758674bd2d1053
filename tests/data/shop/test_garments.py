import numpy as np
import pytest

from data.shop.assortment import CATEGORIES, WARDROBE
from data.shop.design import METALS, Design
from data.shop.garments import DRAWINGS
from data.shop.sketch import Shape, Sketch

SIZE = 48


def drawn(category: str, cut: str, *, variant: int = 0, metal: str = "gold") -> Shape:
    sketch = Sketch(SIZE)
    DRAWINGS[category](sketch, Design(category=category, cut=cut, variant=variant, metal=metal))
    return sketch.finish()


def test_every_category_has_a_drawing() -> None:
    assert set(DRAWINGS) == set(CATEGORIES)


@pytest.mark.parametrize("category", WARDROBE, ids=lambda category: category.name)
def test_every_cut_and_variant_is_a_shape_of_its_own_inside_the_frame(category: object) -> None:
    name, cuts = category.name, category.cuts  # type: ignore[attr-defined]
    shapes = [drawn(name, cut, variant=variant) for variant in (0, 1) for cut in cuts]

    for shape in shapes:
        border = np.concatenate(
            [shape.alpha[0], shape.alpha[-1], shape.alpha[:, 0], shape.alpha[:, -1]]
        )
        assert border.max() < 0.05
        assert 0.04 < shape.alpha.mean() < 0.6
        assert (shape.alpha * shape.cloth).sum() > 0.2 * shape.alpha.sum()
    prints = [shape.tone.tobytes() + shape.trim.tobytes() for shape in shapes]
    assert len(set(prints[: len(cuts)])) == len(set(prints[len(cuts) :])) == len(cuts)
    assert len(set(prints)) > len(cuts)


def test_fittings_are_of_the_metal_asked_for() -> None:
    for metal, colour in METALS.items():
        trims = drawn("earrings", "hoop", metal=metal).trim
        assert np.abs(trims - np.array(colour)).sum(-1).min() == 0
