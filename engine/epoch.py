"""What one pass over the training outfits gave."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """One pass over the training outfits; number 0 is the model before any.

    Args:
        validation: figures by name, `mean` the one on which epochs are chosen.
        best: whether no earlier epoch was as good.
    """

    number: int
    loss: float
    validation: dict[str, float]
    best: bool
    seconds: float
