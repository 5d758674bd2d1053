"""`outfit serve` as a process."""

import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from serving.bundle_client import BundleClient
from serving.call_error import CallError
from serving.catalogue_client import CatalogueClient
from serving.client import OutfitClient
from serving.security.key_file import write_keys
from serving.security.keys import ApiKey, Scope, new_secret, sha256_of
from tests.free_port import free_port
from tests.serving.commands.test_call import outfit
from tests.serving.metrics.test_endpoint import get
from tests.serving.repeated_calls import PATIENCE_S
from tests.serving.security.certificates import Authority, trusting


def test_a_taken_port_is_one_line_of_error(tiny_bundle: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = subprocess.run(  # noqa: S603 - our own program
            [
                *(sys.executable, "-c", "from serving.cli import main; main()"),
                *("serve", str(tiny_bundle), "--port", address.rpartition(":")[2]),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 1
    told = "expected a free port on a host of this machine"
    assert done.stderr.splitlines()[-1] == f"outfit: field 'port': {told}, got {address}"


@pytest.mark.parametrize("flags", [[], ["a-bundle", "--bundles", "a-folder"]])
def test_one_bundle_or_one_folder_of_them_is_wanted(flags: list[str]) -> None:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", "from serving.cli import main; main()", "serve", *flags],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "expected a bundle, or --bundles with a folder of them" in done.stderr


@pytest.mark.parametrize(
    ("flags", "field"),
    [(["--host", "0.0.0.0"], "host"), (["--tls-cert", "a"], "tls_cert")],  # noqa: S104
)
def test_what_is_not_protected_is_one_line_of_error(
    flags: list[str],
    field: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert outfit(monkeypatch, f"serve no-bundle {' '.join(flags)}") == 1
    told = capsys.readouterr().err
    assert told.startswith(f"outfit: field '{field}': expected ")
    assert told.count("\n") == 1


def test_a_protected_server_answers_who_has_a_key(tiny_bundle: Path, tmp_path: Path) -> None:
    secret, keys = new_secret(), tmp_path / "keys.json"
    write_keys(
        keys, [ApiKey(name="shop", sha256=sha256_of(secret), scopes=frozenset({Scope.READ}))]
    )
    authority = Authority(tmp_path)
    mine = authority.issue()
    line = [
        *("serve", str(tiny_bundle), "--host", "0.0.0.0", "--port", "0"),  # noqa: S104
        *("--tls-cert", str(mine.cert), "--tls-key", str(mine.key), "--keys", str(keys)),
    ]
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", "from serving.cli import main; main()", *line],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            port = process.stdout.readline().rpartition(":")[2].strip()
            known = trusting(authority, api_key=secret)
            with CatalogueClient(f"127.0.0.1:{port}", credentials=known) as catalogue:
                assert catalogue.categories().categories
                with pytest.raises(CallError, match="FORBIDDEN"):
                    catalogue.delete(["any"])
            process.send_signal(signal.SIGTERM)
            _, log = process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()
    assert '"caller": "shop"' in log
    assert secret not in log


def test_a_folder_of_bundles_is_served_until_it_is_told_to_end(
    tiny_bundle: Path, tmp_path: Path
) -> None:
    shutil.copytree(tiny_bundle, tmp_path / "spring")
    line = ["serve", "--bundles", str(tmp_path), "--port", "0"]
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", "from serving.cli import main; main()", *line],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            address = process.stdout.readline().rpartition(" on ")[2].strip()
            with BundleClient(address) as client:
                assert [bundle.name for bundle in client.bundles() if bundle.active] == ["spring"]
            with CatalogueClient(address) as catalogue:
                gone = catalogue.delete([catalogue.categories().categories[0].category])
            assert (gone.overlay_version, len(gone.missing_item_ids)) == (0, 1)
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_S) == 0
        finally:
            process.kill()
    assert (tmp_path / ".updates" / "updates.log").is_file()


def test_a_server_tells_its_metrics_and_logs_its_calls_and_its_end_is_clean(
    tiny_bundle: Path, tmp_path: Path
) -> None:
    port, log = free_port(), tmp_path / "log"
    command = [sys.executable, "-c", "from serving.cli import main; main()", "serve"]
    command += [str(tiny_bundle), "--port", "0", "--updates", str(tmp_path / "updates")]
    command += ["--metrics-port", str(port), "--log-format", "text", "--notice-s", "0.2"]
    with (
        log.open("wb") as said,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True) as process,  # noqa: S603 - our own program
    ):
        assert process.stdout is not None
        try:
            address = process.stdout.readline().split()[-1]
            with OutfitClient(address) as client, pytest.raises(CallError, match="NOT_FOUND"):
                client.score([["no such item"]])
            metrics = get(port, "/metrics")
        finally:
            process.terminate()
        assert process.wait(PATIENCE_S) == 0
    assert 'code="NOT_FOUND",method="OutfitService/ScoreOutfits"' in metrics
    assert "outfit_overlay_connected 1.0" in metrics
    assert "outfit_cache_misses_total 1.0" in metrics
    (line,) = (line for line in log.read_text().splitlines() if " refused " in line)
    assert "INFO serving.interceptor refused request_id=" in line
    assert "method=/outfit.v1.OutfitService/ScoreOutfits code=NOT_FOUND duration_ms=" in line
