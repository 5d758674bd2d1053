from pathlib import Path

import pytest

from serving.security.file_stamp import stamp_of


def test_the_stamp_of_files_at_rest_stays(tmp_path: Path):
    file = tmp_path / "a"
    file.write_text("one")
    assert stamp_of(file) == stamp_of(file)


def test_a_file_put_in_the_place_of_another_is_another(tmp_path: Path):
    file, link, new = tmp_path / "a", tmp_path / "link", tmp_path / "b"
    file.write_text("one")
    link.symlink_to(file)
    before = stamp_of(link)
    new.write_text("two")
    new.replace(file)
    assert stamp_of(link) != before


def test_a_missing_file_has_none(tmp_path: Path):
    with pytest.raises(OSError, match="No such file"):
        stamp_of(tmp_path / "a")
