"""Wire tests of the switches and scopes, over all services."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import grpc
import pytest

from data.errors import SchemaError, UnreadableError
from serving.bundle_client import BundleClient
from serving.call_error import CallError
from serving.catalogue_client import CatalogueClient
from serving.client import OutfitClient
from serving.engine_slot import EngineSlot
from serving.security.channel import Credentials
from serving.security.enforcement import access_guard, port_credentials
from serving.security.key_file import write_keys
from serving.security.keys import ApiKey, Scope, new_secret, sha256_of
from serving.security.protection import Protection
from serving.server_config import ServerConfig
from serving.server_parts import Parts
from tests.serving.background_server import background_server_of
from tests.serving.memory_log import MemoryLog
from tests.serving.planted_shop import PlantedShop
from tests.serving.security.certificates import Authority, protected
from tests.serving.test_server import run_once

LET_IN = {
    Scope.READ: grpc.StatusCode.OK,
    Scope.WRITE: grpc.StatusCode.INVALID_ARGUMENT,
    Scope.OPERATE: grpc.StatusCode.OK,
}
SECRETS = {scope: new_secret() for scope in Scope}


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A key for each scope."""
    path = tmp_path / "keys.json"
    write_keys(
        path,
        [
            ApiKey(name=scope, sha256=sha256_of(secret), scopes=frozenset({scope}))
            for scope, secret in SECRETS.items()
        ],
    )
    return path


@contextmanager
def serving(tmp_path: Path, protection: Protection) -> Iterator[str]:
    """A server of all services, which may switch between no bundles."""
    bundles = tmp_path / "bundles"
    bundles.mkdir()

    def load(folder: Path) -> PlantedShop:
        raise AssertionError(folder)

    def parts() -> Parts:
        return Parts(slot=EngineSlot(PlantedShop()), log=MemoryLog(), bundles=(bundles, load))

    config = ServerConfig(port=0, protection=protection)
    with background_server_of(parts, config) as server:
        yield server.address


@contextmanager
def calls(address: str, secret: str | None) -> Iterator[dict[Scope, Callable[[], object]]]:
    """A call of each scope; that of write is let in to be found empty."""
    credentials = Credentials(api_key=secret)
    with ExitStack() as stack:
        asker, editor, operator = (
            stack.enter_context(kind(address, credentials=credentials))
            for kind in (OutfitClient, CatalogueClient, BundleClient)
        )
        yield {
            Scope.READ: lambda: asker.score([["navy-shirt"]]),
            Scope.WRITE: lambda: editor.delete([]),
            Scope.OPERATE: operator.bundles,
        }


def code_of(call: Callable[[], object]) -> grpc.StatusCode:
    try:
        call()
    except CallError as error:
        return error.code
    return grpc.StatusCode.OK


def test_each_key_may_call_the_methods_of_its_scope_over_all_services(tmp_path: Path, keys: Path):
    with serving(tmp_path, Protection(keys=keys)) as address:
        for scope, secret in SECRETS.items():
            with calls(address, secret) as ways:
                codes = {needed: code_of(call) for needed, call in ways.items()}
            denied = dict.fromkeys(Scope, grpc.StatusCode.PERMISSION_DENIED)
            assert codes == denied | {scope: LET_IN[scope]}


def test_without_a_key_no_service_answers(tmp_path: Path, keys: Path):
    with serving(tmp_path, Protection(keys=keys)) as address, calls(address, None) as ways:
        codes = {code_of(call) for call in ways.values()}
    assert codes == {grpc.StatusCode.UNAUTHENTICATED}


def test_on_loopback_without_keys_every_service_answers(tmp_path: Path):
    with serving(tmp_path, Protection()) as address, calls(address, None) as ways:
        assert {scope: code_of(call) for scope, call in ways.items()} == LET_IN


def test_operator_calls_are_refused_where_they_are_switched_off(tmp_path: Path):
    protection = Protection(operator_calls=False)
    with serving(tmp_path, protection) as address, calls(address, None) as ways:
        assert code_of(ways[Scope.OPERATE]) is grpc.StatusCode.PERMISSION_DENIED
        assert code_of(ways[Scope.READ]) is grpc.StatusCode.OK


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104 - for a moment
def test_a_server_does_not_listen_beyond_this_machine_unprotected(host: str):
    with pytest.raises(SchemaError, match="--allow-unprotected"):
        run_once(ServerConfig(host=host, port=0))
    run_once(ServerConfig(host=host, port=0, protection=Protection(allow_unprotected=True)))


def test_files_that_cannot_be_used_keep_a_server_from_starting(tmp_path: Path):
    authority = Authority(tmp_path)
    identity, none = authority.issue(), tmp_path / "none"
    for protection in (Protection(keys=none), protected(identity, client_ca=none)):
        with pytest.raises(UnreadableError, match=str(none)):
            run_once(ServerConfig(port=0, protection=protection))


def test_a_burst_is_a_second_of_the_rate_unless_it_is_given(keys: Path):
    for rate, given, burst in ((7.0, None, 7), (0.1, None, 1), (7.0, 3, 3)):
        protection = Protection(keys=keys, rate_limit=rate, rate_burst=given)
        access = access_guard(protection, "127.0.0.1")._access
        began, passed = time.monotonic(), 0
        while access.wait_s("shop") == 0:
            passed += 1
        assert burst <= passed <= burst + rate * (time.monotonic() - began)


def test_calls_are_in_clear_without_a_certificate():
    assert port_credentials(Protection()) is None
