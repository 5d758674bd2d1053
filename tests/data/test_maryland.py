import json
from pathlib import Path

import pytest

from data.dataset import Dataset
from data.errors import DuplicateError, InputError, SchemaError, UnreadableError
from data.imported import write_imported
from data.maryland import read_category_names, read_maryland
from data.questions import read_compatibility, read_fitb

RELEASE = Path(__file__).parents[3] / "shared" / "data" / "maryland-polyvore"

TRAIN = [
    {
        "name": "a look",
        "views": 7,
        "set_id": "100",
        "items": [
            {"index": 1, "name": "blue dress", "categoryid": 3, "price": 12.5, "likes": 4},
            {"index": 3, "name": " ", "categoryid": 46, "price": -1, "likes": -2, "image": "http"},
            {"index": 4, "name": "odd", "categoryid": 999, "price": 0},
        ],
    },
    {"set_id": "101", "items": [{"index": 1, "name": "alone", "categoryid": 3}]},
    {"set_id": "102", "items": []},
]
VALID = [{"set_id": "200", "items": [{"index": 2}, {"index": 1, "categoryid": "46"}]}]
NAMES = "3 Dresses\n46 Sandals\n200 Lipstick\n"


@pytest.fixture
def release(tmp_path: Path) -> Path:
    folder = tmp_path / "release"
    folder.mkdir()
    (folder / "train_no_dup.json").write_text(json.dumps(TRAIN))
    (folder / "valid_no_dup.json").write_text(json.dumps(VALID))
    (folder / "category_id.txt").write_text(NAMES)
    return folder


def test_items_carry_what_the_release_says_of_them(release: Path) -> None:
    items = read_maryland(release).items.select(
        "item_id", "title", "category", "slot", "price", "popularity"
    )

    assert items.rows() == [
        ("100_1", "blue dress", "Dresses", "all-body", 12.5, 4.0),
        ("100_3", None, "Sandals", "shoes", None, None),
        ("100_4", "odd", "unknown", None, None, None),
        ("101_1", "alone", "Dresses", "all-body", None, None),
        ("200_2", None, "unknown", None, None, None),
        ("200_1", None, "Sandals", "shoes", None, None),
    ]


def test_outfits_keep_their_split_and_position_and_those_of_one_are_counted(
    release: Path,
) -> None:
    result = read_maryland(release)

    assert result.outfits.rows() == [
        ("100", 1, "100_1", "train"),
        ("100", 3, "100_3", "train"),
        ("100", 4, "100_4", "train"),
        ("200", 1, "200_1", "valid"),
        ("200", 2, "200_2", "valid"),
    ]
    assert result.report["dropped"] == {"outfits of fewer than two items": 2}


def test_unknown_categories_are_counted(release: Path) -> None:
    report = read_maryland(release).report

    assert report["category_ids_without_name"] == {"999": 1}
    assert report["items_without"]["category"] == 2  # type: ignore[index]


def test_without_category_names_the_ids_stay_apart(release: Path) -> None:
    (release / "category_id.txt").unlink()
    result = read_maryland(release)

    assert result.items["category"].to_list() == [
        "category 3",
        "category 46",
        "category 999",
        "category 3",
        "unknown",
        "category 46",
    ]
    assert result.report["category_ids_without_name"] == {"3": 2, "46": 2, "999": 1}


def test_any_of_the_splits_will_do(release: Path) -> None:
    (release / "train_no_dup.json").unlink()

    assert read_maryland(release).report["outfits"] == {"valid": 1}


def test_pictures_beside_the_release_are_found(release: Path) -> None:
    (release / "images" / "100").mkdir(parents=True)
    (release / "images" / "100" / "3.jpg").write_bytes(b"x")
    (release / "images" / "200_1.jpg").write_bytes(b"x")
    items = read_maryland(release).items

    found = dict(items.select("item_id", "image").drop_nulls().iter_rows())
    assert found == {
        "100_3": str(release / "images" / "100" / "3.jpg"),
        "200_1": str(release / "images" / "200_1.jpg"),
    }


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ([{"items": []}], "set_id"),
        ([{"set_id": "1"}], "items"),
        ([{"set_id": "1", "items": [3]}], "items[0]"),
        ([{"set_id": "1", "items": [{"name": "x"}]}], "items[0].index"),
        ([{"set_id": "1", "items": [{"index": "a"}]}], "items[0].index"),
        ([{"set_id": "1", "items": [{"index": 1, "price": "abc"}]}], "items[0].price"),
        ([{"set_id": "1", "items": [{"index": 1, "likes": float("inf")}]}], "items[0].likes"),
        ([{"set_id": "1", "items": [{"index": 1, "name": ["x"]}]}], "items[0].name"),
    ],
)
def test_a_wrong_field_is_named_with_file_and_row(
    release: Path, wrong: list[dict[str, object]], field: str
) -> None:
    (release / "valid_no_dup.json").write_text(json.dumps(VALID + wrong))

    with pytest.raises(SchemaError) as caught:
        read_maryland(release)

    assert caught.value.file == release / "valid_no_dup.json"
    assert (caught.value.row, caught.value.field) == (2, field)


def test_a_set_in_two_splits_is_refused(release: Path) -> None:
    (release / "valid_no_dup.json").write_text(json.dumps([*VALID, TRAIN[0]]))

    with pytest.raises(DuplicateError, match="'100' again, first in train") as caught:
        read_maryland(release)

    assert (caught.value.row, caught.value.field) == (2, "set_id")


def test_an_index_that_stands_twice_in_a_set_is_refused(release: Path) -> None:
    twice = [{"set_id": "5", "items": [{"index": 1}, {"index": 1}]}]
    (release / "train_no_dup.json").write_text(json.dumps(twice))

    with pytest.raises(DuplicateError, match="1 again") as caught:
        read_maryland(release)

    assert caught.value.field == "items[1].index"


@pytest.mark.parametrize("content", ["", "[]", '[{"set_id": '])
def test_an_empty_or_broken_file_is_unreadable(release: Path, content: str) -> None:
    (release / "train_no_dup.json").write_text(content)

    with pytest.raises(UnreadableError, match="train_no_dup"):
        read_maryland(release)


def test_a_folder_of_another_kind_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="got nothing"):
        read_maryland(tmp_path / "none")
    with pytest.raises(UnreadableError, match=r"any of train_no_dup\.json.*a folder without them"):
        read_maryland(tmp_path)
    (tmp_path / "polyvore_item_metadata.json").write_text("{}")
    with pytest.raises(UnreadableError, match="outfit import polyvore-outfits"):
        read_maryland(tmp_path)
    with pytest.raises(UnreadableError, match="got a file"):
        read_maryland(tmp_path / "polyvore_item_metadata.json")


@pytest.mark.parametrize(
    ("text", "error", "row"),
    [
        ("3 Dresses\nSandals 46\n", SchemaError, 2),
        ("3\n", SchemaError, 1),
        ("3 Dresses\n3 Gowns\n", DuplicateError, 2),
    ],
)
def test_a_wrong_line_of_category_names_is_named(
    tmp_path: Path, text: str, error: type[InputError], row: int
) -> None:
    (tmp_path / "category_id.txt").write_text(text)

    with pytest.raises(error) as caught:
        read_category_names(tmp_path / "category_id.txt")

    assert caught.value.row == row


@pytest.mark.realdata
@pytest.mark.skipif(not RELEASE.exists(), reason=f"no release at {RELEASE}")
def test_the_release_and_its_questions_are_read_whole(tmp_path: Path) -> None:
    result = read_maryland(RELEASE)
    write_imported(tmp_path / "set", result)
    dataset = Dataset.load(tmp_path / "set")

    assert result.report["outfits"] == {"train": 16994, "valid": 1497}
    assert result.report["items_without"]["category"] == 0  # type: ignore[index]
    assert len(dataset.outfit_rows("train")) == 16994
    assert dataset.items["title"].drop_nulls().str.len_chars().min() > 0  # type: ignore[operator]
    fitb = read_fitb(RELEASE / "fill_in_blank_valid_same_category.json", dataset)
    pairs = read_compatibility(RELEASE / "fashion_compatibility_valid_random.txt", dataset)
    categories = dataset.items["category"]
    assert len(fitb.questions) + sum(fitb.dropped.values()) == 1460
    assert {len({categories[row] for row in q.candidates}) for q in fitb.questions} == {1}
    assert [q.label for q in pairs.questions].count(1) == 1497
