import asyncio

import pytest

from serving.settle import settle
from tests.serving.repeated_calls import PATIENCE_S


def test_who_waits_is_given_the_outcome_or_its_error():
    async def told(outcome: int | BaseException) -> int:
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        settle(future, outcome)
        return await future

    assert asyncio.run(told(3)) == 3
    with pytest.raises(ValueError, match="of no use"):
        asyncio.run(told(ValueError("of no use")))


def test_who_waits_is_told_even_of_an_error_that_no_future_takes():
    async def told() -> None:
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        settle(future, StopIteration("too soon"))
        await asyncio.wait_for(future, PATIENCE_S)

    with pytest.raises(RuntimeError, match="an iterator stopped: too soon"):
        asyncio.run(told())


def test_who_has_gone_or_was_told_already_is_left_alone():
    async def twice() -> tuple[int, bool]:
        loop = asyncio.get_running_loop()
        told, gone = loop.create_future(), loop.create_future()
        told.set_result(1)
        gone.cancel()
        for future in (told, gone):
            settle(future, 2)
        return told.result(), gone.cancelled()

    assert asyncio.run(twice()) == (1, True)
