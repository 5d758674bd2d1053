"""Callers who call again as soon as they are answered or refused, in threads of their own."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from serving.call_error import CallError

PATIENCE_S = 120.0
"""For what is to come; on a machine that is busy with other things too."""
ATTEMPTS = 12
PAUSE_S = 0.02
"""Between a refusal and the next call."""


@dataclass
class RepeatedCalls:
    answers: list[Any] = field(default_factory=list)
    refusals: list[CallError] = field(default_factory=list)

    def wait_for_answers(self, count: int) -> None:
        """So many more than there are now."""
        wanted = len(self.answers) + count
        wait_until(lambda: len(self.answers) >= wanted)

    def wait_for_refusal(self) -> CallError:
        """The next one."""
        seen = len(self.refusals)
        wait_until(lambda: len(self.refusals) > seen)
        return self.refusals[-1]


@contextmanager
def repeated(*calls: Callable[[], object]) -> Iterator[RepeatedCalls]:
    """Each of the calls over and over within the block; what is no refusal is raised at its end."""
    outcomes, stopped = RepeatedCalls(), threading.Event()

    def repeat(call: Callable[[], object]) -> None:
        while not stopped.is_set():
            try:
                outcomes.answers.append(call())
            except CallError as error:
                outcomes.refusals.append(error)
                stopped.wait(PAUSE_S)

    with ThreadPoolExecutor(len(calls)) as threads:
        callers = [threads.submit(repeat, call) for call in calls]
        try:
            yield outcomes
        finally:
            stopped.set()
    for caller in callers:
        caller.result()


def wait_until(condition: Callable[[], bool]) -> None:
    assert _comes(condition, PATIENCE_S), "it never came"


def ask_until_given_up(ask: Callable[[], object], caplog: pytest.LogCaptureFixture) -> None:
    """Until the server has logged of a call beyond its deadline that its caller gave it up.

    Where everything takes its time, a call of a short deadline may end before it reaches a server.
    """
    for _ in range(ATTEMPTS):
        with pytest.raises(CallError, match="DEADLINE_EXCEEDED"):
            ask()
        if _comes(lambda: "given up" in caplog.messages, PATIENCE_S / ATTEMPTS):
            return
    raise AssertionError("no call reached the server")


def _comes(condition: Callable[[], bool], patience_s: float) -> bool:
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.005)
    return True
