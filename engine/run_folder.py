"""The folder of one training run: what it is, how it went, and how to go on with it.

RUN/
├── config.json        configuration, data, machine and versions; command and commit
├── metrics.jsonl      a line an epoch
└── checkpoint.json    the latest state, with checkpoint-<epoch>.safetensors
"""

import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from data.atomic import atomic_file, refuse_occupied
from data.errors import InputError, UnreadableError
from data.fingerprint import dataset_sha256
from engine.checkpoint import read_checkpoint, write_checkpoint
from engine.commit import commit
from engine.epoch import Epoch
from engine.parallel import num_processes, rank, wait_for_all
from engine.state import State
from engine.trained import best_device
from engine.training_config import TrainingConfig

CONFIG, METRICS = "config.json", "metrics.jsonl"
MUST_AGREE: Final = ("config", "data_sha256", "machine", "versions")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFolder:
    """A run that has begun; every process of it knows the folder, the first one writes.

    Args:
        going_on: whether the run was begun before.
    """

    path: Path
    going_on: bool

    @classmethod
    def begin(cls, path: Path, record: Mapping[str, Any]) -> "RunFolder":
        """A new run.

        Raises:
            InputError: the folder holds something already.
        """
        refuse_occupied(path)
        wait_for_all()
        if rank() == 0:
            with atomic_file(path / CONFIG) as config:
                config.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        wait_for_all()
        return cls(path=path, going_on=False)

    @classmethod
    def go_on(cls, path: Path, record: Mapping[str, Any]) -> "RunFolder":
        """A run that was stopped, on the same terms.

        Raises:
            InputError: it ran with another configuration, on other data or another machine.
            UnreadableError: there is no such run.
        """
        file = path / CONFIG
        begun = _read(file)
        for part in MUST_AGREE:
            for field, expected, got in _differences(part, begun.get(part), record[part]):
                raise InputError(
                    expected=f"{expected} as this run began with", got=got, file=file, field=field
                )
        wait_for_all()
        return cls(path=path, going_on=True)

    def save(self, state: State, history: Sequence[Epoch]) -> None:
        """Write where the run stands; a run killed at any moment goes on from what stood last."""
        if rank() > 0:
            return
        write_checkpoint(self.path, state, epoch=history[-1].number)
        with atomic_file(self.path / METRICS) as path:
            path.write_text("".join(json.dumps(epoch.described()) + "\n" for epoch in history))

    def latest(self) -> State | None:
        """Where the run stood; None before the end of its first epoch."""
        return read_checkpoint(self.path)


def run_record(data: Path, config: TrainingConfig, *, command: str) -> dict[str, Any]:
    """What config.json says of a run about to begin."""
    record = {
        "config": asdict(config),
        "data_sha256": dataset_sha256(data),
        "machine": {
            "device": best_device().type,
            "threads": torch.get_num_threads(),
            "processes": num_processes(),
        },
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": np.__version__,
        },
        "command": command,
        "commit": commit(),
    }
    return dict(json.loads(json.dumps(record)))


def _read(file: Path) -> dict[str, Any]:
    try:
        begun = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        got = "none" if not file.exists() else str(error)
        raise UnreadableError(expected="a run to resume", got=got, file=file) from error
    if not isinstance(begun, dict):
        raise UnreadableError(expected="a run to resume", got="no object", file=file)
    return begun


def _differences(field: str, expected: object, got: object) -> Iterator[tuple[str, str, str]]:
    """Fields whose values differ, with both."""
    if isinstance(expected, dict) and isinstance(got, dict):
        for key in {**expected, **got}:
            yield from _differences(f"{field}.{key}", expected.get(key), got.get(key))
    elif expected != got:
        yield field, json.dumps(expected), json.dumps(got)
