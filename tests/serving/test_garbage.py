"""What garbage collection looks at, and when."""

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.commands.served import load
from serving.garbage import set_aside


class Knot:
    """An object that refers to itself, which garbage collection alone can free."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _afterwards() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_is_alive_is_looked_at_only_when_set_aside_anew():
    knot = Knot()
    seen = weakref.ref(knot)
    set_aside()
    del knot
    gc.collect()
    assert seen() is not None
    set_aside()
    assert seen() is None


def test_what_comes_later_is_collected_as_ever():
    set_aside()
    seen = weakref.ref(Knot())
    gc.collect()
    assert seen() is None


def test_a_loaded_bundle_is_set_aside(tiny_bundle: Path):
    gc.unfreeze()
    loaded = load(tiny_bundle)
    assert not any(each is loaded for each in gc.get_objects())
