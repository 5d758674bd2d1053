"""Health as probes and balancers see it, above all when a server ends."""

import asyncio
import queue
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from grpc_health.v1 import health_pb2 as pb
from grpc_health.v1 import health_pb2_grpc

from serving.client import OutfitClient
from serving.engine_slot import EngineSlot
from serving.health import MAX_WATCHES, Health
from serving.metrics.endpoint import MetricsConfig
from serving.reflection import SERVICE_NAMES
from serving.security.protection import Protection
from serving.server_config import ServerConfig
from serving.server_parts import Parts
from serving.services import UPDATES
from tests.free_port import free_port
from tests.serving.background_server import background_server, background_server_of
from tests.serving.memory_log import MemoryLog
from tests.serving.metrics.test_endpoint import code
from tests.serving.overlay.log_places import until
from tests.serving.planted_shop import PlantedShop
from tests.serving.repeated_calls import PATIENCE_S, wait_until
from tests.serving.test_server import HeldShop

SERVING = pb.HealthCheckResponse.SERVING
NOT_SERVING = pb.HealthCheckResponse.NOT_SERVING
SERVICE_UNKNOWN = pb.HealthCheckResponse.SERVICE_UNKNOWN
SERVICES = ["", "outfit.v1.OutfitService", "outfit.v1.CatalogService", "grpc.health.v1.Health"]


def watch(channel: grpc.Channel, service: str, timeout_s: float = PATIENCE_S) -> Iterator[int]:
    request = pb.HealthCheckRequest(service=service)
    for response in health_pb2_grpc.HealthStub(channel).Watch(request, timeout=timeout_s):
        yield response.status


@pytest.mark.parametrize("service", SERVICES)
def test_a_watch_says_serving_then_not_serving_and_does_not_hold_up_the_end(service: str):
    with (
        background_server(PlantedShop(), ServerConfig(port=0, grace_s=10 * PATIENCE_S)) as server,
        grpc.insecure_channel(server.address) as channel,
    ):
        told = watch(channel, service)
        assert next(told) == SERVING
        server.stop()
        assert list(told) == [NOT_SERVING]
        assert server.ended.wait(PATIENCE_S)


def test_a_watch_of_a_service_that_is_none_of_ours_says_so_and_goes_on(address: str):
    with grpc.insecure_channel(address) as channel:
        request = pb.HealthCheckRequest(service="outfit.v1.NoService")
        told = health_pb2_grpc.HealthStub(channel).Watch(request, timeout=PATIENCE_S)
        assert next(told).status == SERVICE_UNKNOWN
        time.sleep(0.3)
        assert told.is_active()
        told.cancel()


@pytest.mark.parametrize("on", [True, False])
def test_only_services_that_are_served_are_known(*, on: bool):
    config = ServerConfig(port=0, protection=Protection(reflection=on))
    with (
        background_server(PlantedShop(), config) as server,
        grpc.insecure_channel(server.address) as channel,
    ):
        for name in SERVICE_NAMES:
            assert next(watch(channel, name)) == (SERVING if on else SERVICE_UNKNOWN)
        assert next(watch(channel, "outfit.v1.BundleService")) == SERVICE_UNKNOWN


def test_all_that_is_served_is_listed_with_its_health(address: str):
    with grpc.insecure_channel(address) as channel:
        listed = channel.unary_unary(
            "/grpc.health.v1.Health/List", response_deserializer=pb.HealthListResponse.FromString
        )(b"", timeout=PATIENCE_S)
    told = {service: response.status for service, response in listed.statuses.items()}
    assert told == dict.fromkeys([*SERVICES, UPDATES, *SERVICE_NAMES], SERVING)


def test_probes_over_http_are_told_the_same():
    port = free_port()
    config = ServerConfig(port=0, grace_s=PATIENCE_S, metrics=MetricsConfig(port=port))
    shop = HeldShop()
    with (
        background_server(shop, config) as server,
        OutfitClient(server.address, deadline_s=PATIENCE_S) as client,
        ThreadPoolExecutor(1) as caller,
    ):
        wait_until(lambda: code(port, "/ready") == 200)
        answer = caller.submit(client.score, [["navy-shirt"]])
        assert shop.asked.wait(PATIENCE_S)  # the server drains for as long as this takes
        server.stop()
        wait_until(lambda: code(port, "/ready") == 503)
        shop.let_go.set()
        assert len(answer.result(PATIENCE_S).scores) == 1


def test_within_the_notice_calls_are_answered_though_health_says_not_serving():
    config = ServerConfig(port=0, notice_s=4.0)
    with (
        background_server(PlantedShop(), config) as server,
        grpc.insecure_channel(server.address) as channel,
    ):
        stub = health_pb2_grpc.HealthStub(channel)
        told = watch(channel, "")
        assert next(told) == SERVING
        server.stop()
        assert next(told) == NOT_SERVING
        for service in SERVICES:
            request = pb.HealthCheckRequest(service=service)
            assert stub.Check(request, timeout=PATIENCE_S).status == NOT_SERVING
        with OutfitClient(server.address) as newcomer:
            assert len(newcomer.score([["navy-shirt"]]).scores) == 1
        assert not server.ended.is_set()


def test_without_a_bundle_what_answers_from_one_turns_to_serving_once_there_is_one():
    slots: queue.Queue[EngineSlot] = queue.Queue()

    def parts() -> Parts:
        slots.put(slot := EngineSlot())
        return Parts(slot=slot, log=MemoryLog())

    with (
        background_server_of(parts) as server,
        grpc.insecure_channel(server.address) as channel,
    ):
        told = watch(channel, "outfit.v1.OutfitService")
        assert next(told) == NOT_SERVING
        assert next(watch(channel, "grpc.health.v1.Health")) == SERVING
        assert server.loop is not None
        server.loop.call_soon_threadsafe(slots.get().put, PlantedShop())
        assert next(told) == SERVING
        server.stop()
        assert list(told) == [NOT_SERVING]


def test_beyond_as_many_as_may_watch_a_watch_is_refused_until_one_has_gone(address: str):
    with grpc.insecure_channel(address) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        watches = [stub.Watch(pb.HealthCheckRequest()) for _ in range(MAX_WATCHES)]
        assert {next(each).status for each in watches} == {SERVING}
        with pytest.raises(grpc.RpcError) as caught:
            next(watch(channel, ""))
        assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert stub.Check(pb.HealthCheckRequest(), timeout=PATIENCE_S).status == SERVING
        watches[0].cancel()
        wait_until(lambda: watched(channel))
        for each in watches:
            each.cancel()


def watched(channel: grpc.Channel) -> bool:
    """Whether one more may watch."""
    try:
        return next(watch(channel, "")) == SERVING
    except grpc.RpcError:
        return False


class Watcher:
    """What a watch writes, as gRPC would be given it; writing takes a while."""

    def __init__(self) -> None:
        self.told: list[int] = []

    async def write(self, response: pb.HealthCheckResponse) -> None:
        await asyncio.sleep(0.02)
        self.told.append(response.status)


def test_whoever_watches_has_been_told_before_the_server_drains():
    async def scenario() -> list[int]:
        health, watcher = Health(EngineSlot(PlantedShop())), Watcher()
        watch = asyncio.create_task(health.Watch(pb.HealthCheckRequest(), watcher))
        await until(lambda: bool(watcher.told))
        await health.drain()
        told = list(watcher.told)
        await watch
        return told

    assert asyncio.run(scenario()) == [SERVING, NOT_SERVING]


def test_a_watcher_that_does_not_read_holds_up_nothing_for_long(monkeypatch):
    monkeypatch.setattr("serving.health.TELLING_S", 0.1)

    class Deaf:
        async def write(self, _response: pb.HealthCheckResponse) -> None:
            await asyncio.Event().wait()

    async def scenario() -> None:
        health = Health(EngineSlot(PlantedShop()))
        watch = asyncio.create_task(health.Watch(pb.HealthCheckRequest(), Deaf()))
        await asyncio.sleep(0.02)
        await asyncio.wait_for(health.drain(), PATIENCE_S)
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)

    asyncio.run(scenario())
