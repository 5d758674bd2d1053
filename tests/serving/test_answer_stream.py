"""Wire tests of the bulk stream: any order, one refusal apart, and no reading ahead without end."""

import logging
import threading
import time
from collections.abc import Iterator, Sequence

import grpc
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.questions import (
    ComplementsQuestion,
    ExplainQuestion,
    FillQuestion,
    Question,
    ScoreQuestion,
    TargetQuestion,
)
from engine.requests import Item, Slot
from serving.answer_stream import WINDOW
from serving.call_error import CallError, error_of_status
from serving.client import OutfitClient
from serving.client_codec import Answer, ScoreAnswer
from serving.metrics.endpoint import MetricsConfig
from serving.pb.outfit.v1 import item_pb2, outfit_service_pb2_grpc
from serving.pb.outfit.v1 import outfit_service_pb2 as pb
from serving.server_config import ServerConfig
from tests.free_port import free_port
from tests.serving.background_server import background_server
from tests.serving.contract_messages import messages
from tests.serving.counting_shop import CountingShop
from tests.serving.metrics.scraped import num_waiting
from tests.serving.repeated_calls import PATIENCE_S, wait_until

NAVY = ["navy-shirt", "navy-jeans"]
SHOES = Slot(category="shoes")
SHIRT = ScoreQuestion(outfits=[["navy-shirt"]])


def answers(client: OutfitClient, questions: dict[str, Question]) -> dict[str, Answer | CallError]:
    return dict(client.stream(questions.items()))


def test_every_kind_of_question_gets_the_answer_of_its_own_call(client: OutfitClient):
    found = answers(
        client,
        {
            "score": ScoreQuestion(outfits=[NAVY, ["red-dress"]]),
            "fill": FillQuestion(context=NAVY, candidates=["gold-shoes", "navy-shoes"]),
            "complements": ComplementsQuestion(context=NAVY, slot=SHOES, k=2),
            "explain": ExplainQuestion(items=NAVY),
            "target": TargetQuestion(context=NAVY, slot=SHOES),
        },
    )
    assert found.pop("target").vector == pytest.approx(np.array([1.0, 0.0, 0.0]))
    assert found == {
        "score": client.score([NAVY, ["red-dress"]]),
        "fill": client.fill(NAVY, ["gold-shoes", "navy-shoes"]),
        "complements": client.complements(NAVY, SHOES, k=2),
        "explain": client.explain(NAVY),
    }


def test_a_wrong_question_gets_its_error_and_the_stream_goes_on(client: OutfitClient):
    found = answers(
        client,
        {
            "unknown": ScoreQuestion(outfits=[["nope"]]),
            "malformed": ComplementsQuestion(context=NAVY, slot=SHOES, k=0),
            "right": SHIRT,
        },
    )
    unknown, malformed = found["unknown"], found["malformed"]
    assert isinstance(unknown, CallError)
    assert isinstance(malformed, CallError)
    assert (unknown.code, unknown.reason) == (grpc.StatusCode.NOT_FOUND, "UNKNOWN_ITEM")
    assert unknown.violations[0].field == "outfits[0].items[0].item_id"
    assert malformed.code is grpc.StatusCode.INVALID_ARGUMENT
    assert malformed.violations[0].field == "k"
    assert unknown.request_id == malformed.request_id != ""
    assert isinstance(found["right"], ScoreAnswer)


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (pb.StreamAnswersRequest(correlation_id="a"), "question"),
        (pb.StreamAnswersRequest(score_outfits=pb.ScoreOutfitsRequest()), "correlation_id"),
        (pb.StreamAnswersRequest(correlation_id="x" * 257), "correlation_id"),
        (pb.StreamAnswersRequest(correlation_id="é" * 1_000), "correlation_id"),
    ],
)
def test_a_request_without_a_name_or_a_question_is_refused_by_itself(
    request_: pb.StreamAnswersRequest, field: str, address: str
):
    with grpc.insecure_channel(address) as channel:
        stub = outfit_service_pb2_grpc.OutfitServiceStub(channel)
        (response,) = stub.StreamAnswers(iter([request_]), timeout=PATIENCE_S)
    assert response.correlation_id == request_.correlation_id[:256]
    assert error_of_status(response.status).violations[0].field == field


def test_bytes_that_are_no_message_end_the_stream(address: str):
    with grpc.insecure_channel(address) as channel:
        method = channel.stream_stream("/outfit.v1.OutfitService/StreamAnswers")
        with pytest.raises(grpc.RpcError) as caught:
            list(method(iter([b"\xff\xff"]), timeout=PATIENCE_S))
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_questions_before_such_bytes_are_answered_and_the_status_arrives(address: str):
    question = pb.ScoreOutfitsRequest(
        outfits=[item_pb2.Outfit(items=[item_pb2.Item(item_id=NAVY[0])])]
    )
    sound = [
        pb.StreamAnswersRequest(correlation_id=str(n), score_outfits=question) for n in range(8)
    ]
    sent = [*(request.SerializeToString() for request in sound), b"\xff\xff"]
    with grpc.insecure_channel(address) as channel:
        method = channel.stream_stream("/outfit.v1.OutfitService/StreamAnswers")
        for _ in range(20):  # whichever is being written when the bytes arrive
            responses = method(iter(sent), timeout=PATIENCE_S)
            received = [pb.StreamAnswersResponse.FromString(next(responses)) for _ in sound]
            assert {one.correlation_id for one in received} == {one.correlation_id for one in sound}
            with pytest.raises(grpc.RpcError) as caught:
                next(responses)
            assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_each_of_many_questions_is_answered_once(client: OutfitClient):
    outfits = {str(number): ["navy-shirt", "red-dress"][: number % 2 + 1] for number in range(500)}
    questions = [(name, ScoreQuestion(outfits=[outfit])) for name, outfit in outfits.items()]
    found = list(client.stream(questions))
    assert sorted(name for name, _ in found) == sorted(outfits)
    for name, answer in found:
        assert isinstance(answer, ScoreAnswer)
        expected = 1.0 if len(outfits[name]) == 1 else 0.5**0.5
        assert answer.scores[0].logit == pytest.approx(expected)


def test_no_more_than_the_window_is_read_ahead_of_the_answers():
    shop = CountingShop()
    shop.hold()
    port = free_port()
    config = ServerConfig(port=0, metrics=MetricsConfig(port=port))
    with background_server(shop, config) as server, OutfitClient(server.address) as client:
        stream = client.stream((str(number), SHIRT) for number in range(200))
        reader = threading.Thread(target=lambda: list(stream))
        reader.start()
        assert shop.asked.wait(PATIENCE_S)
        wait_until(lambda: num_waiting(port) + len(shop.batches[0]) > WINDOW / 2)
        time.sleep(0.3)  # whatever else is read ahead arrives
        shop.let_go.set()
        reader.join(PATIENCE_S)
    assert WINDOW / 2 < sum(map(len, shop.batches[:2])) <= WINDOW
    assert sum(map(len, shop.batches)) == 200


class WideShop(CountingShop):
    """Its targets are wide, so that a few answers fill every buffer on their way."""

    def embed_target(self, context: Sequence[Item], slot: Slot) -> np.ndarray:
        return np.resize(super().embed_target(context, slot), 50_000)


def test_a_caller_that_does_not_read_is_not_read_from():
    shop = WideShop()
    wide, total = TargetQuestion(context=["navy-shirt"], slot=SHOES), 300
    with background_server(shop) as server, OutfitClient(server.address) as client:
        stream = client.stream((str(number), wide) for number in range(total))
        next(stream)
        assert settled(shop) < total / 2
        assert len(client.score([["navy-shirt"]]).scores) == 1  # others are answered meanwhile
        assert len(list(stream)) == total - 1


def settled(shop: CountingShop) -> int:
    """Questions asked once no more are asked for a while."""
    asked = -1
    while asked != (now := sum(map(len, shop.batches))):
        asked = now
        time.sleep(0.3)
    return asked


def test_a_caller_that_leaves_ends_its_stream_and_nothing_else(
    caplog: pytest.LogCaptureFixture,
):
    def endless() -> Iterator[tuple[str, Question]]:
        while True:
            yield "again", SHIRT

    with (
        caplog.at_level(logging.INFO),
        background_server(CountingShop()) as server,
        OutfitClient(server.address) as client,
    ):
        stream = client.stream(endless())
        next(stream)
        stream.close()
        assert len(client.score([["navy-shirt"]]).scores) == 1
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@settings(max_examples=30, deadline=None)
@given(requests=st.lists(messages(pb.StreamAnswersRequest.DESCRIPTOR), max_size=5))
def test_every_message_of_the_contract_gets_an_answer_or_a_status_of_its_own(
    requests: list[pb.StreamAnswersRequest], address: str
):
    with grpc.insecure_channel(address) as channel:
        stub = outfit_service_pb2_grpc.OutfitServiceStub(channel)
        responses = list(stub.StreamAnswers(iter(requests), timeout=60))
    assert sorted(one.correlation_id for one in responses) == sorted(
        one.correlation_id[:256] for one in requests
    )
    codes = {one.status.code for one in responses if one.HasField("status")}
    assert codes <= {3, 5}  # INVALID_ARGUMENT, NOT_FOUND
