"""What two processes know of a folder that both activate in."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from serving.activations import Activations


@contextmanager
def no_more_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_what_one_remembers_the_other_catches_up_with_once(tmp_path: Path):
    one, other = Activations(tmp_path), Activations(tmp_path)
    one.remember(["first"])
    assert other.catch_up()
    assert other.names == ["first"]
    assert not other.catch_up()
    assert not one.catch_up()


def test_what_could_not_be_read_for_a_moment_is_caught_up_with_after_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    one, other = Activations(tmp_path), Activations(tmp_path)
    one.remember(["first"])
    with no_more_files():
        assert not other.catch_up()
        assert not other.catch_up()
    assert [record.message for record in caplog.records] == ["forgot which bundle was active"]
    assert other.catch_up()
    assert other.names == ["first"]


@pytest.mark.parametrize("content", [b"", b"[", b"7"])
def test_what_is_no_list_is_left_and_said_once(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
):
    one = Activations(tmp_path)
    one.remember(["first"])
    (tmp_path / ".activations.json").write_bytes(content)
    assert not any(one.catch_up() for _ in range(2))
    assert one.names == ["first"]
    assert len(caplog.records) == 1
