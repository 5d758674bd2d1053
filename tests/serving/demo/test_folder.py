from pathlib import Path

import pytest

from data.errors import InputError
from serving.demo.folder import claim_folder


def test_a_new_folder_is_made(tmp_path: Path) -> None:
    claim_folder(tmp_path / "a" / "demo")

    assert (tmp_path / "a" / "demo").is_dir()


def test_what_an_earlier_demo_wrote_goes_and_all_else_stays(tmp_path: Path) -> None:
    claim_folder(tmp_path)
    (tmp_path / "data" / "images").mkdir(parents=True)
    (tmp_path / "data" / "images" / "a.jpg").write_text("picture")
    (tmp_path / ".bundle.12ab.tmp").mkdir()
    (tmp_path / "lookbook.html").write_text("page")
    (tmp_path / "notes.txt").write_text("mine")

    claim_folder(tmp_path)

    assert {entry.name for entry in tmp_path.iterdir()} == {".made-by-outfit-demo", "notes.txt"}


def test_a_link_goes_but_not_what_it_leads_to(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "photo.jpg").write_text("picture")
    demo = tmp_path / "demo"
    claim_folder(demo)
    (demo / "data").symlink_to(precious)

    claim_folder(demo)

    assert not (demo / "data").exists()
    assert (precious / "photo.jpg").is_file()


def test_a_folder_of_another_origin_is_refused_untouched(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()

    with pytest.raises(InputError, match="one that holds files of another origin"):
        claim_folder(tmp_path)

    assert [entry.name for entry in tmp_path.iterdir()] == ["data"]


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("text")

    with pytest.raises(InputError, match="got a file"):
        claim_folder(tmp_path / "demo")
