"""Memory, file descriptors and port of the machine that runs the tests."""

import resource
import socket
from collections.abc import Iterator

import pytest

from serving.doctor import machine_checks
from serving.doctor.machine_checks import check_descriptors, check_memory, check_port
from tests.free_port import free_port


@pytest.fixture
def descriptors() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize(("limit", "level"), [(256, "warning"), (1_024, "ok")])
@pytest.mark.usefixtures("descriptors")
def test_few_descriptors_are_a_warning(limit: int, level: str):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    finding = check_descriptors()
    assert (finding.level, finding.found) == (level, f"{limit} files may be open")


def test_a_port_is_free_until_somebody_listens_there():
    port = free_port()
    assert check_port("127.0.0.1", port).level == "ok"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        finding = check_port("127.0.0.1", port)
        metrics = check_port("127.0.0.1", port, "metrics-port")
    assert finding.level == "failure"
    assert "address already in use" in finding.found
    assert (metrics.check, "--metrics-port" in metrics.advice) == ("metrics port", True)


def test_a_host_of_another_machine_is_a_failure():
    assert check_port("192.0.2.1", free_port()).level == "failure"


def test_memory_is_compared_with_what_is_there():
    assert check_memory().level in {"ok", "warning"}


@pytest.mark.parametrize(
    ("limit", "level"), [("1048576", "failure"), ("max", "ok"), (f"{2**50}", "ok")]
)
def test_the_limit_of_a_container_counts(tmp_path, monkeypatch, limit: str, level: str):
    (tmp_path / "memory.max").write_text(f"{limit}\n")
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable:   1073741824 kB\n")
    monkeypatch.setattr(machine_checks, "LIMITS", (tmp_path / "memory.max",))
    monkeypatch.setattr(machine_checks, "MEMINFO", tmp_path / "meminfo")
    assert check_memory().level == level
