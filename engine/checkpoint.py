"""A checkpoint in a folder: tensors in safetensors, plain values in JSON, both or neither.

checkpoint.json names its tensors' file, is replaced in one move, and only then goes the older
file: whenever a run is killed, one whole checkpoint stands.
"""

import json
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from data.atomic import atomic_file
from data.errors import BundleError
from engine.state import State

LATEST = "checkpoint.json"
TENSORS = "checkpoint-{}.safetensors"


def write_checkpoint(folder: Path, state: State, *, epoch: int) -> None:
    """Put the state after an epoch in the place of an earlier one."""
    name = TENSORS.format(epoch)
    with atomic_file(folder / name) as path:
        tensors = {key: tensor.cpu().clone() for key, tensor in state.tensors.items()}
        save_file({key: tensor.contiguous() for key, tensor in tensors.items()}, path)
    with atomic_file(folder / LATEST) as path:
        path.write_text(json.dumps({"tensors": name, "scalars": dict(state.scalars)}) + "\n")
    for older in folder.glob(TENSORS.format("*")):
        if older.name != name:
            older.unlink()


def read_checkpoint(folder: Path) -> State | None:
    """The latest state; None where the run was stopped before there was any.

    Raises:
        BundleError: it is damaged.
    """
    path = folder / LATEST
    if not path.exists():
        return None
    try:
        latest = json.loads(path.read_bytes())
        tensors = load_file(folder / latest["tensors"])
        return State(tensors=tensors, scalars=latest["scalars"])
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise BundleError(f"{path}: expected a whole checkpoint, got {error}: damaged") from error
