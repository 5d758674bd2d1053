from pathlib import Path

import pytest

from data.atomic import atomic_file, atomic_folder, put_folder
from data.errors import InputError


def test_a_file_appears_whole_with_what_was_written(tmp_path: Path) -> None:
    with atomic_file(tmp_path / "new" / "a.json") as temporary:
        temporary.write_text("1")
        assert not (tmp_path / "new" / "a.json").exists()
        assert temporary.suffix == ".json"

    assert (tmp_path / "new" / "a.json").read_text() == "1"
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["a.json"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    target.write_text("old")

    def write_half() -> None:
        with atomic_file(target) as temporary:
            temporary.write_text("half")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        write_half()

    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_that_is_never_written_is_misuse(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="never written"), atomic_file(tmp_path / "a.json"):
        pass


def test_a_new_file_has_the_rights_of_any_other(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("x")
    with atomic_file(tmp_path / "a") as temporary:
        temporary.write_text("x")

    assert (tmp_path / "a").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_folder_appears_whole_with_its_subfolders(tmp_path: Path) -> None:
    with atomic_folder(tmp_path / "deep" / "set") as temporary:
        (temporary / "images").mkdir()
        (temporary / "images" / "a.txt").write_text("x")
        assert not (tmp_path / "deep" / "set").exists()

    assert (tmp_path / "deep" / "set" / "images" / "a.txt").read_text() == "x"
    assert [entry.name for entry in (tmp_path / "deep").iterdir()] == ["set"]


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    with atomic_folder(tmp_path / "set") as temporary:
        (temporary / "a").write_text("x")

    assert (tmp_path / "set" / "a").exists()


def test_an_occupied_folder_is_refused_and_stays(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "old").write_text("x")

    with pytest.raises(InputError, match="holds files"), atomic_folder(tmp_path / "set"):
        pytest.fail("the block must not run")

    assert (tmp_path / "set" / "old").exists()


def test_a_folder_does_not_take_the_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "set").write_text("x")

    with (
        pytest.raises(InputError, match="got a file"),
        atomic_folder(tmp_path / "set", replace=True),
    ):
        pytest.fail("the block must not run")


def test_an_occupied_folder_is_replaced_on_request_only_by_success(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "old").write_text("x")

    def write_half() -> None:
        with atomic_folder(tmp_path / "set", replace=True) as temporary:
            (temporary / "new").write_text("x")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        write_half()
    assert [entry.name for entry in (tmp_path / "set").iterdir()] == ["old"]

    with atomic_folder(tmp_path / "set", replace=True) as temporary:
        (temporary / "new").write_text("x")
    assert [entry.name for entry in (tmp_path / "set").iterdir()] == ["new"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["set"]


def test_a_folder_filled_meanwhile_by_another_is_not_overwritten(tmp_path: Path) -> None:
    def write_too_late() -> None:
        with atomic_folder(tmp_path / "set") as temporary:
            (temporary / "mine").write_text("x")
            (tmp_path / "set").mkdir()
            (tmp_path / "set" / "theirs").write_text("x")

    with pytest.raises(InputError, match="holds files"):
        write_too_late()

    assert [entry.name for entry in (tmp_path / "set").iterdir()] == ["theirs"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["set"]


def test_the_old_folder_comes_back_where_the_new_one_cannot_be_moved(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "old").write_text("x")

    with pytest.raises(FileNotFoundError):
        put_folder(tmp_path / "gone", tmp_path / "set")

    assert [entry.name for entry in (tmp_path / "set").iterdir()] == ["old"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["set"]


def test_a_link_to_a_folder_stays_a_link_and_links_inside_are_kept(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "old").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "real")

    with atomic_folder(tmp_path / "link", replace=True) as temporary:
        (temporary / "dangling").symlink_to(tmp_path / "nowhere")

    assert (tmp_path / "link").is_symlink()
    assert [entry.name for entry in (tmp_path / "real").iterdir()] == ["dangling"]


def test_the_folder_one_stands_in_may_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "set").mkdir()
    monkeypatch.chdir(tmp_path / "set")
    with atomic_folder(Path()) as temporary:
        (temporary / "a").write_text("x")

    assert (tmp_path / "set" / "a").exists()
