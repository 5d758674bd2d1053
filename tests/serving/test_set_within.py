import asyncio
import time

from serving.set_within import set_within
from tests.serving.repeated_calls import PATIENCE_S


def waited(event: asyncio.Event, seconds: float) -> float:
    began = time.monotonic()
    asyncio.run(set_within(event, seconds))
    return time.monotonic() - began


def test_an_event_that_is_set_ends_the_wait_at_once():
    event = asyncio.Event()
    event.set()
    assert waited(event, 10 * PATIENCE_S) < PATIENCE_S


def test_an_event_that_is_never_set_ends_it_after_its_time():
    assert 0.05 <= waited(asyncio.Event(), 0.05) < PATIENCE_S
