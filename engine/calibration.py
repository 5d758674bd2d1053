"""Calibrators: from a compatibility logit, and what is known of the outfit, to a probability."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Float
from scipy.special import expit

from data.errors import BundleError

FILE = "calibration.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Temperature:
    """sigmoid(slope * logit + offset), where slope and offset follow what is known.

    Each is a constant plus one number a part (`presence.part_names`), in proportion to the share
    of the outfit's items that have it. No slope is negative, so hiding a part never makes the
    logit count for more.

    Args:
        slopes: the constant, then one a part.
        offsets: likewise.

    Source:
        Platt 1999, with the constants made linear in what is known.
    """

    slopes: tuple[float, ...]
    offsets: tuple[float, ...]

    @classmethod
    def plain(cls, num_parts: int) -> "Temperature":
        """The sigmoid of the logit itself, whatever is known."""
        rest = (0.0,) * num_parts
        return cls(slopes=(1.0, *rest), offsets=(0.0, *rest))

    def scaled(
        self, logits: Float[np.ndarray, " outfits"], known: Float[np.ndarray, "outfits parts"]
    ) -> Float[np.ndarray, " outfits"]:
        """The logits on the scale on which their sigmoid is the probability."""
        columns = with_constant(known)
        slopes, offsets = columns @ np.array(self.slopes), columns @ np.array(self.offsets)
        scaled: np.ndarray = logits * slopes + offsets
        return scaled

    def probability(
        self, logits: Float[np.ndarray, " outfits"], known: Float[np.ndarray, "outfits parts"]
    ) -> Float[np.ndarray, " outfits"]:
        """Probability that each outfit goes together.

        Args:
            logits: compatibility of the outfits.
            known: share of each outfit's items that have each part.
        """
        probability: np.ndarray = expit(self.scaled(logits, known))
        return probability


@dataclass(frozen=True, slots=True, kw_only=True)
class Isotonic:
    """A rising curve, linear between its knots, over the scaled logit of a temperature.

    Args:
        temperature: applied first.
        scaled: knots, ascending.
        probabilities: at the knots, never falling, inside (0, 1).
    """

    temperature: Temperature
    scaled: tuple[float, ...]
    probabilities: tuple[float, ...]

    def probability(
        self, logits: Float[np.ndarray, " outfits"], known: Float[np.ndarray, "outfits parts"]
    ) -> Float[np.ndarray, " outfits"]:
        """Probability that each outfit goes together; arguments as those of `Temperature`."""
        scaled = self.temperature.scaled(logits, known)
        probability: np.ndarray = np.interp(scaled, self.scaled, self.probabilities)
        return probability


Calibrator: TypeAlias = Temperature | Isotonic


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A calibrator and what it was fitted on.

    Args:
        calibrator: that was chosen.
        source: the questions behind it, in words.
        figures: of cross-fitted probabilities, by name; empty where nothing was fitted.
    """

    calibrator: Calibrator
    source: str
    figures: dict[str, float]

    @classmethod
    def plain(cls, num_parts: int) -> "Calibration":
        """No calibration: the sigmoid of the logit."""
        return cls(calibrator=Temperature.plain(num_parts), source="none", figures={})

    def write(self, folder: Path) -> None:
        """Write into the folder of a bundle."""
        kind = "isotonic" if isinstance(self.calibrator, Isotonic) else "temperature"
        record = {"kind": kind, **asdict(self)}
        (folder / FILE).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path, num_parts: int) -> "Calibration":
        """Read what `write` wrote.

        Raises:
            BundleError: the file fits another number of parts.
        """
        record: dict[str, Any] = json.loads((folder / FILE).read_bytes())
        fitted = record["calibrator"]
        temperature = _temperature(fitted.get("temperature", fitted))
        if len(temperature.slopes) != num_parts + 1:
            raise BundleError(
                f"{folder / FILE}: expected {num_parts + 1} slopes, got {len(temperature.slopes)}"
            )
        calibrator: Calibrator = temperature
        if record["kind"] == "isotonic":
            calibrator = Isotonic(
                temperature=temperature,
                scaled=tuple(fitted["scaled"]),
                probabilities=tuple(fitted["probabilities"]),
            )
        return cls(calibrator=calibrator, source=record["source"], figures=record["figures"])


def with_constant(known: Float[np.ndarray, "outfits parts"]) -> Float[np.ndarray, "outfits _"]:
    """A column of ones, then the shares."""
    return np.column_stack([np.ones(len(known)), known])


def _temperature(record: dict[str, Any]) -> Temperature:
    return Temperature(slopes=tuple(record["slopes"]), offsets=tuple(record["offsets"]))
