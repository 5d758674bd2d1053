"""Telling who waits on a future what came of it."""

import asyncio
from typing import TypeVar

Outcome = TypeVar("Outcome")


def settle(future: asyncio.Future[Outcome], outcome: Outcome | BaseException) -> None:
    """Give the outcome, or raise it, to whoever waits; nothing where they have gone."""
    if future.done():
        return
    if isinstance(outcome, StopIteration):  # which no future takes
        outcome = RuntimeError(f"an iterator stopped: {outcome}")
    if isinstance(outcome, BaseException):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
