import re
import shutil
import socket
from pathlib import Path

import pytest

from serving.cli import app
from serving.commands.doctor import doctor
from serving.commands.redis_flag import REDIS_VARIABLE
from tests.free_port import free_port
from tests.serving.commands.test_call import outfit
from tests.serving.redis_server import RedisServer
from tests.serving.security.certificates import lasting
from tests.test_deploy import COMMANDS, command


def levels(printed: str) -> dict[str, str]:
    """Level by check."""
    return {
        check.strip(): level
        for level, check in re.findall(r"^(ok|warning|failure) +(.{14}) ", printed, re.MULTILINE)
    }


@pytest.fixture(autouse=True)
def no_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(REDIS_VARIABLE, raising=False)


def test_a_good_bundle_is_examined_and_nothing_fails(tiny_bundle, monkeypatch, capsys) -> None:
    assert outfit(monkeypatch, f"doctor {tiny_bundle} --port {free_port()}") == 0
    found = levels(capsys.readouterr().out)
    assert {"files", "answers", "vectors", "memory", "descriptors", "port"} <= found.keys()
    assert "redis" not in found
    assert "failure" not in found.values()


def test_a_corrupt_bundle_fails_and_the_rest_is_examined_all_the_same(
    tiny_bundle, tmp_path, monkeypatch, capsys
) -> None:
    folder = shutil.copytree(tiny_bundle, tmp_path / "bundle")
    (folder / "items.parquet").write_bytes(b"PAR1")
    assert outfit(monkeypatch, f"doctor {folder} --port {free_port()}") == 1
    printed = capsys.readouterr().out
    assert levels(printed)["files"] == "failure"
    assert levels(printed)["port"] == "ok"
    assert "items.parquet" in printed
    assert printed.endswith("1 of 6 checks failed\n")


def test_all_that_a_protected_server_with_a_folder_of_bundles_needs_is_examined(
    tiny_bundle: Path, tmp_path: Path, monkeypatch, capsys
) -> None:
    shutil.copytree(tiny_bundle, tmp_path / "bundles" / "spring")
    mine, keys = lasting(tmp_path, days=5), tmp_path / "keys.json"
    assert outfit(monkeypatch, f"keys add shop --scope read --keys {keys}") == 0
    capsys.readouterr()
    line = f"--bundles {tmp_path / 'bundles'} --host 0.0.0.0 --port {free_port()}"
    line += f" --tls-cert {mine.cert} --tls-key {mine.key} --keys {keys}"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        line += f" --metrics-port {taken.getsockname()[1]} --grace-s 5"
        assert outfit(monkeypatch, f"doctor {line}") == 1
    found = levels(capsys.readouterr().out)
    assert found["bundles"] == found["answers"] == found["updates"] == found["keys"] == "ok"
    assert found["tls"] == "warning"
    assert found["metrics port"] == "failure"


@pytest.mark.parametrize("of", COMMANDS)
def test_the_command_lines_of_deploy_can_be_examined_as_they_are(of: str) -> None:
    words = ["doctor", *command(of)[1:]]
    called, _, _ = app.parse_args(words, exit_on_error=False, print_error=False)
    assert called is doctor


def test_a_bundle_or_a_folder_of_them_is_wanted(monkeypatch, capsys) -> None:
    assert outfit(monkeypatch, "doctor") == 1
    assert "got neither" in capsys.readouterr().err


def test_redis_is_examined_where_its_address_is_given(
    tiny_bundle, shared_redis: RedisServer, monkeypatch, capsys
) -> None:
    line = f"doctor {tiny_bundle} --port {free_port()} --redis"
    assert outfit(monkeypatch, f"{line} {shared_redis.url}") == 0
    assert levels(capsys.readouterr().out)["redis"] == "ok"
    assert outfit(monkeypatch, f"{line} redis://127.0.0.1:{free_port()}") == 1
    assert levels(capsys.readouterr().out)["redis"] == "failure"


def test_the_help_shows_a_runnable_example(monkeypatch, capsys) -> None:
    assert outfit(monkeypatch, "doctor --help") == 0
    printed = " ".join(re.sub(r"[│╭╮╰╯─]", " ", capsys.readouterr().out).split())
    assert "Example: outfit doctor demo/bundle --redis redis://127.0.0.1:6379" in printed
