"""A small typed client.

with OutfitClient("127.0.0.1:50051") as client:
    answer = client.complements(["shirt-1", "jeans-4"], Slot(category="shoes"), k=5)
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
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
from serving.client_codec import (
    Answer,
    ComplementsAnswer,
    ExplainAnswer,
    FillAnswer,
    ScoreAnswer,
    TargetAnswer,
)
from serving.codec import MAX_MESSAGE_BYTES
from serving.pb.outfit.v1 import outfit_service_pb2 as pb
from serving.pb.outfit.v1 import outfit_service_pb2_grpc
from serving.security.channel import NO_CREDENTIALS, Credentials, open_channel

NO_FILTERS: Final = Filters()
OPTIONS: Final = (
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.enable_http_proxy", 0),  # a web proxy in the environment is not meant for this
)


class OutfitClient:
    """Asks one server; to be used in a `with` block.

    Args:
        address: host and port.
        deadline_s: seconds after which a call fails with DEADLINE_EXCEEDED.
        credentials: what to trust and what to show; by default calls are not encrypted.

    Raises:
        SchemaError: a key would cross a network unencrypted.
        UnreadableError: a file of the credentials is missing.
    """

    def __init__(
        self,
        address: str,
        *,
        deadline_s: float = 10.0,
        credentials: Credentials = NO_CREDENTIALS,
    ) -> None:
        self._channel = open_channel(address, credentials, OPTIONS)
        self._stub: Any = outfit_service_pb2_grpc.OutfitServiceStub(self._channel)  # type: ignore[no-untyped-call] # generated
        self._deadline_s = deadline_s

    def __enter__(self) -> "OutfitClient":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._channel.close()

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
        method: Callable[..., Any] = getattr(self._stub, call.method)
        try:
            response = method(call.request(question), timeout=self._deadline_s)
        except grpc.RpcError as error:
            raise error_of_call(error) from None
        return call.answer(response)


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
