"""Confidence: what makes probabilities of logits and relevance of similarities; fitted last."""

import json
from dataclasses import dataclass
from pathlib import Path

from engine.bundle_reading import reading
from engine.calibration import FILE as CALIBRATION
from engine.calibration import Calibration
from engine.preparation import Preparation
from engine.relevance import FILE as RELEVANCE
from engine.relevance import RelevanceAdapter

FIGURES = "relevance.json"
FILES = (CALIBRATION, RELEVANCE, FIGURES)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Confidence:
    """The parts of a bundle that are fitted after its model.

    Args:
        calibration: from compatibility logits to probabilities.
        relevance: from similarities to relevance; None in a bundle that cannot tell.
        relevance_figures: of the adapter and of a single map, on validation outfits.
    """

    calibration: Calibration
    relevance: RelevanceAdapter | None
    relevance_figures: dict[str, dict[str, float]]

    @classmethod
    def none(cls, num_parts: int) -> "Confidence":
        """Nothing fitted: the plain sigmoid, and no relevance."""
        return cls(calibration=Calibration.plain(num_parts), relevance=None, relevance_figures={})

    def write(self, folder: Path) -> None:
        """Write into the folder of a bundle."""
        self.calibration.write(folder)
        if self.relevance is not None:
            self.relevance.write(folder)
            text = json.dumps(self.relevance_figures, indent=1)
            (folder / FIGURES).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path, preparation: Preparation, *, dim: int) -> "Confidence":
        """Read what `write` wrote.

        Raises:
            BundleError: a file is damaged, or is of another preparation or other embeddings.
        """
        with reading(folder / CALIBRATION):
            calibration = Calibration.read(folder, preparation.num_parts)
        if not (folder / RELEVANCE).is_file():
            return cls(calibration=calibration, relevance=None, relevance_figures={})
        with reading(folder / RELEVANCE):
            adapter = RelevanceAdapter.read(
                folder, dim=dim, num_categories=len(preparation.categories) + 1
            )
        with reading(folder / FIGURES):
            figures = json.loads((folder / FIGURES).read_bytes())
        return cls(calibration=calibration, relevance=adapter, relevance_figures=figures)
