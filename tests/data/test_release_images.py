from pathlib import Path

import polars as pl

from data.release_images import with_images


def test_pictures_are_found_by_item_and_by_set_and_index(tmp_path: Path) -> None:
    (tmp_path / "5").mkdir()
    (tmp_path / "5" / "2.jpg").write_bytes(b"x")
    (tmp_path / "7.jpg").write_bytes(b"x")
    (tmp_path / "8.png").write_bytes(b"x")

    items = with_images(pl.DataFrame({"item_id": ["7", "8", "5_2", "9"]}), tmp_path)

    assert items["image"].to_list() == [
        str(tmp_path / "7.jpg"),
        None,
        str(tmp_path / "5" / "2.jpg"),
        None,
    ]


def test_without_a_folder_no_item_has_a_picture(tmp_path: Path) -> None:
    items = with_images(pl.DataFrame({"item_id": ["7"]}), tmp_path / "none")

    assert items["image"].to_list() == [None]
    assert items.schema["image"] == pl.String
