"""Confidence: what makes probabilities of logits and relevance of similarities; fitted last."""

import json
from dataclasses import dataclass
from pathlib import Path

from data.dataset import Dataset
from data.slots import SLOTS
from engine.bundle_reading import reading
from engine.calibration import FILE as CALIBRATION
from engine.calibration import Calibration
from engine.calibration_fit import fit_calibration
from engine.calibration_questions import judge_questions
from engine.frozen_model import FrozenModel
from engine.preparation import Preparation
from engine.presence import part_names
from engine.relevance import FILE as RELEVANCE
from engine.relevance import RelevanceAdapter
from engine.relevance_fit import fit_relevance, relevance_figures
from engine.relevance_questions import draw_questions
from engine.validation import Validation

FIGURES = "relevance.json"
FILES = (CALIBRATION, RELEVANCE, FIGURES)
STAND_INS = 10
TRAIN_QUERIES, VALID_QUERIES = 12_000, 3_000


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


def fit_confidence(frozen: FrozenModel, dataset: Dataset, *, seed: int) -> Confidence:
    """Fit both parts for a trained model on a dataset with training and validation outfits.

    The calibrator learns from the questions that validation built, random and same-category
    negatives together; the adapter from the training outfits, stopped on the validation outfits.
    """
    adapter, figures = _fit_relevance(frozen, dataset, seed)
    return Confidence(
        calibration=_fit_calibration(frozen, dataset, seed),
        relevance=adapter,
        relevance_figures=figures,
    )


def _fit_calibration(frozen: FrozenModel, dataset: Dataset, seed: int) -> Calibration:
    sets = Validation.build(dataset, seed=seed).compatibility
    questions = [question for each in sets.values() for question in each.questions]
    if not questions:
        return Calibration.plain(len(part_names(frozen.widths)))
    judged = judge_questions(frozen, questions, seed=seed)
    source = "validation outfits: " + ", ".join(each.name for each in sets.values())
    return fit_calibration(judged, source=source, seed=seed)


def _fit_relevance(
    frozen: FrozenModel, dataset: Dataset, seed: int
) -> tuple[RelevanceAdapter | None, dict[str, dict[str, float]]]:
    train, valid = (
        draw_questions(
            frozen, dataset.outfit_rows(split), num_stand_ins=STAND_INS, most=most, seed=seed
        )
        for split, most in (("train", TRAIN_QUERIES), ("valid", VALID_QUERIES))
    )
    if not len(train) or not len(valid):
        return None, {}
    adapter = fit_relevance(
        train,
        valid,
        num_categories=frozen.num_categories,
        num_slots=len(SLOTS) + 1,
        seed=seed,
    )
    return adapter, relevance_figures(adapter, valid)
