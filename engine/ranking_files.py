"""Judge a model on files of retrieval and weakest-item questions."""

from dataclasses import dataclass
from pathlib import Path

from data.dataset import Dataset
from data.pools import PUBLISHED_SIZE, PoolRule, Pools, build_pools, evaluated_split
from data.retrieval_questions import read_retrieval
from data.weakest_questions import read_weakest
from engine.controls.suite import control_suite, retrieval_control_suite
from engine.evaluation import EvaluationConfig
from engine.file_evaluation import open_features
from engine.file_head import file_head
from engine.outcome_report import Report
from engine.retrieval_evaluation import WISHES, Wish, evaluate_retrieval
from engine.retriever import Retriever
from engine.scorer import Scorer
from engine.training_record import TrainingRecord
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
    training: TrainingRecord,
    retrieval: RetrievalConfig,
    config: EvaluationConfig,
) -> RetrievalReports:
    """One report a wish: name, sha256, overlap with training, pool, then `evaluate_retrieval`.

    Raises:
        InputError: the file is absent, broken, names an item that the dataset lacks, or shares
            items or groups with training, and that is not allowed.
        SchemaError: no question has a pool.
        BundleError: a feature of the dataset is damaged or fits other items.
    """
    questions = read_retrieval(path, dataset)
    described = file_head(
        path, questions.questions, items=dataset.items, training=training, config=config
    )
    pools = build_pools(
        dataset,
        rule=retrieval.rule,
        split=evaluated_split(dataset, questions.questions),
        size=retrieval.size,
        seed=config.seed,
    )
    controls = retrieval_control_suite(
        training.counts, dataset.items, open_features(dataset), seed=config.seed
    )
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
    return RetrievalReports(
        reports=[described | {"pool": _pool(pools)} | report for report in reports], pools=pools
    )


def evaluate_weakest_file(
    model: Scorer,
    path: Path,
    *,
    dataset: Dataset,
    training: TrainingRecord,
    config: EvaluationConfig,
) -> Report:
    """Name, sha256 and overlap with training, then what `evaluate_weakest` says.

    Raises:
        InputError: the file is absent, broken, names an item that the dataset lacks, or shares
            items or groups with training, and that is not allowed.
        SchemaError: the file holds no question.
        BundleError: a feature of the dataset is damaged or fits other items.
    """
    questions = read_weakest(path, dataset)
    described = file_head(
        path, questions.questions, items=dataset.items, training=training, config=config
    )
    features = open_features(dataset)
    controls = control_suite(training.counts, dataset.items, features, seed=config.seed)
    return described | evaluate_weakest(model, controls, questions, config)


def _pool(pools: Pools) -> Report:
    return {
        "rule": pools.rule,
        "size": pools.size,
        "split": pools.split,
        "seed": pools.seed,
        "pools": len(pools.rows),
        "sha256": pools.sha256(),
    }
