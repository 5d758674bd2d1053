"""The commands of docs/service.md from a clone to a protected server, run as they stand there."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.free_port import free_port

ROOT = Path(__file__).parents[1]
SERVICE = (ROOT / "docs/service.md").read_text("utf-8")


def documented() -> list[str]:
    """The lines of the two blocks that follow `From a fresh clone`."""
    _, _, rest = SERVICE.partition("From a fresh clone")
    first, second = re.findall(r"```bash\n(.*?)```", rest, re.DOTALL)[:2]
    return [*first.splitlines(), *second.splitlines()]


@pytest.fixture
def ports() -> dict[str, str]:
    """Free ports in the place of those that the text names."""
    return {"50051": str(free_port()), "6379": str(free_port())}


@pytest.fixture
def clone(tiny_bundle: Path, tmp_path: Path, ports: dict[str, str]) -> Iterator[Path]:
    """A folder in which `make demo` has run, but for a smaller bundle; its Redis ends with it."""
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "bundle").symlink_to(tiny_bundle)
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name, words in {"python": '"$@"', "outfit": '-m serving "$@"'}.items():
        program = programs / name
        program.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" {words}\n')
        program.chmod(0o700)
    yield tmp_path
    redis.Redis(port=int(ports["6379"]), retry=Retry(NoBackoff(), 0)).shutdown(nosave=True)


def on(ports: dict[str, str], line: str) -> str:
    """The line with the ports of the test."""
    for standard, free in ports.items():
        line = line.replace(standard, free)
    return line


def test_ten_commands_suffice():
    assert documented()[0] == "make demo"
    assert len(documented()) <= 10


def test_the_commands_lead_to_a_server_with_tls_a_key_and_a_redis(
    clone: Path, ports: dict[str, str]
):
    _, *lines = [on(ports, line) for line in documented()]
    (at,) = (number for number, line in enumerate(lines) if " serve " in line)
    before, serve, after = "\n".join(lines[:at]), lines[at], "\n".join(lines[at + 1 :])
    shell = ["bash", "-e", "-c"]
    subprocess.run([*shell, before], cwd=clone, check=True)  # noqa: S603 - our own text
    assert (clone / "demo" / "shop.key").stat().st_mode & 0o077 == 0
    with subprocess.Popen(  # noqa: S603 - our own text
        [*shell, f"exec {serve}"], cwd=clone, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            assert f"on 0.0.0.0:{ports['50051']}" in server.stdout.readline()
            done = subprocess.run(  # noqa: S603 - our own text
                [*shell, after], cwd=clone, check=True, capture_output=True, text=True
            )
        finally:
            server.terminate()
        assert server.wait(60) == 0
    assert "overlay version 1" in done.stdout
    assert "12.50" in done.stdout
    assert (clone / "demo" / "appendonly.aof").stat().st_size > 0
