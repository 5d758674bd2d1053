"""The methods of OutfitService: each hands its request to what answers."""

from collections.abc import AsyncIterator
from typing import Any

from serving import outfit_calls
from serving.answer_stream import AnswerStream
from serving.answers import Answers
from serving.limits import MAX_MESSAGE_BYTES, MAX_STREAMS
from serving.ongoing_call import CURRENT_CALL
from serving.outfit_calls import OutfitCall
from serving.pb.outfit.v1 import outfit_service_pb2 as pb
from serving.pb.outfit.v1 import outfit_service_pb2_grpc
from serving.request_budget import RequestBudget
from serving.security.guard import CALLER


class OutfitServicer(outfit_service_pb2_grpc.OutfitServiceServicer):
    """Answers OutfitService from the cache or through one batcher.

    Errors pass through: the interceptor turns them into statuses.
    """

    def __init__(self, answers: Answers, budget: RequestBudget) -> None:
        self._answers, self._budget = answers, budget
        self._streams = RequestBudget(MAX_STREAMS * MAX_MESSAGE_BYTES)

    async def ScoreOutfits(  # noqa: N802 - the contract's name
        self, request: pb.ScoreOutfitsRequest, context: Any
    ) -> pb.ScoreOutfitsResponse:
        """Say how well the items of each outfit go together."""
        response: pb.ScoreOutfitsResponse = await self._ask(outfit_calls.SCORE, request, context)
        return response

    async def FillInTheBlank(  # noqa: N802 - the contract's name
        self, request: pb.FillInTheBlankRequest, context: Any
    ) -> pb.FillInTheBlankResponse:
        """Rank candidates."""
        response: pb.FillInTheBlankResponse = await self._ask(outfit_calls.FILL, request, context)
        return response

    async def RetrieveComplements(  # noqa: N802 - the contract's name
        self, request: pb.RetrieveComplementsRequest, context: Any
    ) -> pb.RetrieveComplementsResponse:
        """Find what completes the context in one slot."""
        response: pb.RetrieveComplementsResponse = await self._ask(
            outfit_calls.COMPLEMENTS, request, context
        )
        return response

    async def EmbedTarget(  # noqa: N802 - the contract's name
        self, request: pb.EmbedTargetRequest, context: Any
    ) -> pb.EmbedTargetResponse:
        """Return the vector of what is wanted."""
        response: pb.EmbedTargetResponse = await self._ask(outfit_calls.TARGET, request, context)
        return response

    async def ExplainOutfit(  # noqa: N802 - the contract's name
        self, request: pb.ExplainOutfitRequest, context: Any
    ) -> pb.ExplainOutfitResponse:
        """Say what each item and each pair adds."""
        response: pb.ExplainOutfitResponse = await self._ask(outfit_calls.EXPLAIN, request, context)
        return response

    async def StreamAnswers(  # noqa: N802 - the contract's name
        self, request_iterator: AsyncIterator[pb.StreamAnswersRequest], context: Any
    ) -> None:
        """Answer many questions, each as soon as it can."""
        with self._streams.holding(MAX_MESSAGE_BYTES, CALLER.get()):
            await AnswerStream(self._answers, context, self._budget).run(request_iterator)

    async def _ask(self, call: OutfitCall, request: Any, context: Any) -> Any:
        answered = await self._answers.answer(call, request, context.time_remaining)
        if answered.batch_size is not None:
            CURRENT_CALL.get().note_batch(answered.batch_size)
        return answered.response
