import torch

from engine.random_state import random_state, restore_random, seed_process


def test_what_is_drawn_after_restoring_is_drawn_again() -> None:
    torch.manual_seed(3)
    state = random_state()
    first = torch.rand(5)
    assert not torch.rand(5).equal(first)
    restore_random(state)
    assert torch.rand(5).equal(first)


def test_the_first_process_goes_on_as_it_is() -> None:
    torch.manual_seed(3)
    before = torch.get_rng_state()
    seed_process(7)
    assert torch.get_rng_state().equal(before)
