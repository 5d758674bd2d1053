"""Judge a model beside the controls on retrieval, blindly, with intervals, in plain words."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Final, Literal, TypeAlias

import numpy as np

from data.pools import Pools
from data.questions import refuse_empty
from data.retrieval_questions import RetrievalQuestion, RetrievalSet
from engine.evaluation import EvaluationConfig
from engine.outcome_report import Report, outcome_report
from engine.placing import place
from engine.ranking_metrics import Placements
from engine.resampling import MeanResampling
from engine.retriever import RetrievalQuery, Retriever

Wish: TypeAlias = Literal["none", "category", "category+text"]
WISHES: Final[tuple[Wish, ...]] = ("none", "category", "category+text")
METRIC: Final = "recall@10"
CURVE: Final = (1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 500, 1000)
DECIMALS: Final = 4


def evaluate_retrieval(  # noqa: PLR0913 - two more than others: what is wished for, and where
    model: Retriever,
    controls: Sequence[Retriever],
    questions: RetrievalSet,
    *,
    pools: Pools,
    titles: Sequence[str | None],
    wish: Wish,
    config: EvaluationConfig,
) -> Report:
    """Recall, MRR and nDCG of the target among the items of its pool.

    Figures are means over questions, or, of `fine` pools, means over categories of those. Beside
    them stand `recall_curve` and, in the order of the questions asked, `ranks` and `credits`
    (recall@10) of every retriever, and `pool_of`, the pool's name.

    Args:
        model: what is judged.
        controls: to compare it with.
        questions: those whose target has no pool are dropped and counted.
        pools: of the dataset that the questions name.
        titles: of every item of that dataset; with "category+text" the target's own.
        wish: what a retriever is told of the target: nothing; the name of its pool, so a fine
            category or a coarse slot; or that and its title.
        config: seed and resamples.

    Raises:
        SchemaError: no question is left.
    """
    asked = _with_pool(questions, pools)
    refuse_empty(asked)
    names = [str(pools.name_of[question.target]) for question in asked.questions]
    texts = [titles[question.target] for question in asked.questions]
    queries = _queries(asked.questions, names, texts, wish=wish, seed=config.seed)
    mean = _mean(names, macro=pools.rule == "fine", config=config)
    retrievers = (model, *controls)
    placed = [place(retriever, queries, asked.questions, pools) for retriever in retrievers]
    outcomes = [
        mean.outcome(retriever.name, each.recall(10))
        for retriever, each in zip(retrievers, placed, strict=True)
    ]
    return outcome_report(outcomes, [_earned(each, mean) for each in placed], asked) | {
        "kind": "retrieval",
        "metric": METRIC,
        "wish": wish,
        "questions_with_text": sum(text is not None for text in texts),
        "average": "macro" if pools.rule == "fine" else "micro",
        "pool_of": names,
    }


def _mean(names: Sequence[str], *, macro: bool, config: EvaluationConfig) -> MeanResampling:
    """How figures are averaged over questions whose pools have these names."""
    if macro:
        return MeanResampling.macro(names, resamples=config.resamples, seed=config.seed)
    return MeanResampling.micro(len(names), resamples=config.resamples, seed=config.seed)


def _earned(placed: Placements, mean: MeanResampling) -> Report:
    """Every figure with its interval, the recall curve, and what each question gave."""
    figures = {f"recall@{k}": placed.recall(k) for k in (10, 30, 50)} | {
        "mrr": placed.reciprocal_ranks(),
        "ndcg@10": placed.ndcg(10),
    }
    return {
        "figures": {name: asdict(mean.interval(values)) for name, values in figures.items()},
        "recall_curve": {str(k): mean.figure(placed.recall(k)) for k in CURVE},
        "ranks": placed.ranks().tolist(),
        "credits": placed.recall(10).round(DECIMALS).tolist(),
    }


def _with_pool(questions: RetrievalSet, pools: Pools) -> RetrievalSet:
    reasons = [pools.reason(question) for question in questions.questions]
    dropped = Counter(questions.dropped) + Counter(why for why in reasons if why is not None)
    kept = [each for each, why in zip(questions.questions, reasons, strict=True) if why is None]
    return replace(questions, questions=tuple(kept), dropped=dict(dropped))


def _queries(
    questions: Sequence[RetrievalQuestion],
    names: Sequence[str],
    texts: Sequence[str | None],
    *,
    wish: Wish,
    seed: int,
) -> list[RetrievalQuery]:
    """What retrievers see: contexts in an order that tells nothing, and the wish."""
    generator = np.random.default_rng(seed)
    return [
        RetrievalQuery(
            context=tuple(generator.permutation(question.context).tolist()),
            category=None if wish == "none" else name,
            text=text if wish == "category+text" else None,
        )
        for question, name, text in zip(questions, names, texts, strict=True)
    ]
