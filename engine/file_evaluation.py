"""Judge a model on question files: what a report says about each file beside its figures."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data.dataset import Dataset
from data.features import Feature, list_features, open_feature
from data.questions import CompatibilitySet, FitbSet, read_compatibility, read_fitb
from engine.controls.suite import control_suite
from engine.evaluation import EvaluationConfig, evaluate
from engine.file_head import file_head
from engine.outcome_report import Report
from engine.report_details import compatibility_details, fitb_details
from engine.scorer import Scorer
from engine.training_record import TrainingRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionFiles:
    """Question files as read, with the sha256 of each; FITB first."""

    paths: tuple[Path, ...]
    sha256: tuple[str, ...]
    fitb: tuple[FitbSet, ...]
    compatibility: tuple[CompatibilitySet, ...]

    @classmethod
    def read(
        cls, dataset: Dataset, *, fitb: Sequence[Path], compatibility: Sequence[Path]
    ) -> "QuestionFiles":
        """Read every file, each in the official or the own format.

        Raises:
            InputError: a file is absent, broken, or names an item that the dataset lacks.
        """
        sets = tuple(read_fitb(path, dataset) for path in fitb)
        pools = tuple(read_compatibility(path, dataset) for path in compatibility)
        paths = (*fitb, *compatibility)
        return cls(
            paths=paths,
            sha256=tuple(hashlib.sha256(path.read_bytes()).hexdigest() for path in paths),
            fitb=sets,
            compatibility=pools,
        )


def evaluate_files(
    model: Scorer,
    files: QuestionFiles,
    *,
    dataset: Dataset,
    training: TrainingRecord,
    config: EvaluationConfig,
) -> list[Report]:
    """One report a file: name, sha256, overlap with training, what `evaluate` says, details.

    Args:
        model: what is judged.
        files: read against `dataset`.
        dataset: the catalogue of the questions; its features feed the raw cosine.
        training: what the model was trained on.
        config: seed, resamples, and whether overlap with training is allowed.

    Raises:
        InputError: a file shares items or groups with training, and that is not allowed.
        SchemaError: a file holds no question, or outfits of one label only.
        BundleError: a feature of the dataset is damaged or fits other items.
    """
    sets: tuple[FitbSet | CompatibilitySet, ...] = (*files.fitb, *files.compatibility)
    heads = [
        file_head(path, each.questions, items=dataset.items, training=training, config=config)
        for path, each in zip(files.paths, sets, strict=True)
    ]
    reports = evaluate(
        model,
        control_suite(training.counts, dataset.items, open_features(dataset), seed=config.seed),
        fitb_sets=files.fitb,
        compatibility_sets=files.compatibility,
        config=config,
    )
    details = [
        *(
            fitb_details(report, each.questions, dataset.items, config)
            for report, each in zip(reports, files.fitb, strict=False)
        ),
        *(
            compatibility_details(report, each.questions, dataset.items)
            for report, each in zip(reports[len(files.fitb) :], files.compatibility, strict=True)
        ),
    ]
    return [
        head | report | more for head, report, more in zip(heads, reports, details, strict=True)
    ]


def open_features(dataset: Dataset) -> list[Feature]:
    """All features of the dataset, sorted by name; none where nothing was encoded.

    Raises:
        BundleError: one is damaged or fits other items.
    """
    item_ids = dataset.items["item_id"].to_list()
    return [open_feature(dataset.folder, name, item_ids) for name in list_features(dataset.folder)]
