"""A server as deploy/ starts it: its paths and ports are those of the test, all else stands there.

The volume holds two bundles of which none was ever activated, as a new one does.
"""

import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from serving.bundle_client import BundleClient
from serving.call_error import CallError
from serving.commands.redis_flag import REDIS_VARIABLE
from serving.security.key_file import write_keys
from serving.security.keys import ApiKey, Scope, new_secret, sha256_of
from tests.free_port import free_port
from tests.serving.redis_server import FLEETING, RedisServer
from tests.serving.repeated_calls import PATIENCE_S, wait_until
from tests.serving.security.certificates import Authority, trusting
from tests.test_deploy import COMMANDS, command, deployment

READER, OPERATOR = new_secret(), new_secret()


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def places(
    authority: Authority, tiny_bundle: Path, other_seed: Path, tmp_path: Path
) -> dict[str, str]:
    """What stands in the place of the paths and ports of deploy/."""
    bundles, keys, mine = tmp_path / "bundles", tmp_path / "keys.json", authority.issue()
    shutil.copytree(tiny_bundle, bundles / "spring")
    shutil.copytree(other_seed, bundles / "autumn")
    scopes = {READER: Scope.READ, OPERATOR: Scope.OPERATE}
    holders = [
        ApiKey(name=scope, sha256=sha256_of(secret), scopes=frozenset({scope}))
        for secret, scope in scopes.items()
    ]
    write_keys(keys, holders)
    return {
        "--bundles": str(bundles),
        "--updates": str(tmp_path / "updates"),
        "--tls-cert": str(mine.cert),
        "--tls-key": str(mine.key),
        "--keys": str(keys),
        "--port": str(free_port()),
        "--metrics-port": str(free_port()),
        "--log": str(tmp_path / "log"),
    }


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    server = RedisServer(tmp_path / "redis", *FLEETING)
    yield server.url
    server.kill()


def at_places(words: list[str], places: dict[str, str]) -> list[str]:
    """A command line with other paths and ports."""
    split = [part for word in words for part in word.split("=", 1)]
    return [places.get(flag, word) for flag, word in zip(["", *split], split, strict=False)]


@dataclass
class Deployed:
    address: str
    metrics_port: str

    def status(self, path: str) -> int:
        """What a probe is told."""
        url = f"http://127.0.0.1:{self.metrics_port}{path}"
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE_S) as page:
                return int(page.status)
        except urllib.error.HTTPError as error:
            return error.code


@contextmanager
def deployed(of: str, places: dict[str, str], redis_url: str) -> Iterator[Deployed]:
    """The server of one of `COMMANDS`; Kubernetes gives it the address of a Redis."""
    flags = at_places(command(of), places)
    if "--port" not in flags:  # the container listens where others do by default
        flags += ["--port", places["--port"]]
    environment = {REDIS_VARIABLE: redis_url} if of == "kubernetes" else {}
    with (
        Path(places["--log"]).open("w") as log,
        subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "serving", *flags],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=dict(environment, PATH="", OMP_NUM_THREADS="1"),
        ) as process,
    ):
        assert process.stdout is not None
        try:
            said = process.stdout.readline()
            assert said.startswith("serving no bundle on 0.0.0.0:"), Path(log.name).read_text()
            yield Deployed(f"127.0.0.1:{places['--port']}", places["--metrics-port"])
            process.terminate()
            assert process.wait(120) == 0
        finally:
            process.kill()


def probe(name: str) -> str:
    """The path that Kubernetes asks for."""
    (container,) = deployment()["containers"]
    return str(container[f"{name}Probe"]["httpGet"]["path"])


@pytest.mark.parametrize("of", COMMANDS)
def test_operators_choose_the_first_bundle_switch_and_roll_back(
    of: str, places: dict[str, str], authority: Authority, redis_url: str
):
    operator = trusting(authority, api_key=OPERATOR)
    with (
        deployed(of, places, redis_url) as server,
        BundleClient(server.address, credentials=operator) as client,
    ):
        refused_to_others(server, authority)
        # It is not killed while it waits for a bundle.
        wait_until(lambda: server.status(probe("startup")) == 200)
        assert server.status(probe("readiness")) == 503
        assert client.activate("spring").active
        wait_until(lambda: server.status(probe("readiness")) == 200)
        assert client.activate("autumn").active
        assert client.roll_back().name == "spring"
        assert [one.name for one in client.bundles() if one.active] == ["spring"]


def refused_to_others(server: Deployed, authority: Authority) -> None:
    """A key without the scope switches nothing."""
    reader = trusting(authority, api_key=READER)
    with (
        BundleClient(server.address, credentials=reader) as client,
        pytest.raises(CallError, match="PERMISSION_DENIED"),
    ):
        client.activate("spring")
