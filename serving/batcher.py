"""Joins concurrent questions of one kind, so that the model answers many in one pass.

While the model's thread is busy questions wait, and what waits is the next batch: a lone caller
waits for nobody, and a crowd is answered in batches as large as its pressure.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Executor, Future
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias

from data.errors import OutfitError, OverloadError
from engine.questions import Question
from serving.answered_batch import AnsweredBatch, BatchObserver
from serving.question_queue import QuestionQueue, Waiting
from serving.reply import Reply
from serving.settle import settle

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
        self._alone: deque[Waiting] = deque()
        self._loop = asyncio.get_running_loop()
        self._soon: asyncio.Handle | None = None
        self._later: asyncio.Handle | None = None
        self._busy = self._closed = False

    @property
    def waiting_size(self) -> int:
        """Of all that waits, as of `Question.size`."""
        return sum(queue.size for queue in self._queues.values())

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
        size = question.size
        self._refuse_overload(size)
        waiting = Waiting(
            question=question,
            size=size,
            deadline=float("inf") if remaining_s is None else time.monotonic() + remaining_s,
            reply=self._loop.create_future(),
        )
        queue = self._queues.setdefault(type(question), QuestionQueue())
        queue.add(waiting)
        if not self._busy and self._soon is None:  # soon: those who come in this moment are joined
            self._soon = self._loop.call_soon(self._hand_over)
        try:
            return await waiting.reply
        finally:
            queue.discard(waiting)

    def close(self) -> None:
        """Hand over nothing more."""
        self._closed = True

    def _refuse_overload(self, added: int) -> None:
        size, oldest = self.waiting_size, self._oldest()
        if oldest is not None and size + added > self._config.max_waiting:
            waited = time.monotonic() - oldest.arrived
            raise OverloadError(
                f"outfits that wait: {size}", retry_after_s=max(waited, SHORTEST_RETRY_S)
            )

    def _oldest(self) -> Waiting | None:
        heads = [queue.oldest for queue in self._queues.values()]
        return min(
            (head for head in heads if head is not None),
            key=lambda head: head.arrived,
            default=None,
        )

    def _hand_over(self) -> None:
        """Give the model its next batch, where it is idle and one is due."""
        for handle in (self._soon, self._later):
            if handle is not None:
                handle.cancel()
        self._soon = self._later = None
        while not self._busy and not self._closed and (batch := self._due()) is not None:
            if batch:
                self._busy = True
                call = self._executor.submit(self._answer, [each.question for each in batch])
                answered = partial(self._answered, batch, time.monotonic())
                call.add_done_callback(partial(self._loop.call_soon_threadsafe, answered))

    def _due(self) -> Sequence[Waiting] | None:
        """What is to be answered now; None where nothing is yet."""
        if self._alone:
            waiting = self._alone.popleft()
            return [] if waiting.reply.done() else [waiting]
        oldest = self._oldest()
        if oldest is None:
            return None
        queue = self._queues[type(oldest.question)]
        rest = oldest.arrived + self._config.max_delay_s - time.monotonic()
        if rest <= 0 or queue.size >= self._config.max_size:
            return queue.take(self._config.max_size)
        self._later = self._loop.call_later(rest, self._hand_over)
        return None

    def _answered(
        self, batch: Sequence[Waiting], began: float, call: Future[Sequence[Reply | OutfitError]]
    ) -> None:
        """Reply to each; where the batch failed as a whole, each is asked alone.

        The model has its next batch before, and observers are told after.
        """
        self._busy, error = False, call.exception()
        if error is not None and len(batch) > 1:
            self._alone.extend(batch)
        self._hand_over()
        if error is None:
            outcomes = call.result()
            for waiting, outcome in zip(batch, outcomes, strict=True):
                settle(waiting.reply, outcome)
            self._loop.call_soon(self._tell, batch, outcomes, began, time.monotonic())
        elif len(batch) == 1:
            settle(batch[0].reply, error)

    def _tell(
        self,
        batch: Sequence[Waiting],
        outcomes: Sequence[Reply | OutfitError],
        began: float,
        ended: float,
    ) -> None:
        answered = AnsweredBatch(
            questions=[waiting.question for waiting in batch],
            outcomes=outcomes,
            waited_s=[began - waiting.arrived for waiting in batch],
            took_s=ended - began,
        )
        for observer in self._observers:
            observer.answered(answered)


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
