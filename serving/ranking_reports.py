"""Reports of a bundle on retrieval and weakest-item files, and the pool files beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data.atomic import atomic_file
from data.dataset import Dataset
from data.pools import Pools
from engine.bundled_scorer import bundled_retriever
from engine.evaluation import EvaluationConfig
from engine.outcome_report import Report
from engine.ranking_files import RetrievalConfig, evaluate_retrieval_file, evaluate_weakest_file
from engine.retrieval_evaluation import WISHES
from engine.scorer import Scorer
from engine.training_record import TrainingRecord
from serving.question_flags import Search


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingFiles:
    """What is asked.

    Args:
        retrieval: question files.
        weakest: question files.
        search: how retrieval looks.
        report: where the report will stand; pool files are written beside it.
    """

    retrieval: Sequence[Path]
    weakest: Sequence[Path]
    search: Search
    report: Path | None


def ranking_reports(
    bundle: Path,
    scorer: Scorer,
    files: RankingFiles,
    *,
    dataset: Dataset,
    config: EvaluationConfig,
) -> list[Report]:
    """One report a retrieval file and wish, then one a weakest-item file.

    Args:
        bundle: what retrieves.
        scorer: the same bundle as a scorer, which names the weakest.
        files: what is asked.
        dataset: whose items the questions name.
        config: seed and resamples.

    Raises:
        InputError: a file is absent, broken, names an item that the dataset lacks, or shares
            items or groups with training, and that is not allowed.
        BundleError: the bundle or a feature of the dataset is damaged or does not fit.
    """
    training = TrainingRecord.read(bundle)
    reports = []
    if files.retrieval:
        retriever = bundled_retriever(bundle, dataset)
        for path in files.retrieval:
            judged = evaluate_retrieval_file(
                retriever,
                path,
                dataset=dataset,
                training=training,
                retrieval=_retrieval_config(files.search),
                config=config,
            )
            pool_file = _write_pools(judged.pools, path, files.report)
            reports += [
                each | {"pool": each["pool"] | {"file": pool_file}} for each in judged.reports
            ]
    reports += [
        evaluate_weakest_file(scorer, path, dataset=dataset, training=training, config=config)
        for path in files.weakest
    ]
    return reports


def _retrieval_config(search: Search) -> RetrievalConfig:
    named = search.wish.split(",")
    return RetrievalConfig(
        rule=search.pool,
        size=search.pool_size,
        wishes=tuple(wish for wish in WISHES if wish in named),
    )


def _write_pools(pools: Pools, questions: Path, report: Path | None) -> str | None:
    """Write the pools beside the report, if there is one."""
    if report is None:
        return None
    path = report.with_name(f"{report.stem}.{questions.stem}.pool-{pools.rule}.jsonl")
    with atomic_file(path) as temporary:
        temporary.write_bytes(pools.content())
    return str(path)
