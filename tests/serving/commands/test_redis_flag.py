"""An address of Redis with a password, given where no list of processes shows it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.requests import ItemContent, Upsert
from serving.catalogue_client import CatalogueClient
from serving.cli import app
from serving.commands.redis_flag import REDIS_VARIABLE
from tests.free_port import free_port
from tests.serving.commands.test_call import outfit
from tests.serving.redis_server import FLEETING, RedisServer
from tests.serving.repeated_calls import PATIENCE_S

WORD = "a-word-for-redis"


def given(*line: str) -> str | None:
    _, bound, _ = app.parse_args(["serve", "bundle", *line], exit_on_error=False)
    return bound.arguments["kept"].redis if "kept" in bound.arguments else None


def test_the_variable_is_read_where_the_flag_is_absent(monkeypatch: pytest.MonkeyPatch):
    assert given() is None
    monkeypatch.setenv(REDIS_VARIABLE, "redis://of-the-variable")
    assert given() == "redis://of-the-variable"
    assert given("--redis", "redis://of-the-flag") == "redis://of-the-flag"


def test_an_empty_variable_is_refused_instead_of_serving_without_redis(
    tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv(REDIS_VARIABLE, "")
    assert outfit(monkeypatch, f"serve {tiny_bundle} --port 0") == 1
    assert "field 'redis': expected an address" in capsys.readouterr().err


def test_a_doctor_reads_the_variable_as_well(
    tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv(REDIS_VARIABLE, f"redis://:{WORD}@127.0.0.1:{free_port()}")
    assert outfit(monkeypatch, f"doctor {tiny_bundle} --port {free_port()}") == 1
    printed = capsys.readouterr().out
    assert "failure  redis" in printed
    assert WORD not in printed


def test_a_server_with_the_variable_keeps_updates_there_and_tells_nobody_its_password(
    tiny_bundle: Path, tmp_path: Path
):
    redis = RedisServer(tmp_path / "redis", *FLEETING, "--requirepass", WORD)
    url = f"redis://:{WORD}@127.0.0.1:{redis.port}/0"
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "serving", "serve", str(tiny_bundle), "--port", "0"],
        env={**os.environ, REDIS_VARIABLE: url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            said = process.stdout.readline()
            listed = Path(f"/proc/{process.pid}/cmdline").read_text("utf-8")
            with CatalogueClient(said.split()[-1]) as catalogue:
                category = catalogue.categories().categories[0].category
                new = Upsert(item_id="new", content=ItemContent(category=category))
                assert catalogue.upsert([new]).overlay_version == 1
            redis.kill()
            process.terminate()
            _, log = process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()
            redis.kill()
    assert "UpsertItems" in log
    assert WORD not in said + listed + log
