"""Joins concurrent questions of one kind, so that the model answers many in one pass.

While the model's thread is busy questions wait, and what waits is the next batch: a lone caller
waits for nobody, and a crowd is answered in batches as large as its pressure. The thread takes its
next batch itself: it never waits for the event loop, which has the last one's callers to answer.
"""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Executor, Future
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, TypeAlias

from data.errors import OutfitError, OverloadError, TooLateError
from engine.questions import Question
from serving.answered_batch import AnsweredBatch, BatchObserver
from serving.question_queue import QuestionQueue, Taken, WaitingQuestion
from serving.reply import Reply
from serving.settle import settle

logger = logging.getLogger(__name__)

SHORTEST_RETRY_S: Final = 0.05

AnswerBatch: TypeAlias = Callable[[Sequence[Question]], Sequence[Reply | OutfitError]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchConfig:
    """How many questions are joined, and how many may wait; sizes are those of `Question`.

    Args:
        max_size: of a batch; a question that is larger is a batch of its own.
        max_delay_s: for how long the oldest question waits for others while the model is idle.
        max_waiting: size of all that may wait; what comes beyond it is refused.
    """

    max_size: int = 256
    max_delay_s: float = 0.0
    max_waiting: int = 2_048


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Worked:
    """What the model's thread made of a batch.

    Args:
        batch: that it answered.
        outcomes: one for each, or what broke all of them.
        began: a time of `time.monotonic`.
        ended: likewise.
    """

    batch: Sequence[WaitingQuestion]
    outcomes: Sequence[Reply | OutfitError] | BaseException
    began: float
    ended: float


class Batcher:
    """Queues by kind of question in front of one thread; to be used through `batching`.

    Args:
        answer: an outcome a question, in their order; it runs in the executor.
        executor: of one thread.
        config: sizes and delay.
        observers: are told of every batch.
    """

    def __init__(
        self,
        answer: AnswerBatch,
        executor: Executor,
        config: BatchConfig,
        observers: Sequence[BatchObserver] = (),
    ) -> None:
        self._answer, self._executor, self._config = answer, executor, config
        self._observers = observers
        self._queues: dict[type[Question], QuestionQueue] = {}
        self._alone: deque[WaitingQuestion] = deque()
        self._working: Sequence[WaitingQuestion] = ()  # what the model's thread is at, or was
        self._loop = asyncio.get_running_loop()
        self._soon: asyncio.Handle | None = None
        self._later: asyncio.Handle | None = None
        self._busy = self._closed = False
        self._lock = threading.Lock()  # of the queues, and of whether the model's thread is busy

    @property
    def waiting_size(self) -> int:
        """Of all that waits, as of `Question.size`; threads may ask."""
        return sum(queue.size for queue in tuple(self._queues.values()))

    async def ask(self, question: Question, *, remaining_s: float | None = None) -> Reply:
        """The reply to a question; cancelling it takes the question out of the queue.

        Args:
            question: of any kind.
            remaining_s: seconds until the caller's deadline; None where there is none.

        Raises:
            OverloadError: too much waits already.
            TooLateError: the deadline passed before its turn came.
            OutfitError: of the question.
        """
        waiting = WaitingQuestion(
            question=question,
            size=question.size,
            deadline=float("inf") if remaining_s is None else time.monotonic() + remaining_s,
            reply=self._loop.create_future(),
        )
        with self._lock:
            self._refuse_overload(waiting.size)
            queue = self._queues.setdefault(type(question), QuestionQueue())
            queue.add(waiting)
        if not self._busy and self._soon is None:  # soon: those who come in this moment are joined
            self._soon = self._loop.call_soon(self._begin)
        try:
            return await waiting.reply
        finally:
            with self._lock:
                queue.discard(waiting)

    def close(self) -> None:
        """Begin nothing more."""
        with self._lock:
            self._closed = True

    def _refuse_overload(self, added: int) -> None:
        size, oldest = self.waiting_size, self._oldest()
        if oldest is not None and size + added > self._config.max_waiting:
            waited = time.monotonic() - oldest.arrived
            raise OverloadError(
                f"outfits that wait: {size}", retry_after_s=max(waited, SHORTEST_RETRY_S)
            )

    def _oldest(self) -> WaitingQuestion | None:
        heads = [queue.oldest for queue in self._queues.values()]
        return min(
            (head for head in heads if head is not None),
            key=lambda head: head.arrived,
            default=None,
        )

    def _begin(self) -> None:
        """Set the model's thread to work, where it is idle and a batch is due."""
        for handle in (self._soon, self._later):
            if handle is not None:
                handle.cancel()
        self._soon = self._later = None
        with self._lock:
            if self._busy:
                return
            taken, rest = self._due()
            self._busy = bool(taken.batch)
        _refuse(taken.late)
        if taken.batch:
            self._executor.submit(self._work, taken.batch).add_done_callback(self._ended)
        elif rest is not None:
            self._later = self._loop.call_later(rest, self._begin)

    def _work(self, batch: Sequence[WaitingQuestion]) -> None:
        """Answer a batch and whatever is due after it; runs in the model's thread."""
        while batch:
            self._working = batch
            worked = self._worked(batch)
            with self._lock:
                if isinstance(worked.outcomes, BaseException) and len(batch) > 1:
                    self._alone.extend(batch)
                taken, rest = self._due()
                batch = taken.batch
                self._busy = bool(batch)
            self._loop.call_soon_threadsafe(self._answered, worked)
            if taken.late:
                self._loop.call_soon_threadsafe(_refuse, taken.late)
        if rest is not None:
            self._loop.call_soon_threadsafe(self._begin)

    def _ended(self, work: Future[None]) -> None:
        """Go on where the thread ended by a fault; who was being answered is told of it."""
        error = work.exception()
        if error is not None:
            logger.critical("the model's thread failed and goes on", exc_info=error)
            self._loop.call_soon_threadsafe(self._go_on, error)

    def _go_on(self, error: BaseException) -> None:
        for waiting in self._working:
            settle(waiting.reply, error)
        with self._lock:
            self._busy = False
        self._begin()

    def _worked(self, batch: Sequence[WaitingQuestion]) -> Worked:
        outcomes: Sequence[Reply | OutfitError] | BaseException
        began = time.monotonic()
        try:
            answered = self._answer([waiting.question for waiting in batch])
            outcomes = [outcome for _, outcome in zip(batch, answered, strict=True)]
        except BaseException as error:  # noqa: BLE001 - it is raised to whoever asked
            outcomes = error
        return Worked(batch=batch, outcomes=outcomes, began=began, ended=time.monotonic())

    def _due(self) -> tuple[Taken, float | None]:
        """What is to be answered now, or the seconds until something is; None where nothing is."""
        late: list[WaitingQuestion] = []
        while self._alone and not self._closed:
            if not (waiting := self._alone.popleft()).reply.done():
                return Taken(batch=[waiting], late=late), None
        while (oldest := self._oldest()) is not None and not self._closed:
            queue = self._queues[type(oldest.question)]
            rest = oldest.arrived + self._config.max_delay_s - time.monotonic()
            if rest > 0 and queue.size < self._config.max_size:
                return Taken(batch=[], late=late), rest
            taken = queue.take(self._config.max_size)
            late += taken.late
            if taken.batch:
                return Taken(batch=taken.batch, late=late), None
        return Taken(batch=[], late=late), None

    def _answered(self, worked: Worked) -> None:
        """Reply to each; where the batch failed as a whole, each is asked alone.

        Observers are told after.
        """
        batch, outcomes = worked.batch, worked.outcomes
        if not isinstance(outcomes, BaseException):
            for waiting, outcome in zip(batch, outcomes, strict=True):
                settle(waiting.reply, outcome)
            self._loop.call_soon(self._tell, worked, outcomes)
        elif len(batch) == 1:
            settle(batch[0].reply, outcomes)

    def _tell(self, worked: Worked, outcomes: Sequence[Reply | OutfitError]) -> None:
        answered = AnsweredBatch(
            questions=[waiting.question for waiting in worked.batch],
            outcomes=outcomes,
            waited_s=[worked.began - waiting.arrived for waiting in worked.batch],
            took_s=worked.ended - worked.began,
        )
        for observer in self._observers:
            observer.answered(answered)


def _refuse(late: Sequence[WaitingQuestion]) -> None:
    for waiting in late:
        settle(waiting.reply, TooLateError("the deadline passed in the queue"))


@asynccontextmanager
async def batching(
    answer: AnswerBatch,
    executor: Executor,
    config: BatchConfig,
    observers: Sequence[BatchObserver] = (),
) -> AsyncIterator[Batcher]:
    """A batcher at work within the `async with` block."""
    batcher = Batcher(answer, executor, config, observers)
    try:
        yield batcher
    finally:
        batcher.close()
