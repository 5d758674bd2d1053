"""Fitting confidence on validation outfits, after the model."""

from data.dataset import Dataset
from data.slots import SLOTS
from engine.calibration import Calibration
from engine.calibration_fit import fit_calibration
from engine.calibration_questions import judge_questions
from engine.confidence import Confidence
from engine.frozen_model import FrozenModel
from engine.presence import part_names
from engine.relevance import RelevanceAdapter
from engine.relevance_fit import fit_relevance, relevance_figures
from engine.relevance_questions import draw_questions
from engine.validation import Validation

STAND_INS = 10
TRAIN_QUERIES, VALID_QUERIES = 12_000, 3_000


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
