import pytest
import torch

from data.errors import BundleError
from engine.checkpoint import LATEST, read_checkpoint, write_checkpoint
from engine.state import State


def state(number: float) -> State:
    tensors = {"w": torch.full((2, 3), number).T, "step": torch.tensor(number)}
    return State(tensors=tensors, scalars={"figure": number / 3, "groups": [{"lr": 0.1}]})


def assert_is(read: State | None, number: float) -> None:
    assert read is not None
    assert read.scalars == state(number).scalars
    for name, tensor in state(number).tensors.items():
        assert read.tensors[name].equal(tensor)


def test_the_latest_state_comes_back_whole_and_older_ones_go(tmp_path) -> None:
    for epoch in range(3):
        write_checkpoint(tmp_path, state(epoch), epoch=epoch)
        assert_is(read_checkpoint(tmp_path), epoch)
    assert {path.name for path in tmp_path.iterdir()} == {LATEST, "checkpoint-2.safetensors"}


def test_tensors_that_share_memory_are_kept_as_two(tmp_path) -> None:
    both = torch.arange(6.0)
    shared = State(tensors={"all": both, "some": both[2:4]}, scalars={})
    write_checkpoint(tmp_path, shared, epoch=0)
    read = read_checkpoint(tmp_path)
    assert read is not None
    assert read.tensors["some"].tolist() == [2.0, 3.0]


def test_without_a_checkpoint_there_is_none(tmp_path) -> None:
    assert read_checkpoint(tmp_path) is None


def test_killed_before_the_json_is_moved_the_older_checkpoint_stands(tmp_path) -> None:
    write_checkpoint(tmp_path, state(1), epoch=1)
    (tmp_path / "checkpoint-2.safetensors").write_bytes(b"whole or not")
    (tmp_path / ".checkpoint-3.0f.tmp.safetensors").write_bytes(b"half")
    assert_is(read_checkpoint(tmp_path), 1)


@pytest.mark.parametrize("damaged", [LATEST, "checkpoint-0.safetensors"])
@pytest.mark.parametrize("content", [b"", b"{}", None])
def test_a_damaged_checkpoint_is_refused_by_name(tmp_path, damaged: str, content) -> None:
    write_checkpoint(tmp_path, state(0), epoch=0)
    if content is None and damaged == LATEST:
        (tmp_path / damaged).write_text("[]")
    elif content is None:
        (tmp_path / damaged).unlink()
    else:
        (tmp_path / damaged).write_bytes(content)
    with pytest.raises(BundleError, match=r"checkpoint\.json.*damaged"):
        read_checkpoint(tmp_path)
