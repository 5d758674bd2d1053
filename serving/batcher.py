"""Joins concurrent questions of one kind, so that the model answers many in one pass.

While the model's thread is busy questions wait, and what waits is the next batch: a lone caller
waits for nobody, and a crowd is answered in batches as large as its pressure.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, TypeAlias

from data.errors import OutfitError, OverloadError
from engine.questions import Question
from serving.answered_batch import AnsweredBatch, BatchObserver
from serving.question_queue import QuestionQueue, Waiting
from serving.reply import Reply
from serving.set_within import set_within

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
        self._arrived = asyncio.Event()

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
            reply=asyncio.get_running_loop().create_future(),
        )
        queue = self._queues.setdefault(type(question), QuestionQueue())
        queue.add(waiting)
        self._arrived.set()
        try:
            return await waiting.reply
        finally:
            queue.discard(waiting)

    async def work(self) -> None:
        """Answer batch after batch, without end."""
        while True:
            batch = (await self._next_queue()).take(self._config.max_size)
            if batch:
                await self._answer_batch(batch)

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

    async def _next_queue(self) -> QuestionQueue:
        """The queue of whoever waits longest, once it is full or has waited for others."""
        while True:
            self._arrived.clear()
            oldest = self._oldest()
            if oldest is None:
                await self._arrived.wait()
                continue
            queue = self._queues[type(oldest.question)]
            rest = oldest.arrived + self._config.max_delay_s - time.monotonic()
            if rest <= 0 or queue.size >= self._config.max_size:
                return queue
            await set_within(self._arrived, rest)

    async def _answer_batch(self, batch: Sequence[Waiting]) -> None:
        """Reply to each; where the batch fails as a whole, each is asked alone."""
        began = time.monotonic()
        call = asyncio.get_running_loop().run_in_executor(
            self._executor, self._answer, [waiting.question for waiting in batch]
        )
        (outcomes,) = await asyncio.gather(call, return_exceptions=True)
        if not isinstance(outcomes, BaseException):
            self._tell(batch, outcomes, began)
            for waiting, outcome in zip(batch, outcomes, strict=True):
                _settle(waiting, outcome)
        elif len(batch) == 1:
            _settle(batch[0], outcomes)
        else:
            for waiting in batch:
                if not waiting.reply.done():
                    await self._answer_batch([waiting])

    def _tell(
        self, batch: Sequence[Waiting], outcomes: Sequence[Reply | OutfitError], began: float
    ) -> None:
        answered = AnsweredBatch(
            questions=[waiting.question for waiting in batch],
            outcomes=outcomes,
            waited_s=[began - waiting.arrived for waiting in batch],
            took_s=time.monotonic() - began,
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
    worker = asyncio.create_task(batcher.work())
    try:
        yield batcher
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)


def _settle(waiting: Waiting, outcome: Reply | BaseException) -> None:
    if waiting.reply.done():  # whoever asked has gone
        return
    if isinstance(outcome, BaseException):
        waiting.reply.set_exception(outcome)
    else:
        waiting.reply.set_result(outcome)
