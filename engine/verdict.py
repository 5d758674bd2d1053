"""What a model's figure is worth beside those of the controls, in numbers and in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from engine.bootstrap import Interval, interval, paired_difference
from engine.controls.identifier_order import IdentifierOrder

LEAK_DETECTOR = IdentifierOrder().name


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """One scorer's figure on one question set, with its values on the shared resamples."""

    name: str
    figure: float
    resampled: Float[np.ndarray, " resamples"]

    def interval(self) -> Interval:
        """The figure with its 95 % interval."""
        return interval(self.figure, self.resampled)

    def minus(self, other: "Outcome") -> Interval:
        """How far this outcome is above the other, paired."""
        return paired_difference((self.figure, self.resampled), (other.figure, other.resampled))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A model beside its controls; it beats one where the paired 95 % interval is above zero.

    Args:
        best_control: highest figure among the controls that, like models, see no identifiers.
        difference: model minus that control.
        beats_every_control: all of them, the identifier control included.
        beats_every_blind_control: all that see no identifiers.
        sentence: the same in plain words.
    """

    best_control: str
    difference: Interval
    beats_every_control: bool
    beats_every_blind_control: bool
    sentence: str


def judge(model: Outcome, controls: Sequence[Outcome]) -> Verdict:
    """Compare the model with every control on the same resamples.

    Raises:
        ValueError: there is no control but the identifier control.
    """
    blind = [control for control in controls if control.name != LEAK_DETECTOR]
    if not blind:
        raise ValueError("expected at least one control that sees no identifiers")
    unbeaten = [control for control in controls if model.minus(control).low <= 0]
    unbeaten_blind = [control for control in blind if control in unbeaten]
    best = max(blind, key=lambda control: control.figure)
    sentences = [_defeat(model, unbeaten_blind) if unbeaten_blind else _victory(model, best)]
    sentences += [_leak(model, each) for each in unbeaten if each.name == LEAK_DETECTOR]
    return Verdict(
        best_control=best.name,
        difference=model.minus(best),
        beats_every_control=not unbeaten,
        beats_every_blind_control=not unbeaten_blind,
        sentence=" ".join(sentences),
    )


def _victory(model: Outcome, best: Outcome) -> str:
    return (
        f"{model.name} reaches {model.figure:.3f} and beats every control that sees no "
        f"identifiers; the best of them is {_against(model, best)}."
    )


def _defeat(model: Outcome, unbeaten: Sequence[Outcome]) -> str:
    those = "; ".join(_against(model, control) for control in unbeaten)
    return f"{model.name} reaches {model.figure:.3f} and does not beat {those}."


def _against(model: Outcome, control: Outcome) -> str:
    gain = model.minus(control)
    return (
        f"{control.name} with {control.figure:.3f} (model minus control {gain.figure:+.3f}, "
        f"95 % interval {gain.low:+.3f} to {gain.high:+.3f})"
    )


def _leak(model: Outcome, control: Outcome) -> str:
    return (
        f"{model.name} does not beat {control.name} with {control.figure:.3f}, which alone reads "
        "the identifiers of the file: its figure measures what they give away."
    )
