"""How good a bundle is when parts of every item are hidden."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.dataset import Dataset
from data.questions import CompatibilitySet, FitbSet, read_compatibility, read_fitb
from engine.bundle import load_bundle
from engine.bundle_calibration import freeze
from engine.bundled_scorer import BundledScorer
from engine.calibration_fit import probability_figures
from engine.calibration_questions import hidings
from engine.evaluation import compatibility_auc, fitb_accuracy
from engine.model_scorer import encode_items
from engine.presence import part_names, without_parts


@dataclass(frozen=True, slots=True, kw_only=True)
class ModalityRow:
    """Figures of one question file with some parts hidden.

    Args:
        shown: the parts that the model saw.
        file: of the questions.
        figures: by name; `fitb`, or `auc`, `ece`, `log_loss` and `confidence`, the mean distance of
            the probability from the base rate.
    """

    shown: tuple[str, ...]
    file: str
    figures: dict[str, float]


def modality_table(
    bundle: Path, dataset: Dataset, *, fitb: Sequence[Path], compatibility: Sequence[Path]
) -> list[ModalityRow]:
    """Everything shown, each part hidden, each part alone, nothing shown, on every file.

    Raises:
        BundleError: the bundle or a feature of the dataset is damaged or does not fit.
        InputError: a question file cannot be read.
    """
    loaded = load_bundle(bundle)
    frozen = freeze(loaded, dataset)
    blanks = [read_fitb(path, dataset) for path in fitb]
    pairs = [read_compatibility(path, dataset) for path in compatibility]
    rows = []
    for hidden in hidings(frozen.widths):
        scorer = BundledScorer(
            name=loaded.manifest["model"],
            model=frozen.model,
            tokens=encode_items(
                frozen.model, without_parts(frozen.features, frozen.widths, hidden)
            ),
            calibrator=loaded.confidence.calibration.calibrator,
            widths=frozen.widths,
        )
        shown = tuple(name for name in part_names(frozen.widths) if name not in hidden)
        rows += [_blank_row(scorer, each, shown) for each in blanks]
        rows += [_pair_row(scorer, each, shown) for each in pairs]
    return rows


def _blank_row(scorer: BundledScorer, questions: FitbSet, shown: tuple[str, ...]) -> ModalityRow:
    figures = {"fitb": fitb_accuracy(scorer, questions)}
    return ModalityRow(shown=shown, file=questions.name, figures=figures)


def _pair_row(
    scorer: BundledScorer, questions: CompatibilitySet, shown: tuple[str, ...]
) -> ModalityRow:
    labels = np.array([question.label for question in questions.questions], dtype=np.int64)
    probabilities = scorer.probabilities(questions.questions)
    told = probability_figures(probabilities, labels)
    figures = {
        "auc": compatibility_auc(scorer, questions),
        "ece": told["ece"],
        "log_loss": told["log_loss"],
        "confidence": float(np.abs(probabilities - labels.mean()).mean()),
    }
    return ModalityRow(shown=shown, file=questions.name, figures=figures)
