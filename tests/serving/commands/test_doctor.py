import re
import shutil

from tests.serving.commands.test_call import outfit
from tests.serving.redis_server import RedisServer, free_port


def levels(printed: str) -> dict[str, str]:
    """Level by check."""
    return {
        check.strip(): level
        for level, check in re.findall(r"^(ok|warning|failure) +(.{14}) ", printed, re.MULTILINE)
    }


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
    assert printed.endswith("1 of 5 checks failed\n")


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
