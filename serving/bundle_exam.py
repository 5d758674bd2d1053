"""The question files of one command, and bundles judged on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.dataset import Dataset
from data.errors import DuplicateError
from engine.bundle import read_manifest
from engine.bundled_scorer import bundled_scorer
from engine.evaluation import EvaluationConfig
from engine.file_evaluation import QuestionFiles, evaluate_files
from engine.outcome_report import Report
from engine.training_record import TrainingRecord
from serving.evaluation_file import bundle_entry
from serving.ranking_reports import RankingFiles, ranking_reports


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleExam:
    """What every bundle is asked, and how it is measured."""

    dataset: Dataset
    files: QuestionFiles
    rankings: RankingFiles
    config: EvaluationConfig

    def entries(self, bundles: Sequence[Path]) -> list[dict[str, Any]]:
        """What is told of every bundle.

        Raises:
            BundleError: a manifest is missing or damaged.
            DuplicateError: two folders hold one bundle.
        """
        entries = [bundle_entry(folder, read_manifest(folder)) for folder in bundles]
        folders: dict[str, str] = {}
        for entry in entries:
            other = folders.setdefault(entry["bundle_id"], entry["bundle"])
            if other is not entry["bundle"]:
                raise DuplicateError(
                    expected="each bundle once",
                    got=f"{entry['bundle_id']} again, which is also {other}",
                    file=entry["bundle"],
                )
        return entries

    def judge(self, entry: dict[str, Any]) -> list[Report]:
        """One report a question file, each with the `bundle_id`.

        Raises:
            InputError: a file is broken, or shares items with training, and that is not allowed.
            BundleError: the bundle or a feature of the dataset is damaged or does not fit.
        """
        folder = Path(entry["bundle"])
        scorer = bundled_scorer(folder, self.dataset)
        training = TrainingRecord.read(folder)
        reports = evaluate_files(
            scorer, self.files, dataset=self.dataset, training=training, config=self.config
        )
        reports += ranking_reports(
            folder, scorer, self.rankings, dataset=self.dataset, config=self.config
        )
        return [{"bundle_id": entry["bundle_id"], **report} for report in reports]
