"""What threads that answer probes ask: the event loop itself, which may hang while threads run."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final

ANSWER_S: Final = 1.0
"""Within which an event loop that turns comes round."""


def asked_on(loop: asyncio.AbstractEventLoop, ask: Callable[[], bool]) -> Callable[[], bool]:
    """The same question, for threads: false as well where the loop does not answer in time."""

    def asked() -> bool:
        answer: Future[bool] = Future()
        try:
            loop.call_soon_threadsafe(lambda: answer.set_result(ask()))
            return answer.result(ANSWER_S)
        except (TimeoutError, RuntimeError):  # it hangs, or has ended
            return False

    return asked
