"""Work in a thread that whoever waits for it does not leave behind."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

Answered = TypeVar("Answered")


async def to_the_end(work: Callable[[], Answered]) -> Answered:
    """What `work` answers in a thread; who is cancelled waits until the thread is done with it."""
    working = asyncio.ensure_future(asyncio.to_thread(work))
    cancelled: asyncio.CancelledError | None = None
    while not working.done():
        try:
            await asyncio.wait({working})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        working.exception()  # if there is one, nobody asks for it any more
        raise cancelled
    return working.result()
