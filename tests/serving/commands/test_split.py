from pathlib import Path

import pytest
from cyclopts import CycloptsError

from data.dataset import Dataset
from data.errors import InputError
from serving.cli import app


def _run(data: Path, out: Path, flags: str) -> None:
    tokens = ["split", str(data), "--out", str(out), *flags.split()]
    app(tokens, exit_on_error=False, result_action="return_value")


def test_it_writes_a_dataset_and_prints_the_proof(
    tiny_shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _run(tiny_shop, tmp_path / "out", "--rule disjoint")
    printed = capsys.readouterr().out
    assert "train and valid 0, train and test 0, valid and test 0" in printed
    assert "a product stands in another split" in printed
    outfits = Dataset.load(tmp_path / "out").outfits
    per_item = outfits.select("item_id", "split").unique()
    assert per_item.height == outfits["item_id"].n_unique()


@pytest.mark.parametrize("flags", ["--rule disjoint", "--seed 1", "--valid 0.2", "--test 0.2"])
def test_every_flag_changes_the_split(flags: str, tiny_shop: Path, tmp_path: Path) -> None:
    _run(tiny_shop, tmp_path / "plain", "--rule nondisjoint")
    rule = "" if "--rule" in flags else "--rule nondisjoint "
    _run(tiny_shop, tmp_path / "other", rule + flags)
    plain, other = (Dataset.load(tmp_path / name).outfits for name in ("plain", "other"))
    assert not plain.equals(other)


@pytest.mark.parametrize("flags", ["--valid 0.6 --test 0.5", "--valid -0.1", "--test 1"])
def test_shares_that_leave_nothing_to_train_on_are_wrong_usage(
    flags: str, tiny_shop: Path, tmp_path: Path
) -> None:
    with pytest.raises(CycloptsError):
        _run(tiny_shop, tmp_path / "out", f"--rule disjoint {flags}")
    assert not (tmp_path / "out").exists()


def test_an_occupied_folder_is_refused(tiny_shop: Path) -> None:
    with pytest.raises(InputError, match="a new or empty folder"):
        _run(tiny_shop, tiny_shop, "--rule disjoint")
