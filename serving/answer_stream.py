"""Many questions over one call: read ahead within a window, answered as they are ready."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import Any, Final

from data.errors import OutfitError, SchemaError
from serving.answers import Answers
from serving.interceptor import status_told
from serving.limits import MAX_NAME_LENGTH
from serving.outfit_calls import CALLS
from serving.pb.outfit.v1 import outfit_service_pb2 as pb
from serving.request_budget import RequestBudget
from serving.security.guard import CALLER

WINDOW: Final = 64
"""Requests that are read ahead of their responses."""


class AnswerStream:
    """One call of StreamAnswers.

    A place in the window is free again once the response is written, and writing waits for a
    caller that does not read. By then the request is let go: it may be large. An answer counts
    until it is written.

    Args:
        answers: to every question.
        context: of the call.
        budget: of the bytes of requests and answers.
    """

    def __init__(self, answers: Answers, context: Any, budget: RequestBudget) -> None:
        self._answers, self._context, self._budget = answers, context, budget
        self._room = asyncio.Semaphore(WINDOW)
        self._writing = asyncio.Lock()
        self._pending: set[asyncio.Task[None]] = set()

    async def run(self, requests: AsyncIterator[pb.StreamAnswersRequest]) -> None:
        """Answer all of the requests; those before a request that ends the stream are answered."""
        try:
            await self._read(requests)
            await asyncio.gather(*self._pending)
        except OutfitError:
            # A write that is cancelled half done would keep the status from ever being sent.
            await asyncio.gather(*self._pending, return_exceptions=True)
            raise
        finally:
            for task in self._pending:
                task.cancel()
            await asyncio.gather(*self._pending, return_exceptions=True)

    async def _read(self, requests: AsyncIterator[pb.StreamAnswersRequest]) -> None:
        await self._room.acquire()
        async for request in requests:
            task = asyncio.create_task(self._respond(request))
            self._pending.add(task)
            task.add_done_callback(self._forget)
            del request
            await self._room.acquire()

    async def _respond(self, request: pb.StreamAnswersRequest) -> None:
        name = request.correlation_id[:MAX_NAME_LENGTH]
        with ExitStack() as held:
            asking = self._answered(request, held)
            del request
            (response,) = await asyncio.gather(asking, return_exceptions=True)
            if isinstance(response, BaseException):
                response = pb.StreamAnswersResponse(status=status_told(response))
            response.correlation_id = name
            async with self._writing:
                await self._context.write(response)

    def _forget(self, task: asyncio.Task[None]) -> None:
        """Make room; a task that failed is kept, so that the call fails as well."""
        self._room.release()
        if not task.cancelled() and task.exception() is None:
            self._pending.discard(task)

    async def _answered(
        self, request: pb.StreamAnswersRequest, held: ExitStack
    ) -> pb.StreamAnswersResponse:
        """The answer, whose bytes are held until the stack is closed."""
        if not 1 <= len(request.correlation_id) <= MAX_NAME_LENGTH:
            raise SchemaError(
                expected=f"1 to {MAX_NAME_LENGTH} characters",
                got=str(len(request.correlation_id)),
                field="correlation_id",
            )
        name = request.WhichOneof("question")
        if name is None:
            raise SchemaError(expected="a question", got="none", field="question")
        with self._budget.holding(request.ByteSize(), CALLER.get()):
            answered = await self._answers.answer(
                CALLS[name], getattr(request, name), self._context.time_remaining
            )
        response = pb.StreamAnswersResponse(**{name: answered.response})
        held.enter_context(self._budget.holding(response.ByteSize(), CALLER.get()))
        return response
