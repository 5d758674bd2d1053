"""The best epoch so far: its figure and its weights, to come back to when training ends."""

import copy

from torch import Tensor

from engine.models.model import Model
from engine.state import State


class BestEpoch:
    """Remembers the weights of the epoch with the highest figure, the first of equals.

    Attributes:
        number: of that epoch.
        figure: of that epoch.
        weights: of that epoch, by name.
    """

    def __init__(self) -> None:
        self.number, self.figure = 0, -1.0
        self.weights: dict[str, Tensor] = {}

    def offer(self, model: Model, *, number: int, figure: float) -> bool:
        """Whether the model as it is now is better than at every epoch before; then keep it."""
        if figure <= self.figure:
            return False
        self.number, self.figure = number, figure
        self.weights = copy.deepcopy(model.state_dict())
        return True

    def epochs_since(self, number: int) -> int:
        """How many epochs up to `number` brought nothing better; 0 until one is offered."""
        return number - self.number if self.weights else 0

    def bring_back(self, model: Model) -> None:
        """Set the model back to what it was at that epoch."""
        model.load_state_dict(self.weights)

    def state(self) -> State:
        """All of it."""
        return State(tensors=self.weights, scalars={"number": self.number, "figure": self.figure})

    def restore(self, state: State) -> None:
        """Remember what another one did."""
        self.number, self.figure = state.scalars["number"], state.scalars["figure"]
        self.weights = dict(state.tensors)
