"""Wire tests of who is let in, over one server with three keys."""

import logging
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from engine.questions import Question, ScoreQuestion
from serving.call_error import CallError
from serving.client import OutfitClient
from serving.reflection import SERVICE_NAMES
from serving.request_log import JsonFormatter
from serving.security.channel import Credentials
from serving.security.key_file import read_keys, write_keys
from serving.security.keys import ApiKey, Scope, new_secret, sha256_of
from serving.security.protection import Protection
from serving.server_config import ServerConfig
from tests.serving.background_server import background_server
from tests.serving.planted_shop import PlantedShop
from tests.serving.repeated_calls import PATIENCE_S

READER, WRITER, LEAVER = (new_secret() for _ in range(3))
OUTFIT = [["navy-shirt"]]


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    path = tmp_path / "keys.json"
    write_keys(
        path,
        [
            ApiKey(name=name, sha256=sha256_of(secret), scopes=frozenset({scope}))
            for name, secret, scope in (
                ("reader", READER, Scope.READ),
                ("writer", WRITER, Scope.WRITE),
                ("leaver", LEAVER, Scope.READ),
            )
        ],
    )
    return path


@pytest.fixture
def guarded(keys: Path) -> Iterator[str]:
    config = ServerConfig(port=0, protection=Protection(keys=keys))
    with background_server(PlantedShop(), config) as server:
        yield server.address


@contextmanager
def limited(keys: Path, rate: float) -> Iterator[str]:
    """A server that answers a key so many times a second, twice at once."""
    protection = Protection(keys=keys, rate_limit=rate, rate_burst=2)
    with background_server(PlantedShop(), ServerConfig(port=0, protection=protection)) as server:
        yield server.address


def bearing(address: str, secret: str | None) -> OutfitClient:
    return OutfitClient(address, credentials=Credentials(api_key=secret), attempts=1)


def refusal(client: OutfitClient) -> CallError:
    with pytest.raises(CallError) as caught:
        client.score(OUTFIT)
    return caught.value


def drop(keys: Path, name: str) -> None:
    write_keys(keys, [key for key in read_keys(keys) if key.name != name])


@pytest.mark.parametrize("secret", [None, new_secret(), "x"], ids=["none", "unknown", "no key"])
def test_a_call_without_a_known_key_is_unauthenticated(guarded: str, secret: str | None):
    with bearing(guarded, secret) as client:
        error = refusal(client)
    assert (error.code, error.reason) == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")
    assert error.request_id


def test_a_key_without_the_scope_is_denied(guarded: str):
    with bearing(guarded, WRITER) as client:
        error = refusal(client)
    assert (error.code, error.reason) == (grpc.StatusCode.PERMISSION_DENIED, "FORBIDDEN")


def test_a_stream_needs_a_key_as_well(guarded: str):
    with bearing(guarded, None) as client, pytest.raises(CallError) as caught:
        list(client.stream([("a", ScoreQuestion(outfits=OUTFIT))]))
    assert caught.value.code is grpc.StatusCode.UNAUTHENTICATED


def test_a_key_with_the_scope_is_answered(guarded: str):
    with bearing(guarded, READER) as client:
        assert len(client.score(OUTFIT).scores) == 1
        [(name, answer)] = client.stream([("a", ScoreQuestion(outfits=OUTFIT))])
    assert name == "a"
    assert not isinstance(answer, CallError)


def test_the_log_names_the_caller_and_holds_no_key(guarded: str, caplog: pytest.LogCaptureFixture):
    stranger = new_secret()
    # Of ours alone: a server of gRPC that is collected meanwhile logs itself, and the record that
    # is kept here outlives it.
    with caplog.at_level(logging.DEBUG, logger="serving"):
        for secret in (READER, WRITER, stranger, None):
            with bearing(guarded, secret) as client:
                if secret == READER:
                    client.score(OUTFIT)
                else:
                    refusal(client)
    calls = [record for record in caplog.records if record.name == "serving.interceptor"]
    assert [vars(record).get("caller") for record in calls] == ["reader", None, None, None]
    assert [record.levelname for record in calls] == ["INFO"] * 4
    assert "writer lacks the scope read" in vars(calls[1])["cause"]
    written = "\n".join(map(JsonFormatter().format, caplog.records))
    for secret in (READER, WRITER, stranger):
        assert secret not in written
        assert sha256_of(secret) not in written


def test_a_key_that_is_taken_away_is_refused_on_an_open_connection(guarded: str, keys: Path):
    with bearing(guarded, LEAVER) as client:
        client.score(OUTFIT)
        drop(keys, "leaver")
        assert refusal(client).reason == "UNAUTHENTICATED"


def test_a_key_that_is_taken_away_ends_its_stream(guarded: str, keys: Path):
    answered = threading.Event()

    def questions() -> Iterable[tuple[str, Question]]:
        yield "first", ScoreQuestion(outfits=OUTFIT)
        assert answered.wait(PATIENCE_S)
        drop(keys, "leaver")
        yield "second", ScoreQuestion(outfits=OUTFIT)

    with bearing(guarded, LEAVER) as client:
        answers = client.stream(questions())
        assert next(answers)[0] == "first"
        answered.set()
        with pytest.raises(CallError) as caught:
            next(answers)
    assert caught.value.reason == "UNAUTHENTICATED"


def test_health_is_open_and_reflection_as_its_switch_says(keys: Path):
    for switch in (None, False):
        config = ServerConfig(port=0, protection=Protection(keys=keys, reflection=switch))
        with (
            background_server(PlantedShop(), config) as server,
            grpc.insecure_channel(server.address) as channel,
        ):
            health = health_pb2_grpc.HealthStub(channel)
            answer = health.Check(health_pb2.HealthCheckRequest(), timeout=PATIENCE_S)
            assert answer.status == health_pb2.HealthCheckResponse.SERVING
            for name in SERVICE_NAMES:
                reflection = channel.stream_stream(f"/{name}/ServerReflectionInfo")
                answers = reflection(iter([b":\x00"]), timeout=PATIENCE_S)
                if switch is None:
                    assert b"outfit.v1.OutfitService" in next(answers)
                else:
                    with pytest.raises(grpc.RpcError) as caught:
                        next(answers)
                    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_beyond_its_rate_a_key_is_told_when_to_ask_again(keys: Path):
    with (
        limited(keys, rate=0.5) as address,
        bearing(address, READER) as reader,
        bearing(address, LEAVER) as leaver,
    ):
        error = flood(reader)
        assert error.code is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert error.reason == "RATE_LIMITED"
        assert error.retry_after_s is not None
        assert 0 < error.retry_after_s <= 2
        assert len(leaver.score(OUTFIT).scores) == 1
        time.sleep(error.retry_after_s)
        assert len(reader.score(OUTFIT).scores) == 1


def flood(client: OutfitClient) -> CallError:
    """The first refusal of many calls, one straight after the other."""
    for _ in range(200):
        try:
            client.score(OUTFIT)
        except CallError as error:
            return error
    raise AssertionError("200 calls were answered")


def test_a_stream_is_read_at_the_rate_of_its_key(keys: Path):
    questions = [(str(number), ScoreQuestion(outfits=OUTFIT)) for number in range(10)]
    with limited(keys, rate=20.0) as address, bearing(address, READER) as client:
        began = time.monotonic()
        answers = dict(client.stream(questions))
        took_s = time.monotonic() - began
    assert len(answers) == 10
    assert not any(isinstance(answer, CallError) for answer in answers.values())
    assert took_s >= 8 / 20 * 0.9
