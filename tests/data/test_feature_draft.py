from pathlib import Path

import numpy as np
import pytest

from data.feature_draft import FeatureDraft, open_draft


def _filled(folder: Path) -> FeatureDraft:
    draft = open_draft(folder, "text", "key", (3, 2))
    draft.put(np.array([2]), np.ones((1, 2), np.float32), np.array([True]), done=1)
    return draft


def test_a_new_draft_is_empty(tmp_path: Path) -> None:
    draft = open_draft(tmp_path, "text", "key", (3, 2))
    assert draft.done == 0
    assert not draft.vectors.any()
    assert not draft.present.any()


def test_a_draft_goes_on_where_it_was(tmp_path: Path) -> None:
    _filled(tmp_path)
    again = open_draft(tmp_path, "text", "key", (3, 2))
    assert again.done == 1
    assert again.present.tolist() == [False, False, True]
    assert again.vectors.tolist() == [[0, 0], [0, 0], [1, 1]]


@pytest.mark.parametrize(("key", "shape"), [("other", (3, 2)), ("key", (3, 4)), ("key", (4, 2))])
def test_a_draft_of_something_else_starts_again(
    tmp_path: Path, key: str, shape: tuple[int, int]
) -> None:
    _filled(tmp_path)
    again = open_draft(tmp_path, "text", key, shape)
    assert again.done == 0
    assert again.vectors.shape == shape
    assert not again.present.any()


@pytest.mark.parametrize("name", ["draft.json", "vectors.npy", "present.npy"])
def test_a_damaged_draft_starts_again(tmp_path: Path, name: str) -> None:
    (_filled(tmp_path).folder / name).write_bytes(b"[]")
    assert open_draft(tmp_path, "text", "key", (3, 2)).done == 0


def test_a_discarded_draft_leaves_nothing(tmp_path: Path) -> None:
    _filled(tmp_path).discard()
    assert list((tmp_path / "features").iterdir()) == []
