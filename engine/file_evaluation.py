"""Judge a model on question files: what a report says about each file beside its figures."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from data.dataset import Dataset
from data.features import Feature, list_features, open_feature
from data.questions import CompatibilitySet, FitbSet, read_compatibility, read_fitb
from engine.controls.suite import control_suite
from engine.evaluation import EvaluationConfig, Report, evaluate
from engine.scorer import Scorer
from engine.training_counts import TrainingCounts
from engine.training_overlap import training_overlap


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
    counts: TrainingCounts,
    config: EvaluationConfig,
) -> list[Report]:
    """One report a file: name, sha256, overlap with training, then what `evaluate` says.

    Args:
        model: what is judged.
        files: read against `dataset`.
        dataset: the catalogue of the questions; its features feed the raw cosine.
        counts: of the outfits that the model was trained on.
        config: seed and resamples.

    Raises:
        SchemaError: a file holds no question, or outfits of one label only.
        BundleError: a feature of the dataset is damaged or fits other items.
    """
    controls = control_suite(counts, dataset.items, open_features(dataset), seed=config.seed)
    reports = evaluate(
        model,
        controls,
        fitb_sets=files.fitb,
        compatibility_sets=files.compatibility,
        config=config,
    )
    sets: tuple[FitbSet | CompatibilitySet, ...] = (*files.fitb, *files.compatibility)
    overlaps = [training_overlap(each.questions, dataset.items, counts) for each in sets]
    return [
        {
            "file": str(path),
            "sha256": digest,
            "training_overlap": {**asdict(overlap), "share": overlap.share},
            **report,
        }
        for path, digest, overlap, report in zip(
            files.paths, files.sha256, overlaps, reports, strict=True
        )
    ]


def open_features(dataset: Dataset) -> list[Feature]:
    """All features of the dataset, sorted by name; none where nothing was encoded.

    Raises:
        BundleError: one is damaged or fits other items.
    """
    item_ids = dataset.items["item_id"].to_list()
    return [open_feature(dataset.folder, name, item_ids) for name in list_features(dataset.folder)]
