import os
import stat
from pathlib import Path

import pytest

from data.errors import InputError
from serving.security.secret_file import new_secret_file


def test_a_secret_is_written_for_its_owner_alone(tmp_path: Path):
    with new_secret_file(tmp_path / "key", "abc"):
        pass
    assert (tmp_path / "key").read_text() == "abc\n"
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_what_is_there_stays_as_it_was(tmp_path: Path):
    (tmp_path / "key").write_text("old")
    with pytest.raises(InputError, match=r"key: expected a new file.*exists"):
        new_secret_file(tmp_path / "key", "abc").__enter__()
    assert (tmp_path / "key").read_text() == "old"
    with pytest.raises(InputError, match="No such file"):
        new_secret_file(tmp_path / "none" / "key", "abc").__enter__()


def test_nothing_is_left_where_the_block_or_the_disk_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with pytest.raises(KeyError), new_secret_file(tmp_path / "key", "abc"):
        raise KeyError

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="No space left"):
        new_secret_file(tmp_path / "key", "abc").__enter__()
    assert list(tmp_path.iterdir()) == []
