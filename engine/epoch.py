"""What one pass over the training outfits gave."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """One pass over the training outfits; number 0 is the model before any.

    Args:
        validation: figures by name, `mean` the one on which epochs are chosen.
        best: whether no earlier epoch that may be kept was as good, and this one may.
    """

    number: int
    loss: float
    validation: dict[str, float]
    best: bool
    seconds: float

    def described(self) -> dict[str, Any]:
        """What JSON can say of it: no loss is null."""
        return {**asdict(self), "loss": None if math.isnan(self.loss) else self.loss}

    @classmethod
    def restore(cls, description: Mapping[str, Any]) -> "Epoch":
        """What was described."""
        loss = description["loss"]
        return cls(**{**description, "loss": math.nan if loss is None else loss})
