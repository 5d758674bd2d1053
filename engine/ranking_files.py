"""Judge a model on files of retrieval and weakest-item questions."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from data.dataset import Dataset
from data.pools import PUBLISHED_SIZE, PoolRule, Pools, build_pools, evaluated_split
from data.retrieval_questions import read_retrieval
from data.weakest_questions import read_weakest
from engine.controls.suite import control_suite, retrieval_control_suite
from engine.evaluation import EvaluationConfig
from engine.file_evaluation import open_features
from engine.outcome_report import Report
from engine.retrieval_evaluation import WISHES, Wish, evaluate_retrieval
from engine.retriever import Retriever
from engine.scorer import Scorer
from engine.training_counts import TrainingCounts
from engine.training_overlap import Question, training_overlap
from engine.weakest_evaluation import evaluate_weakest


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalConfig:
    """Where targets are looked for, and what is told of them.

    Args:
        rule: of the pools.
        size: of the pools; `full` has none.
        wishes: a report each.
    """

    rule: PoolRule = "fine"
    size: int = PUBLISHED_SIZE
    wishes: tuple[Wish, ...] = WISHES


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RetrievalReports:
    """Reports of one file, one a wish, and the pools that they share."""

    reports: list[Report]
    pools: Pools


def evaluate_retrieval_file(
    model: Retriever,
    path: Path,
    *,
    dataset: Dataset,
    counts: TrainingCounts,
    retrieval: RetrievalConfig,
    config: EvaluationConfig,
) -> RetrievalReports:
    """One report a wish: name, sha256, overlap with training, pool, then `evaluate_retrieval`.

    Raises:
        InputError: the file is absent, broken, or names an item that the dataset lacks.
        SchemaError: no question has a pool.
        BundleError: a feature of the dataset is damaged or fits other items.
    """
    questions = read_retrieval(path, dataset)
    pools = build_pools(
        dataset,
        rule=retrieval.rule,
        split=evaluated_split(dataset, questions.questions),
        size=retrieval.size,
        seed=config.seed,
    )
    controls = retrieval_control_suite(
        counts, dataset.items, open_features(dataset), seed=config.seed
    )
    described = _described(path, questions.questions, dataset, counts) | {"pool": _pool(pools)}
    reports = [
        evaluate_retrieval(
            model,
            controls,
            questions,
            pools=pools,
            titles=dataset.items["title"].to_list(),
            wish=wish,
            config=config,
        )
        for wish in retrieval.wishes
    ]
    return RetrievalReports(reports=[described | report for report in reports], pools=pools)


def evaluate_weakest_file(
    model: Scorer,
    path: Path,
    *,
    dataset: Dataset,
    counts: TrainingCounts,
    config: EvaluationConfig,
) -> Report:
    """Name, sha256 and overlap with training, then what `evaluate_weakest` says.

    Raises:
        InputError: the file is absent, broken, or names an item that the dataset lacks.
        SchemaError: the file holds no question.
        BundleError: a feature of the dataset is damaged or fits other items.
    """
    questions = read_weakest(path, dataset)
    controls = control_suite(counts, dataset.items, open_features(dataset), seed=config.seed)
    described = _described(path, questions.questions, dataset, counts)
    return described | evaluate_weakest(model, controls, questions, config)


def _described(
    path: Path, questions: Sequence[Question], dataset: Dataset, counts: TrainingCounts
) -> Report:
    overlap = training_overlap(questions, dataset.items, counts)
    return {
        "file": str(path),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "training_overlap": {**asdict(overlap), "share": overlap.share},
    }


def _pool(pools: Pools) -> Report:
    return {
        "rule": pools.rule,
        "size": pools.size,
        "split": pools.split,
        "seed": pools.seed,
        "pools": len(pools.rows),
        "sha256": pools.sha256(),
    }
