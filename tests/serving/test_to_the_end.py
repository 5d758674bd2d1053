"""A thread that whoever waits for it does not leave behind, however often they are cancelled."""

import asyncio
import threading

import pytest

from serving.to_the_end import to_the_end
from tests.serving.repeated_calls import PATIENCE_S


def test_what_the_work_answers_or_raises_is_told():
    def fail() -> None:
        raise LookupError("nothing")

    assert asyncio.run(to_the_end(lambda: 7)) == 7
    with pytest.raises(LookupError, match="nothing"):
        asyncio.run(to_the_end(fail))


@pytest.mark.parametrize("fails", [False, True])
def test_who_is_cancelled_twice_still_waits_for_the_thread(fails):
    begun, end, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        end.wait(PATIENCE_S)
        ended.set()
        if fails:
            raise LookupError

    async def story() -> None:
        waiting = asyncio.create_task(to_the_end(work))
        await asyncio.to_thread(begun.wait, PATIENCE_S)
        for _ in range(2):
            waiting.cancel()
            await asyncio.wait({waiting}, timeout=0.05)
            assert not waiting.done()
        end.set()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert ended.is_set()

    asyncio.run(story())
