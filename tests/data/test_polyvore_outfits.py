import json
from pathlib import Path

import pytest

from data.dataset import Dataset
from data.errors import DuplicateError, InputError, SchemaError, UnknownItemError, UnreadableError
from data.imported import write_imported
from data.polyvore_outfits import read_category_names, read_metadata, read_polyvore_outfits
from data.questions import read_compatibility, read_fitb

RELEASE = Path(__file__).parents[3] / "shared" / "data" / "polyvore-outfits"

METADATA = {
    "11": {
        "title": "Day dress",
        "url_name": "url",
        "description": "long",
        "category_id": "4",
        "semantic_category": "all-body",
        "related": ["ignored"],
    },
    "12": {"title": "", "url_name": "blue boots", "category_id": "3"},
    "13": {"category_id": "", "semantic_category": "shoes"},
    "14": {"category_id": 77, "semantic_category": "gloves"},
    "15": {},
}
TRAIN = [
    {"set_id": "1", "items": [{"item_id": "12", "index": 2}, {"item_id": "11", "index": 1}]},
    {"set_id": "2", "items": [{"item_id": "13", "index": 1}, {"item_id": "13", "index": 2}]},
    {"set_id": "3", "items": [{"item_id": "11", "index": 1}]},
]
VALID = [{"set_id": 4, "items": [{"item_id": 11, "index": 1}, {"item_id": 14, "index": 3}]}]
CATEGORIES = (
    "category_id,sub_category,main_category\n3,dress,all-body\n4,dress ,all-body \n4,gown,x\n"
)


def write_release(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "train.json").write_text(json.dumps(TRAIN))
    (folder / "valid.json").write_text(json.dumps(VALID))
    write_metadata(folder)
    return folder


def write_metadata(folder: Path) -> None:
    (folder / "polyvore_item_metadata.json").write_text(json.dumps(METADATA))
    (folder / "categories.csv").write_text(CATEGORIES)


@pytest.fixture
def release(tmp_path: Path) -> Path:
    return write_release(tmp_path / "release")


def test_items_carry_what_the_metadata_says_of_them(release: Path) -> None:
    items = read_polyvore_outfits(release).items

    assert items.select("item_id", "title", "description", "category", "slot").rows() == [
        ("11", "Day dress", "long", "dress (4)", "all-body"),
        ("12", "blue boots", None, "dress (3)", "all-body"),
        ("13", None, None, "unknown", "shoes"),
        ("14", None, None, "unknown", None),
        ("15", None, None, "unknown", None),
    ]


def test_outfits_keep_split_and_position_also_where_they_repeat_an_item(release: Path) -> None:
    result = read_polyvore_outfits(release)

    assert result.outfits.rows() == [
        ("1", 1, "11", "train"),
        ("1", 2, "12", "train"),
        ("2", 1, "13", "train"),
        ("2", 2, "13", "train"),
        ("4", 1, "11", "valid"),
        ("4", 3, "14", "valid"),
    ]
    assert result.report["outfits_that_repeat_an_item"] == 1
    assert result.report["dropped"] == {"outfits of fewer than two items": 1}
    assert result.report["category_ids_without_name"] == {"77": 1}


def test_the_metadata_may_lie_above_the_split_as_in_the_release(tmp_path: Path) -> None:
    folder = write_release(tmp_path / "polyvore_outfits" / "disjoint")
    for name in ("polyvore_item_metadata.json", "categories.csv"):
        (folder / name).rename(folder.parent / name)
    (folder.parent / "images").mkdir()
    (folder.parent / "images" / "12.jpg").write_bytes(b"x")

    items = read_polyvore_outfits(folder).items

    assert items["category"][0] == "dress (4)"
    assert items["image"].to_list() == [
        None,
        str(folder.parent / "images" / "12.jpg"),
        None,
        None,
        None,
    ]


def test_without_category_names_the_slots_stay_known(release: Path) -> None:
    (release / "categories.csv").unlink()
    result = read_polyvore_outfits(release)

    assert result.items["category"].unique().to_list() == ["unknown"]
    assert result.items["slot"].to_list() == ["all-body", None, "shoes", None, None]
    assert result.report["category_ids_without_name"] == {"4": 1, "3": 1, "77": 1}


def test_categories_are_read_with_a_header_and_without(tmp_path: Path) -> None:
    file = tmp_path / "categories.csv"
    file.write_text(CATEGORIES)
    names = read_category_names(file)
    file.write_text(CATEGORIES.split("\n", 1)[1])

    assert names == {"3": "dress (3)", "4": "dress (4)"}
    assert read_category_names(file) == names


@pytest.mark.parametrize("line", ["five,dress,x", "5", "5, ,x"])
def test_a_wrong_line_of_categories_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "categories.csv"
    file.write_text(CATEGORIES + line + "\n")

    with pytest.raises(SchemaError, match="<id>,<name>,<slot>") as caught:
        read_category_names(file)

    assert caught.value.row == 4


@pytest.mark.parametrize(
    ("metadata", "error", "field"),
    [
        ("[1]", SchemaError, None),
        ("{}", UnreadableError, None),
        ("{", UnreadableError, None),
        ('{"1": {}, "2": 3}', SchemaError, "2"),
        ('{"1": {}, "2": {"title": ["x"]}}', SchemaError, "2.title"),
    ],
)
def test_wrong_metadata_is_refused(
    tmp_path: Path, metadata: str, error: type[InputError], field: str | None
) -> None:
    file = tmp_path / "polyvore_item_metadata.json"
    file.write_text(metadata)

    with pytest.raises(error) as caught:
        read_metadata(file)

    assert caught.value.file == file
    assert caught.value.field == field
    assert field is None or caught.value.row == 2


def test_absent_metadata_is_named(release: Path) -> None:
    (release / "polyvore_item_metadata.json").unlink()

    with pytest.raises(UnreadableError, match="polyvore_item_metadata"):
        read_polyvore_outfits(release)


def test_an_unknown_item_in_an_outfit_is_named(release: Path) -> None:
    unknown = {
        "set_id": "9",
        "items": [{"item_id": "11", "index": 1}, {"item_id": "99", "index": 2}],
    }
    (release / "valid.json").write_text(json.dumps([*VALID, unknown]))

    with pytest.raises(UnknownItemError, match="'99'") as caught:
        read_polyvore_outfits(release)

    assert (caught.value.row, caught.value.field) == (2, "items[1].item_id")


def test_an_item_without_identifier_is_named(release: Path) -> None:
    (release / "valid.json").write_text(json.dumps([{"set_id": "9", "items": [{"index": 1}]}]))

    with pytest.raises(SchemaError, match="got nothing") as caught:
        read_polyvore_outfits(release)

    assert caught.value.field == "items[0].item_id"


def test_a_set_in_two_splits_is_refused(release: Path) -> None:
    (release / "valid.json").write_text(json.dumps([TRAIN[0]]))

    with pytest.raises(DuplicateError, match="first in train"):
        read_polyvore_outfits(release)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("train_no_dup.json", "outfit import maryland"),
        ("disjoint", "name its `disjoint`"),
        ("nondisjoint", "name its `nondisjoint`"),
        ("notes.txt", "without them"),
    ],
)
def test_a_folder_of_another_kind_is_told(tmp_path: Path, name: str, hint: str) -> None:
    (tmp_path / name).mkdir()

    with pytest.raises(UnreadableError, match=hint):
        read_polyvore_outfits(tmp_path)


@pytest.mark.realdata
@pytest.mark.skipif(not RELEASE.exists(), reason=f"no release at {RELEASE}")
def test_the_release_and_its_questions_are_read_whole(tmp_path: Path) -> None:
    result = read_polyvore_outfits(RELEASE)
    write_imported(tmp_path / "set", result)
    dataset = Dataset.load(tmp_path / "set")

    assert result.report["outfits"] == {"train": 16995, "valid": 3000}
    assert dataset.items.height == 82843
    assert result.report["items_without"]["slot"] == 0  # type: ignore[index]
    assert dataset.items["category"].n_unique() > 140
    fitb = read_fitb(RELEASE / "fill_in_blank_valid.json", dataset)
    for question in fitb.questions:
        chosen = question.candidate_ids[question.answer]
        assert chosen.split("_")[0] == question.context_ids[0].split("_")[0]
    assert len(fitb.questions) + sum(fitb.dropped.values()) == 3000
    assert fitb.dropped
    pairs = read_compatibility(RELEASE / "compatibility_valid.txt", dataset)
    assert [question.label for question in pairs.questions].count(1) == 3000
