"""`outfit serve --workers 2`: shared, kept up to date, killed, ended."""

import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

import grpc
import pytest

from engine.recommender import Recommender
from serving.catalogue_client import CatalogueClient
from serving.pb.outfit.v1 import (
    bundle_service_pb2,
    bundle_service_pb2_grpc,
    catalog_service_pb2,
    catalog_service_pb2_grpc,
)
from tests.serving.price_writers import PriceWriter, assert_nothing_was_lost
from tests.serving.redis_server import RedisServer
from tests.serving.repeated_calls import PATIENCE_S, repeated, wait_until
from tests.serving.several_workers import COMMAND, Load, Workers, running_workers

SCORE = "/outfit.v1.OutfitService/ScoreOutfits"
UPSERT = "/outfit.v1.CatalogService/UpsertItems"
NUM_UPDATES = 10


@pytest.fixture(scope="module")
def outfit(tiny_recommender: Recommender) -> list[str]:
    return tiny_recommender.items["item_id"].to_list()[:3]


@pytest.fixture(scope="module")
def others(tiny_recommender: Recommender) -> list[str]:
    """As many items as it takes connections to fall to both workers."""
    return tiny_recommender.items["item_id"].to_list()[3:19]


@pytest.fixture(scope="module")
def workers(
    tiny_bundle: Path, other_seed: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workers]:
    """Two of them over a folder of two bundles; no cache answers in their place."""
    folder = tmp_path_factory.mktemp("workers")
    shutil.copytree(tiny_bundle, folder / "bundles" / "first")
    shutil.copytree(other_seed, folder / "bundles" / "second")
    (folder / "bundles" / ".activations.json").write_text('["first"]')
    flags = ["--bundles", str(folder / "bundles"), "--cache-mib", "0", "--metrics-port", "0"]
    with running_workers(flags, folder / "log") as workers:
        yield workers


@pytest.fixture
def both(workers: Workers) -> Iterator[list[grpc.Channel]]:
    """A connection to each."""
    with ExitStack() as stack:
        yield [stack.enter_context(workers.channel_to(number)) for number in (1, 2)]


def catalogue(channel: grpc.Channel) -> Any:
    return catalog_service_pb2_grpc.CatalogServiceStub(channel)


def operator(channel: grpc.Channel) -> Any:
    return bundle_service_pb2_grpc.BundleServiceStub(channel)


def active(channel: grpc.Channel) -> str:
    """Name of the bundle that a worker answers from."""
    listed = operator(channel).ListBundles(bundle_service_pb2.ListBundlesRequest())
    return next(bundle.name for bundle in listed.bundles if bundle.active)


def asked(workers: Workers, method: str, since: int) -> set[int]:
    """Those that have answered a method since so many lines of the log."""
    records = workers.records()[since:]
    return {each["worker"] for each in records if each.get("method") == method}


def are_in_force(writers: Sequence[PriceWriter], channel: grpc.Channel) -> bool:
    """What the writers were acknowledged holds in the worker at the other end."""
    ids = [writer.item_id for writer in writers]
    request = catalog_service_pb2.BatchGetItemsRequest(item_ids=ids)
    items = catalogue(channel).BatchGetItems(request).items
    return all(item.price >= one.acknowledged for one, item in zip(writers, items, strict=True))


def spreading_s(item_id: str, both: Sequence[grpc.Channel]) -> float:
    """Seconds until a price that one worker acknowledged is the other's: the median of some.

    They go to and fro. Of one alone, a machine may stand still meanwhile.
    """
    taken = []
    for number in range(NUM_UPDATES):
        told, asked = both[number % 2], both[1 - number % 2]
        item = catalog_service_pb2.ItemUpsert(item_id=item_id, price=10.0 + number)
        catalogue(told).UpsertItems(catalog_service_pb2.UpsertItemsRequest(items=[item]))
        began = time.monotonic()
        wait_until(lambda asked=asked, price=item.price: price_of(item_id, asked) == price)
        taken.append(time.monotonic() - began)
    return median(taken)


def price_of(item_id: str, channel: grpc.Channel) -> float:
    request = catalog_service_pb2.BatchGetItemsRequest(item_ids=[item_id])
    return float(catalogue(channel).BatchGetItems(request).items[0].price)


def test_connections_fall_to_both_workers_which_tell_their_metrics_apart(
    workers: Workers, both: list[grpc.Channel]
):
    assert [workers.worker_of(channel) for channel in both] == [1, 2]
    told = [each for each in workers.records() if each["event"] == "serving metrics"]
    assert {each["worker"] for each in told} == {1, 2}
    assert len({each["url"] for each in told}) == 2


def test_an_update_that_one_worker_acknowledged_is_in_force_in_the_other_within_a_second(
    workers: Workers, both: list[grpc.Channel], outfit: list[str]
):
    with Load(workers.address, outfit, callers=4, attempts=5) as load:
        wait_until(lambda: load.answered > 0)
        assert spreading_s(outfit[0], both) < 1
    assert load.errors == []


def test_a_bundle_that_is_activated_or_rolled_back_in_one_worker_is_so_in_the_other(
    both: list[grpc.Channel],
):
    first, second = both
    assert [active(channel) for channel in both] == ["first", "first"]
    wanted = bundle_service_pb2.ActivateBundleRequest(name="second")
    back = bundle_service_pb2.RollBackBundleRequest()
    operator(first).ActivateBundle(wanted)
    wait_until(lambda: active(second) == "second")
    operator(second).RollBackBundle(back)
    wait_until(lambda: active(first) == "first")
    operator(first).ActivateBundle(wanted)
    assert operator(second).RollBackBundle(back).bundle.name == "first", "of what is in force"
    wait_until(lambda: active(first) == "first")
    with pytest.raises(grpc.RpcError, match="no bundle was active before"):
        operator(first).RollBackBundle(back)


def test_a_worker_that_is_killed_under_load_fails_no_call_loses_no_update_and_comes_back(
    workers: Workers, outfit: list[str], others: list[str]
):
    before, since = workers.pids(), len(workers.records())
    with ExitStack() as stack:
        clients = [
            stack.enter_context(CatalogueClient(workers.address, deadline_s=60.0)) for _ in others
        ]
        writers = [PriceWriter(*each) for each in zip(clients, others, strict=True)]
        with (
            Load(workers.address, outfit, callers=16, attempts=5) as load,
            repeated(*writers) as writes,
        ):
            for method in (SCORE, UPSERT):
                wait_until(lambda method=method: asked(workers, method, since) == {1, 2})
            os.kill(before[1], signal.SIGKILL)
            answered, acknowledged = load.answered, len(writes.answers)
            wait_until(lambda: workers.pids()[1] != before[1])
            assert load.answered > answered
            assert len(writes.answers) > acknowledged
            with workers.channel_to(1):
                pass
    assert load.errors == []
    assert writes.refusals == []
    assert workers.pids()[2] == before[2]
    for number in (1, 2):
        with workers.channel_to(number) as channel:
            wait_until(lambda channel=channel: are_in_force(writers, channel))
    assert_nothing_was_lost(workers.address, writers)


def test_a_worker_that_is_stopped_is_replaced_and_its_connections_are_answered_again(
    workers: Workers,
):
    before = workers.pids()
    with workers.channel_to(2) as channel:
        os.kill(before[2], signal.SIGSTOP)
        wait_until(lambda: workers.pids()[2] != before[2])
        assert workers.worker_of(channel) in {1, 2}
    assert workers.pids()[1] == before[1]


def test_a_port_that_workers_share_is_refused_to_others(workers: Workers):
    port = workers.address.rpartition(":")[2]
    done = subprocess.run(  # noqa: S603 - our own program
        [*COMMAND, "a-bundle", "--port", port, "--workers", "2"],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "outfit: field 'port': expected a free port on a host of this machine, "
        f"got {workers.address}\n"
    )


def test_workers_that_are_told_to_end_under_load_fail_no_call_that_has_reached_them(
    tiny_bundle: Path,
    outfit: list[str],
    shared_redis: RedisServer,
    lineage: str,
    tmp_path: Path,
):
    flags = [str(tiny_bundle), "--redis", shared_redis.url, "--shop", lineage]
    flags += ["--no-redis-cache", "--cache-mib", "0"]
    with running_workers(flags, tmp_path / "log") as workers:
        with (
            workers.channel_to(1) as first,
            workers.channel_to(2) as second,
            Load(workers.address, outfit, callers=4, attempts=1) as early,
        ):
            wait_until(lambda: early.answered > 0)
            assert spreading_s(outfit[0], [first, second]) < 1
        assert early.errors == []
        with Load(workers.address, outfit, callers=16, attempts=1) as load:
            wait_until(lambda: load.answered > 50)
            workers.process.send_signal(signal.SIGTERM)
            assert workers.process.wait(PATIENCE_S) == 0
        assert load.answered > 50
        codes = Counter(each["code"] for each in workers.records() if each.get("method") == SCORE)
        assert codes == {"OK": early.answered + load.answered}
        refused = {error.code for error in load.errors}
        assert refused <= {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}


def test_a_damaged_bundle_is_refused_as_by_one_server(tiny_bundle: Path, tmp_path: Path):
    damaged = tmp_path / "bundle"
    shutil.copytree(tiny_bundle, damaged)
    with (damaged / "vectors.npy").open("r+b") as file:
        file.truncate(200)
    done = subprocess.run(  # noqa: S603 - our own program
        [*COMMAND, str(damaged), "--port", "0", "--workers", "2"],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("expected sha256") == 1
    assert done.stderr.splitlines()[-1].endswith("got another: damaged")


def test_no_workers_are_wrong_usage():
    done = subprocess.run(  # noqa: S603 - our own program
        [*COMMAND, "a-bundle", "--workers", "0"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "--workers" in done.stdout + done.stderr
