"""Questions of one kind that wait for the model, oldest first."""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass, field

from engine.questions import Question
from serving.reply import Reply


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WaitingQuestion:
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
        self._waiting: OrderedDict[WaitingQuestion, None] = OrderedDict()
        self.size = 0

    @property
    def oldest(self) -> WaitingQuestion | None:
        """Whoever waits longest; None where nobody waits."""
        return next(iter(self._waiting), None)

    def add(self, waiting: WaitingQuestion) -> None:
        """Put at the end."""
        self._waiting[waiting] = None
        self.size += waiting.size

    def discard(self, waiting: WaitingQuestion) -> None:
        """Take out, where it still waits."""
        if waiting in self._waiting:
            del self._waiting[waiting]
            self.size -= waiting.size

    def take(self, max_size: int) -> "Taken":
        """Take out the oldest that fit together, and whose deadline has passed before them.

        One that is larger than `max_size` comes alone.
        """
        taken = Taken(batch=[], late=[])
        room, now = max_size, time.monotonic()
        while (waiting := self.oldest) is not None:
            late = waiting.deadline <= now
            if taken.batch and not late and waiting.size > room:
                break
            self.discard(waiting)
            (taken.late if late else taken.batch).append(waiting)
            room -= 0 if late else waiting.size
        return taken


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Taken:
    """What has left a queue.

    Args:
        batch: to be answered together.
        late: whose deadline has passed.
    """

    batch: list[WaitingQuestion]
    late: list[WaitingQuestion]
