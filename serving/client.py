"""A small typed client.

with OutfitClient("127.0.0.1:50051") as client:
    answer = client.complements(["shirt-1", "jeans-4"], Slot(category="shoes"), k=5)
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import grpc

from engine.questions import (
    ComplementsQuestion,
    ExplainQuestion,
    FillQuestion,
    Question,
    ScoreQuestion,
    TargetQuestion,
)
from engine.requests import Filters, Item, Slot
from serving.call_error import CallError, error_of_call, error_of_status
from serving.client_calls import ANSWERS, CLIENT_CALLS
from serving.client_channel import DEADLINE_S, Client
from serving.client_codec import (
    Answer,
    ComplementsAnswer,
    ExplainAnswer,
    FillAnswer,
    ScoreAnswer,
    TargetAnswer,
)
from serving.pb.outfit.v1 import outfit_service_pb2 as pb
from serving.pb.outfit.v1 import outfit_service_pb2_grpc
from serving.security.channel import NO_CREDENTIALS, Credentials

NO_FILTERS: Final = Filters()


class OutfitClient(Client):
    """Asks OutfitService; to be used in a `with` block."""

    def __init__(
        self,
        address: str,
        *,
        deadline_s: float = DEADLINE_S,
        credentials: Credentials = NO_CREDENTIALS,
    ) -> None:
        super().__init__(address, deadline_s=deadline_s, credentials=credentials)
        self._stub: Any = outfit_service_pb2_grpc.OutfitServiceStub(self._channel)  # type: ignore[no-untyped-call] # generated

    def score(self, outfits: Sequence[Sequence[Item]]) -> ScoreAnswer:
        """How well the items of each outfit go together; raises CallError."""
        answer: ScoreAnswer = self._ask(ScoreQuestion(outfits=outfits))
        return answer

    def fill(
        self, context: Sequence[Item], candidates: Sequence[Item], *, slot: Slot | None = None
    ) -> FillAnswer:
        """The candidates by how well each completes the context; raises CallError."""
        question = FillQuestion(context=context, candidates=candidates, slot=slot)
        answer: FillAnswer = self._ask(question)
        return answer

    def complements(
        self,
        context: Sequence[Item],
        slot: Slot,
        *,
        k: int = 10,
        filters: Filters = NO_FILTERS,
        min_relevance: float | None = None,
    ) -> ComplementsAnswer:
        """The k catalogue items that best complete the context in one slot; raises CallError.

        Fewer come back where fewer reach `min_relevance`, from 0 to 1.
        """
        question = ComplementsQuestion(
            context=context, slot=slot, k=k, filters=filters, min_relevance=min_relevance
        )
        answer: ComplementsAnswer = self._ask(question)
        return answer

    def explain(self, items: Sequence[Item], *, filters: Filters = NO_FILTERS) -> ExplainAnswer:
        """What items and pairs add to an outfit, and what to put for the weakest.

        The filters say which catalogue items may be proposed; raises CallError.
        """
        answer: ExplainAnswer = self._ask(ExplainQuestion(items=items, filters=filters))
        return answer

    def embed_target(self, context: Sequence[Item], slot: Slot) -> TargetAnswer:
        """The vector that `complements` searches with; raises CallError."""
        answer: TargetAnswer = self._ask(TargetQuestion(context=context, slot=slot))
        return answer

    def stream(
        self, questions: Iterable[tuple[str, Question]]
    ) -> Iterator[tuple[str, Answer | CallError]]:
        """Answers to many questions over one call, as they are ready; the deadline does not hold.

        Args:
            questions: each with an identifier that its answer comes back with; read in a thread
                of its own, as fast as the server answers.

        Yields:
            The identifier, and the answer or the error of that question.

        Raises:
            CallError: the stream as a whole ended.
        """
        responses = self._stub.StreamAnswers(_stream_request(*each) for each in questions)
        try:
            for response in responses:
                yield response.correlation_id, _streamed(response)
        except grpc.RpcError as error:
            raise error_of_call(error) from None
        finally:
            responses.cancel()

    def _ask(self, question: Question) -> Any:
        call = CLIENT_CALLS[type(question)]
        method = getattr(self._stub, call.method)
        return call.answer(self._call(method, call.request(question)))


def _stream_request(name: str, question: Question) -> pb.StreamAnswersRequest:
    call = CLIENT_CALLS[type(question)]
    message = call.request(question)
    return pb.StreamAnswersRequest(correlation_id=name, **{call.name: message})


def _streamed(response: pb.StreamAnswersResponse) -> Answer | CallError:
    name = response.WhichOneof("answer")
    if name == "status":
        return error_of_status(response.status)
    answer: Answer = ANSWERS[name](getattr(response, name))
    return answer
