import pytest
import torch

from engine.models.chance import Chance
from tests.engine.planted import shaken

CATEGORY = torch.tensor([[1, 2, 2], [1, 1, 0]])
SLOT = torch.tensor([[1, 5, 5], [1, 1, 3]])
KNOWN = torch.tensor([[True, True, True], [True, False, True]])
LOGIT = torch.tensor([1.5, -2.0])


def test_before_it_is_fitted_it_changes_nothing() -> None:
    chance = Chance(3).eval()
    torch.testing.assert_close(chance.beyond(LOGIT, CATEGORY, SLOT, KNOWN), LOGIT)


@torch.no_grad()
def test_a_logit_is_measured_in_deviations_from_the_mean_of_its_categories() -> None:
    chance = shaken(Chance(3)).eval()
    chance.centre.fill_(0.5)
    chance.spread.fill_(2.0)
    mean, log_deviation = chance(CATEGORY, SLOT, KNOWN)
    usual = chance.centre + chance.spread * mean
    beyond = chance.beyond(usual, CATEGORY, SLOT, KNOWN)
    torch.testing.assert_close(beyond, torch.full((2,), 0.5))
    above = usual + chance.spread * log_deviation.exp()
    beyond = chance.beyond(above, CATEGORY, SLOT, KNOWN)
    torch.testing.assert_close(beyond, torch.full((2,), 2.5))


@torch.no_grad()
@pytest.mark.parametrize("part", ["category", "slot", "known"])
def test_chance_depends_on_categories_slots_and_which_items_are_known(part) -> None:
    chance = shaken(Chance(3)).eval()
    given = {"category": CATEGORY, "slot": SLOT, "known": KNOWN}
    plain = chance.beyond(LOGIT, **given)
    changed = chance.beyond(LOGIT, **given | {part: given[part].flip(0)})
    assert not torch.allclose(plain, changed, atol=1e-3)


@torch.no_grad()
def test_no_categories_silence_the_items_or_blow_them_up() -> None:
    chance = shaken(Chance(3)).eval()
    for parameter in chance.moments.parameters():
        parameter.mul_(10)
    _, log_deviation = chance(CATEGORY, SLOT, KNOWN)
    assert log_deviation.abs().max() > 0.9
    step = chance.beyond(LOGIT + 1, CATEGORY, SLOT, KNOWN) - chance.beyond(
        LOGIT, CATEGORY, SLOT, KNOWN
    )
    assert (step > 0.3).all()
    assert (step < 3).all()
