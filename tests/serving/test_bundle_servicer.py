"""Wire tests of BundleService: bundles are switched under load, refused by name, rolled back."""

import gc
import itertools
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from weakref import WeakSet

import grpc
import pytest
import torch
from grpc_health.v1 import health_pb2

from engine.questions import ScoreQuestion
from engine.recommender import Recommender
from engine.requests import Slot
from serving.bundle_client import BundleClient
from serving.bundle_shelf import Load
from serving.call_error import CallError
from serving.catalogue_client import CatalogueClient
from serving.client import OutfitClient
from serving.engine_slot import EngineSlot
from serving.pb.outfit.v1 import bundle_service_pb2, bundle_service_pb2_grpc
from serving.server_parts import Parts
from tests.mismatched_bundles import MISMATCHES
from tests.serving.background_server import BackgroundServer, background_server_of
from tests.serving.memory_log import MemoryLog
from tests.serving.repeated_calls import PATIENCE_S, RepeatedCalls, repeated, wait_until
from tests.serving.test_server import check

NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
SERVING = health_pb2.HealthCheckResponse.SERVING


@pytest.fixture
def folder(tiny_bundle: Path, other_seed: Path, tmp_path: Path) -> Path:
    """A folder with two bundles, a damaged one, one of another version, and other things."""
    for name, source in {"first": tiny_bundle, "second": other_seed, "cut": tiny_bundle}.items():
        shutil.copytree(source, tmp_path / name)
    spoil(tmp_path / "cut")
    (tmp_path / "newer").mkdir()
    (tmp_path / "newer" / "bundle.json").write_text('{"schema_version": 999}')
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes.txt").write_text("no bundle")
    return tmp_path


def spoil(bundle: Path) -> None:
    with (bundle / "vectors.npy").open("r+b") as file:
        file.truncate(200)


@pytest.fixture
def server(folder: Path) -> Iterator[BackgroundServer]:
    with serving(folder) as server:
        yield server


def serving(folder: Path, load: Load = Recommender.load):
    def parts() -> Parts:
        return Parts(slot=EngineSlot(), log=MemoryLog(), bundles=(folder, load))

    return background_server_of(parts)


@pytest.fixture
def operator(server: BackgroundServer) -> Iterator[BundleClient]:
    with BundleClient(server.address) as client:
        yield client


@pytest.fixture
def asker(server: BackgroundServer) -> Iterator[OutfitClient]:
    with OutfitClient(server.address, attempts=1) as client:
        yield client


@pytest.fixture(scope="module")
def outfit(tiny_recommender: Recommender) -> list[str]:
    return tiny_recommender.items["item_id"].to_list()[:3]


def test_all_bundles_are_listed_with_what_can_be_read_of_them(
    operator: BundleClient, tiny_recommender: Recommender
):
    bundles = {bundle.name: bundle for bundle in operator.bundles()}
    assert list(bundles) == ["cut", "first", "newer", "second"]
    assert not any(bundle.active for bundle in bundles.values())
    assert bundles["first"].bundle_id == tiny_recommender.info.bundle_id
    assert (bundles["first"].model, bundles["first"].num_items) == ("transformer", 200)
    assert not bundles["newer"].readable
    assert (bundles["newer"].bundle_id, bundles["newer"].num_items) == ("", 0)


def test_odd_folders_are_listed_as_not_readable_or_not_at_all(folder: Path, operator: BundleClient):
    before = operator.bundles()
    for name, content in {"nested": "[" * 100_000, os.fsdecode(b"name\xff"): "{}"}.items():
        (folder / name).mkdir()
        (folder / name / "bundle.json").write_text(content)
    (odd,) = [bundle for bundle in operator.bundles() if bundle not in before]
    assert (odd.name, odd.readable) == ("nested", False)


def test_until_a_bundle_is_loaded_questions_are_told_to_come_back(
    operator: BundleClient, asker: OutfitClient, server: BackgroundServer, outfit: list[str]
):
    for service in ("", "outfit.v1.OutfitService", "outfit.v1.CatalogService"):
        assert check(server.address, service) == NOT_SERVING
    assert check(server.address, "outfit.v1.BundleService") == SERVING
    with pytest.raises(CallError) as caught:
        asker.score([outfit])
    assert (caught.value.code, caught.value.reason) == (
        grpc.StatusCode.UNAVAILABLE,
        "NOT_LOADED",
    )
    assert caught.value.retry_after_s
    active = operator.activate("first")
    assert (active.name, active.active) == ("first", True)
    assert asker.score([outfit]).bundle_id == active.bundle_id
    assert check(server.address, "") == SERVING


def test_bundles_are_switched_and_rolled_back_one_by_one(
    operator: BundleClient, asker: OutfitClient, outfit: list[str]
):
    first, second = operator.activate("first"), operator.activate("second")
    assert operator.activate("second") == second  # changes nothing, nor what to roll back to
    assert asker.score([outfit]).bundle_id == second.bundle_id
    assert [bundle.name for bundle in operator.bundles() if bundle.active] == ["second"]
    assert operator.roll_back() == first
    assert asker.score([outfit]).bundle_id == first.bundle_id
    with pytest.raises(CallError) as caught:
        operator.roll_back()
    assert (caught.value.code, caught.value.reason) == (
        grpc.StatusCode.FAILED_PRECONDITION,
        "NO_PREVIOUS_BUNDLE",
    )
    assert asker.score([outfit]).bundle_id == first.bundle_id


@pytest.mark.parametrize("harm", [spoil, shutil.rmtree])
def test_a_roll_back_passes_over_what_cannot_be_used_any_more(
    harm: Callable[[Path], None], operator: BundleClient, folder: Path
):
    shutil.copytree(folder / "first", folder / "third")
    for name in ("first", "second", "third", "second", "third"):
        operator.activate(name)
    harm(folder / "second")
    assert operator.roll_back().name == "first"
    with pytest.raises(CallError, match="NO_PREVIOUS_BUNDLE"):
        operator.roll_back()


def test_where_nothing_else_can_be_used_a_roll_back_names_the_bundle_before(
    operator: BundleClient, folder: Path
):
    second, first = operator.activate("second"), operator.activate("first")
    spoil(folder / "second")
    with pytest.raises(CallError, match="REFUSED_BUNDLE") as caught:
        operator.roll_back()
    assert second.name in caught.value.violations[0].description
    assert [bundle for bundle in operator.bundles() if bundle.active] == [first]


def assert_answered_by(bundle_id: str, calls: RepeatedCalls) -> None:
    """All of them, and by no other bundle."""
    assert not calls.refusals
    assert {answer.bundle_id for answer in calls.answers} == {bundle_id}


@pytest.mark.parametrize("name", ["cut", "newer"])
def test_a_bundle_that_cannot_be_used_is_refused_by_name_and_the_old_one_goes_on(
    name: str,
    operator: BundleClient,
    asker: OutfitClient,
    outfit: list[str],
    caplog: pytest.LogCaptureFixture,
):
    first = operator.activate("first")
    with repeated(*[lambda: asker.score([outfit])] * 4) as calls:
        calls.wait_for_answers(4)
        with pytest.raises(CallError) as caught:
            operator.activate(name)
        calls.wait_for_answers(8)
    assert_answered_by(first.bundle_id, calls)
    assert caught.value.code is grpc.StatusCode.FAILED_PRECONDITION
    assert caught.value.reason == "REFUSED_BUNDLE"
    assert caught.value.violations[0].field == "name"
    assert name in caught.value.violations[0].description
    assert any("expected" in str(getattr(record, "cause", "")) for record in caplog.records)
    assert asker.score([outfit]).bundle_id == first.bundle_id
    with pytest.raises(CallError, match="NO_PREVIOUS_BUNDLE"):
        operator.roll_back()


@pytest.mark.parametrize("mismatch", MISMATCHES)
def test_a_whole_bundle_whose_parts_do_not_fit_is_refused_and_the_old_one_goes_on(
    mismatch: Callable[[Path], None],
    folder: Path,
    operator: BundleClient,
    asker: OutfitClient,
    outfit: list[str],
    caplog: pytest.LogCaptureFixture,
):
    first = operator.activate("first")
    mismatch(folder / "second")
    with repeated(*[lambda: asker.score([outfit])] * 4) as calls:
        calls.wait_for_answers(4)
        with pytest.raises(CallError, match="REFUSED_BUNDLE"):
            operator.activate("second")
        calls.wait_for_answers(8)
    assert_answered_by(first.bundle_id, calls)
    assert [bundle for bundle in operator.bundles() if bundle.active] == [first]
    causes = [str(getattr(record, "cause", "")) for record in caplog.records]
    assert any(re.search(MISMATCHES[mismatch], cause) for cause in causes)


@pytest.mark.parametrize("mismatch", MISMATCHES)
def test_a_server_whose_bundle_does_not_fit_itself_starts_without_one(
    mismatch: Callable[[Path], None], folder: Path, outfit: list[str]
):
    mismatch(folder / "second")
    (folder / ".activations.json").write_text(json.dumps(["first", "second"]))
    with serving(folder) as server, BundleClient(server.address) as operator:
        assert check(server.address, "") == NOT_SERVING
        assert operator.roll_back().name == "first"
        with OutfitClient(server.address, deadline_s=60.0, attempts=1) as asker:
            assert asker.score([outfit]).bundle_id


def test_a_bundle_for_which_the_memory_does_not_suffice_is_refused(folder: Path, outfit: list[str]):
    def load(bundle: Path) -> Recommender:
        if bundle.name == "second":
            raise MemoryError
        return Recommender.load(bundle)

    with (
        serving(folder, load) as server,
        BundleClient(server.address) as operator,
        OutfitClient(server.address, deadline_s=60.0, attempts=1) as asker,
    ):
        first = operator.activate("first")
        with pytest.raises(CallError, match="REFUSED_BUNDLE"):
            operator.activate("second")
        assert asker.score([outfit]).bundle_id == first.bundle_id


def test_a_bundle_is_loaded_to_the_end_before_the_next_though_its_caller_has_left(folder: Path):
    loading = list[str]()
    most = 0

    def load(bundle: Path) -> Recommender:
        nonlocal most
        loading.append(bundle.name)
        most = max(most, len(loading))
        time.sleep(1)
        loading.remove(bundle.name)
        return Recommender.load(bundle)

    request = bundle_service_pb2.ActivateBundleRequest(name="first")
    with serving(folder, load) as server:
        with grpc.insecure_channel(server.address) as channel:
            hasty = bundle_service_pb2_grpc.BundleServiceStub(channel)
            for _ in range(3):
                with pytest.raises(grpc.RpcError, match="DEADLINE_EXCEEDED"):
                    hasty.ActivateBundle(request, timeout=0.3)
        with BundleClient(server.address) as operator:
            assert operator.activate("second").active
            assert [bundle.name for bundle in operator.bundles() if bundle.active] == ["second"]
    assert most == 1


@pytest.mark.parametrize("name", ["nothing", "notes", "..", "../first", "first/", ".activations"])
def test_only_bundles_of_the_folder_can_be_named(name: str, operator: BundleClient):
    with pytest.raises(CallError) as caught:
        operator.activate(name)
    assert (caught.value.code, caught.value.reason) == (
        grpc.StatusCode.NOT_FOUND,
        "UNKNOWN_BUNDLE",
    )


def test_twenty_switches_under_load_fail_no_call_and_every_answer_is_that_of_the_bundle_it_names(
    operator: BundleClient, server: BackgroundServer, folder: Path, outfit: list[str]
):
    expected = {
        name: Recommender.load(folder / name).score([outfit])[0].logit
        for name in ("first", "second")
    }
    known = {
        bundle.bundle_id: pytest.approx(expected[bundle.name], abs=1e-4)
        for bundle in operator.bundles()
        if bundle.name in expected
    }
    operator.activate("first")
    with (
        OutfitClient(server.address, deadline_s=60.0, attempts=1) as asker,
        repeated(*[lambda: asker.score([outfit])] * 4) as calls,
    ):
        for switch in range(20):
            operator.activate("first" if switch % 2 else "second")
            calls.wait_for_answers(8)
    assert not calls.refusals
    assert {answer.bundle_id for answer in calls.answers} == known.keys()
    assert len(known) == 2
    assert abs(expected["first"] - expected["second"]) > 1e-3
    assert all(known[answer.bundle_id] == answer.scores[0].logit for answer in calls.answers)


def test_switches_under_load_fail_no_complements_nor_stream_and_let_old_bundles_go(
    folder: Path, outfit: list[str], tiny_recommender: Recommender
):
    loaded, models = [], WeakSet[torch.nn.Module]()

    def load(bundle: Path) -> Recommender:
        engine = Recommender.load(bundle)
        loaded.append(bundle.name)
        models.add(engine.catalogue.base.bundle.model)
        return engine

    def old_bundles_are_gone() -> bool:
        gc.collect()
        return len(models) <= 1

    wanted = Slot(category=tiny_recommender.info.categories[0])
    endless = itertools.repeat(("again", ScoreQuestion(outfits=[outfit])))
    with (
        serving(folder, load) as server,
        BundleClient(server.address) as operator,
        OutfitClient(server.address, deadline_s=60.0, attempts=1) as asker,
    ):
        bundles = {operator.activate(name).bundle_id for name in ("second", "first")}
        with (
            closing(asker.stream(endless)) as stream,
            repeated(lambda: next(stream)[1]) as streamed,
            repeated(*[lambda: asker.complements(outfit, wanted, k=3)] * 2) as found,
        ):
            for switch in range(20):
                operator.activate("first" if switch % 2 else "second")
                found.wait_for_answers(4)
                streamed.wait_for_answers(4)
        wait_until(old_bundles_are_gone)
    for calls in (streamed, found):
        assert not calls.refusals
        assert not [answer for answer in calls.answers if isinstance(answer, CallError)]
        assert {answer.bundle_id for answer in calls.answers} == bundles
    assert len(loaded) == 22


def test_updates_are_in_force_in_every_bundle(
    operator: BundleClient, server: BackgroundServer, outfit: list[str]
):
    operator.activate("first")
    with CatalogueClient(server.address) as catalogue, OutfitClient(server.address) as asker:
        catalogue.delete(outfit[:1])
        operator.activate("second")
        assert asker.score([outfit[1:]]).overlay_version == 1
        with pytest.raises(CallError, match="UNKNOWN_ITEM"):
            asker.score([outfit])


def test_an_update_counts_in_what_is_told_of_bundles_before_anybody_has_asked_for_items(
    operator: BundleClient, server: BackgroundServer, outfit: list[str]
):
    operator.activate("first")
    with CatalogueClient(server.address) as catalogue, grpc.insecure_channel(server.address) as way:
        assert catalogue.delete(outfit[:1]).overlay_version == 1
        bundles = bundle_service_pb2_grpc.BundleServiceStub(way)
        listed = bundles.ListBundles(bundle_service_pb2.ListBundlesRequest(), timeout=PATIENCE_S)
        assert listed.provenance.overlay_version == 1


def test_a_server_that_starts_again_answers_from_the_bundle_that_was_active(
    folder: Path, outfit: list[str]
):
    with serving(folder) as server, BundleClient(server.address) as operator:
        operator.activate("first")
        second = operator.activate("second")
    with (
        serving(folder) as server,
        BundleClient(server.address) as operator,
        OutfitClient(server.address) as asker,
    ):
        assert asker.score([outfit]).bundle_id == second.bundle_id
        assert operator.roll_back().name == "first"


def test_a_server_of_several_bundles_says_which_ones_nobody_has_activated(
    folder: Path, caplog: pytest.LogCaptureFixture
):
    with serving(folder):
        (told,) = (record for record in caplog.records if "without a bundle" in record.message)
    assert told.message.startswith("started without a bundle")
    assert vars(told)["found"] == ["cut", "first", "newer", "second"]


def test_the_only_bundle_of_a_folder_is_active_from_the_start(
    folder: Path, tmp_path: Path, outfit: list[str]
):
    shutil.move(folder / "first", tmp_path / "alone" / "first")
    with serving(tmp_path / "alone") as server, OutfitClient(server.address) as asker:
        assert asker.score([outfit]).bundle_id


def test_a_server_whose_bundle_went_bad_starts_without_one_and_says_so(
    folder: Path, outfit: list[str], caplog: pytest.LogCaptureFixture
):
    (folder / ".activations.json").write_text(json.dumps(["first", "cut"]))
    with (
        serving(folder) as server,
        BundleClient(server.address) as operator,
        OutfitClient(server.address, deadline_s=60.0, attempts=1) as asker,
    ):
        with pytest.raises(CallError, match="NOT_LOADED"):
            asker.score([outfit])
        assert any(record.message == "started without a bundle" for record in caplog.records)
        assert operator.roll_back().name == "first"
        assert asker.score([outfit]).bundle_id


@pytest.mark.parametrize("content", [b"", b"[", b"7"])
def test_a_record_of_activations_that_cannot_be_read_is_begun_anew(folder: Path, content: bytes):
    (folder / ".activations.json").write_bytes(content)
    with serving(folder) as server, BundleClient(server.address) as operator:
        assert not any(bundle.active for bundle in operator.bundles())
        operator.activate("first")
    assert json.loads((folder / ".activations.json").read_bytes()) == ["first"]


def test_bundles_are_switched_though_the_folder_cannot_be_written_to(folder: Path):
    (folder / ".activations.json" / "in the way").mkdir(parents=True)
    with serving(folder) as server, BundleClient(server.address) as operator:
        first, second = operator.activate("first"), operator.activate("second")
        assert second.active
        assert operator.roll_back() == first


def test_a_server_of_one_bundle_has_no_bundles_to_switch(address: str):
    with BundleClient(address) as operator, pytest.raises(CallError) as caught:
        operator.bundles()
    assert caught.value.code is grpc.StatusCode.UNIMPLEMENTED
