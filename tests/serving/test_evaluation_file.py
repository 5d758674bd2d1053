from pathlib import Path

import pytest

from data.errors import DuplicateError
from serving.evaluation_file import Evaluation, bundle_entry
from tests.serving.evaluations import Said, evaluation, reports


@pytest.fixture(scope="module")
def said() -> list[dict]:
    return reports(Said())


def test_what_is_written_is_read_again(said, tmp_path: Path) -> None:
    written = evaluation({"a0": said, "a1": said})
    written.write(tmp_path / "out.json")
    assert Evaluation.read(tmp_path / "out.json") == written


def test_joined_evaluations_hold_every_bundle_once_and_all_reports(said) -> None:
    first, second = evaluation({"a0": said[:1]}), evaluation({"a0": said[1:], "b0": said})
    joined = Evaluation.join([first, second])
    assert [each["bundle_id"] for each in joined.bundles] == ["a0", "b0"]
    assert len(joined.files) == 4
    assert joined.command == "outfit evaluate\noutfit evaluate"


def test_one_bundle_judged_twice_on_one_file_cannot_be_joined(said) -> None:
    with pytest.raises(DuplicateError, match=r"a0 again on questions/blanks\.json"):
        Evaluation.join([evaluation({"a0": said}), evaluation({"a0": said[:1]})])


MANIFEST = {
    "bundle_id": "m-1",
    "model": "m",
    "seed": 3,
    "config": {"seed": 3, "epochs": 5},
    "files": {"training_items.parquet": "t", "model.safetensors": "w"},
}


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"seed": 4, "config": {"seed": 4, "epochs": 5}}, True),
        ({"files": {"training_items.parquet": "t", "model.safetensors": "v"}}, True),
        ({"config": {"seed": 3, "epochs": 6}}, False),
        ({"files": {"training_items.parquet": "u", "model.safetensors": "w"}}, False),
        ({"model": "n"}, False),
    ],
)
def test_bundles_are_of_one_recipe_where_the_seed_alone_differs(
    change: dict, *, same: bool
) -> None:
    first, other = (bundle_entry(Path("b"), each) for each in (MANIFEST, MANIFEST | change))
    assert (first["recipe"] == other["recipe"]) is same
