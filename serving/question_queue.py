"""Questions of one kind that wait for the model, oldest first."""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass, field

from data.errors import TooLateError
from engine.questions import Question
from serving.reply import Reply


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Waiting:
    """A question that waits for its turn; size as of `Question.size`, times of `time.monotonic`."""

    question: Question
    deadline: float
    reply: asyncio.Future[Reply]
    size: int
    arrived: float = field(default_factory=time.monotonic)


class QuestionQueue:
    """What waits, in the order of arrival.

    Attributes:
        size: of all that waits, as of `Question.size`.
    """

    def __init__(self) -> None:
        self._waiting: OrderedDict[Waiting, None] = OrderedDict()
        self.size = 0

    @property
    def oldest(self) -> Waiting | None:
        """Whoever waits longest; None where nobody waits."""
        return next(iter(self._waiting), None)

    def add(self, waiting: Waiting) -> None:
        """Put at the end."""
        self._waiting[waiting] = None
        self.size += waiting.size

    def discard(self, waiting: Waiting) -> None:
        """Take out, where it still waits."""
        if waiting in self._waiting:
            del self._waiting[waiting]
            self.size -= waiting.size

    def take(self, max_size: int) -> list[Waiting]:
        """Take out the oldest that fit together; those whose deadline has passed are told so.

        One that is larger than `max_size` comes alone.
        """
        batch: list[Waiting] = []
        room, now = max_size, time.monotonic()
        while (waiting := self.oldest) is not None:
            late = waiting.deadline <= now
            if batch and not late and waiting.size > room:
                break
            self.discard(waiting)
            if not late:
                batch.append(waiting)
                room -= waiting.size
            elif not waiting.reply.done():
                waiting.reply.set_exception(TooLateError("the deadline passed in the queue"))
        return batch
