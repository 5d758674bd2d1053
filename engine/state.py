"""What something that changes is at one moment, fit for files: tensors, and what JSON can hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class State:
    """Tensors and plain values by name; `/` in a name parts what it belongs to from what it is.

    Args:
        tensors: by name.
        scalars: by name, as JSON gives them back: numbers, strings, lists, dicts with string keys.
    """

    tensors: Mapping[str, Tensor]
    scalars: Mapping[str, Any]

    def part(self, name: str) -> "State":
        """What was joined under that name."""
        start = f"{name}/"
        return State(
            tensors={
                key.removeprefix(start): value
                for key, value in self.tensors.items()
                if key.startswith(start)
            },
            scalars={
                key.removeprefix(start): value
                for key, value in self.scalars.items()
                if key.startswith(start)
            },
        )


def join_states(parts: Mapping[str, State]) -> State:
    """One state that holds the given ones by name."""
    return State(
        tensors={
            f"{name}/{key}": value
            for name, part in parts.items()
            for key, value in part.tensors.items()
        },
        scalars={
            f"{name}/{key}": value
            for name, part in parts.items()
            for key, value in part.scalars.items()
        },
    )
