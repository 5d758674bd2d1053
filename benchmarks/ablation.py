"""What each part of a recipe is worth: `python -m benchmarks.ablation DATA --switch NAME...`.

Trains the recipe and, a switch at a time, the recipe with that switch, on the same outfits with
the same seeds, and prints how far every figure moves, with the paired 95 % interval over
questions. The questions are built from training outfits that no run trains on or chooses an epoch
by, so that a recipe chosen here has not seen the outfits of any other split.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from benchmarks.__main__ import machine
from data.dataset import Dataset
from data.negatives import Negatives
from data.pools import Pools, build_pools
from data.question_builder import build_compatibility, build_fitb
from data.questions import CompatibilitySet, FitbSet, read_fitb
from data.retrieval_questions import RetrievalSet, build_retrieval
from engine.blinding import BlindCompatibility, BlindFitb
from engine.bootstrap import resample_counts, resampled_aucs, resampled_means
from engine.inline_items import InlineItems
from engine.metrics import fitb_credits, roc_auc
from engine.model_retriever import ModelRetriever
from engine.model_scorer import ModelScorer
from engine.placing import place
from engine.recipes import RECIPES, recipe
from engine.retriever import RetrievalQuery
from engine.training import Trained, TrainingConfig, as_scorer, fit, prepare
from engine.verdict import Outcome

Change = Callable[[TrainingConfig], TrainingConfig]
JUDGED: Final = 900
VALIDATED: Final = 600
LARGEST_SHARE: Final = 0.15
RESAMPLES: Final = 1000


def _objective(**changes: Any) -> Change:
    return lambda config: replace(config, objective=replace(config.objective, **changes))


def _model(**changes: Any) -> Change:
    return lambda config: replace(config, model=replace(config.model, **changes))


SWITCHES: Final[dict[str, Change]] = {
    "focal": _objective(compatibility="focal"),
    "bpr": _objective(compatibility="bpr"),
    "no-choice": _objective(choice_weight=0.0),
    "no-retrieval": _objective(target_weight=0.0),
    "ranking": _objective(retrieval="ranking"),
    "multi-similarity": _objective(retrieval="multi-similarity"),
    "stand-ins": _objective(negatives="stand-ins"),
    "in-batch": _objective(negatives="in-batch"),
    "catalogue": _objective(negatives="catalogue"),
    "uniformity": _objective(uniformity=0.1),
    "band": _objective(near="band"),
    "curriculum": _objective(curriculum=0.5),
    "pretrain": _objective(pretrain=0.5),
    "no-slot-text": _objective(slot_text=0.0),
    "more-slot-text": _objective(slot_text=0.5),
    "bare": _model(residual=False),
    "pair-head": _model(pair_head=True),
    "no-pair-head": _model(pair_head=False),
    "no-attributes": _model(attributes=False),
    "no-prices": _model(prices=False),
    "similarity-first": lambda config: replace(config, similarity_first=0.5),
    "attention-bias": _model(attention_bias=True),
    "anova": _model(anova=True),
    "no-anova": _model(anova=False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """Every question that a run is judged by."""

    fitb: Sequence[FitbSet]
    compatibility: Sequence[CompatibilitySet]
    retrieval: RetrievalSet
    pools: Pools

    @classmethod
    def build(cls, dataset: Dataset, files: Sequence[Path]) -> "Exam":
        """Questions of the judged outfits, and of the files."""
        kinds: tuple[Negatives, ...] = ("same-category", "random")
        built = [build_fitb(dataset, "test", negatives=kind, seed=0) for kind in kinds]
        pools = build_pools(dataset, rule="full", split="test")
        asked = build_retrieval(dataset, "test", seed=0)
        kept = [each for each in asked.questions if pools.reason(each) is None]
        return cls(
            fitb=[*built, *(read_fitb(path, dataset) for path in files)],
            compatibility=[
                build_compatibility(dataset, "test", negatives=kind, seed=0) for kind in kinds
            ],
            retrieval=replace(asked, questions=tuple(kept)),
            pools=pools,
        )

    def judge(self, trained: Trained, dataset: Dataset) -> dict[str, Outcome]:
        """Every figure of a trained model, on resamples that all models share."""
        scorer = as_scorer(trained)
        figures = {
            f"FITB {each.name.removeprefix('fitb test ')}": _fitb(scorer, each)
            for each in self.fitb
        }
        figures |= {
            f"AUC {each.name.removeprefix('compatibility test ')}": _auc(scorer, each)
            for each in self.compatibility
        }
        return figures | {"R@10 slot": self._recall(trained, scorer, dataset)}

    def _recall(self, trained: Trained, scorer: ModelScorer, dataset: Dataset) -> Outcome:
        retriever = ModelRetriever(
            name=scorer.name,
            model=scorer.model,
            tokens=scorer.tokens,
            wishes=InlineItems(
                preparation=trained.preparation,
                categories=frozenset(dataset.items["category"].unique()),
            ),
        )
        questions = self.retrieval.questions
        queries = [
            RetrievalQuery(context=each.context, category=self.pools.name_of[each.target])
            for each in questions
        ]
        return _mean(place(retriever, queries, questions, self.pools).recall(10))


def carve(dataset: Dataset, num_outfits: int | None) -> Dataset:
    """The training outfits alone: some to judge by, as split `test`, some to choose epochs by.

    Those are of the outfits whose items have the most titles: what nobody described tells nothing.
    """
    train = dataset.outfits.filter(split="train")
    titled = dataset.items.select("item_id", titled=pl.col("title").is_not_null())
    share = train.join(titled, on="item_id").group_by("outfit_id").agg(pl.col("titled").mean())
    shuffled = share.sort("outfit_id").sample(fraction=1, shuffle=True, seed=0)
    best = shuffled.sort("titled", descending=True, maintain_order=True).with_row_index("rank")
    judged, validated = (min(most, int(LARGEST_SHARE * len(best))) for most in (JUDGED, VALIDATED))
    held = judged + validated
    named = best.with_columns(
        split=pl.when(pl.col("rank") < judged)
        .then(pl.lit("test"))
        .when(pl.col("rank") < held)
        .then(pl.lit("valid"))
        .when(pl.col("rank") < held + (num_outfits or len(best)))
        .then(pl.lit("train"))
    )
    outfits = train.drop("split").join(
        named.select("outfit_id", "split"), on="outfit_id", maintain_order="left"
    )
    return Dataset(
        folder=dataset.folder,
        items=dataset.items,
        outfits=outfits.drop_nulls("split").select(dataset.outfits.columns),
    )


def train(dataset: Dataset, config: TrainingConfig, exam: Exam) -> dict[str, Outcome]:
    """The figures of one run at its best epoch."""
    trained, with_valid = prepare(dataset, config)
    for _ in fit(trained, with_valid):
        pass
    return exam.judge(trained, dataset)


def average(runs: Sequence[dict[str, Outcome]]) -> dict[str, Outcome]:
    """The mean of several seeds, figure by figure, in every resample."""
    return {
        name: Outcome(
            name=name,
            figure=float(np.mean([run[name].figure for run in runs])),
            resampled=np.mean([run[name].resampled for run in runs], axis=0),
        )
        for name in runs[0]
    }


def main(arguments: Sequence[str]) -> int:
    """Train, judge, print; 2 where an argument is wrong."""
    asked = _parser().parse_args(arguments)
    dataset = carve(Dataset.load(asked.data), asked.outfits)
    exam = Exam.build(dataset, asked.questions)
    seeds = [int(seed) for seed in asked.seeds.split(",")]
    configs = [recipe(asked.recipe, seed=seed, epochs=asked.epochs) for seed in seeds]
    print(", ".join(f"{key} {value}" for key, value in machine().items()))
    print(f"python -m benchmarks.ablation {' '.join(arguments)}")
    plain = average([train(dataset, config, exam) for config in configs])
    print(f"{'':<18}" + "".join(f"{name:>28}" for name in plain))
    values = (f"{found.interval().figure:.4f}" for found in plain.values())
    print(f"{asked.recipe:<18}" + "".join(f"{value:>28}" for value in values), flush=True)
    for name in asked.switch:
        changed = average([train(dataset, SWITCHES[name](config), exam) for config in configs])
        moved = [changed[figure].minus(plain[figure]) for figure in plain]
        cells = (f"{each.figure:+.4f} [{each.low:+.3f}, {each.high:+.3f}]" for each in moved)
        print(f"{name:<18}" + "".join(f"{cell:>28}" for cell in cells), flush=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ablation", description=__doc__)
    parser.add_argument("data", type=Path, help="an imported, encoded dataset")
    parser.add_argument("--recipe", choices=list(RECIPES), default="transformer")
    parser.add_argument("--seeds", default="0,1,2", help="comma-separated")
    parser.add_argument("--epochs", type=int, help="at most; by default the recipe's")
    parser.add_argument("--outfits", type=int, help="to train on, at most; by default all")
    parser.add_argument("--questions", type=Path, nargs="*", default=[], help="further FITB files")
    parser.add_argument("--switch", nargs="+", choices=list(SWITCHES), default=list(SWITCHES))
    return parser


def _fitb(scorer: ModelScorer, questions: FitbSet) -> Outcome:
    answers = np.array([question.answer for question in questions.questions])
    return _mean(fitb_credits(BlindFitb.of(questions.questions, 0).scores(scorer), answers))


def _auc(scorer: ModelScorer, questions: CompatibilitySet) -> Outcome:
    labels = np.array([question.label for question in questions.questions])
    scores = BlindCompatibility.of(questions.questions, 0).scores(scorer)
    counts = resample_counts(labels, resamples=RESAMPLES, seed=0)
    resampled = resampled_aucs(scores, labels, counts)
    return Outcome(name="auc", figure=roc_auc(scores, labels), resampled=resampled)


def _mean(credit: np.ndarray) -> Outcome:
    counts = resample_counts(np.zeros(len(credit), int), resamples=RESAMPLES, seed=0)
    resampled = resampled_means(credit, counts)
    return Outcome(name="mean", figure=float(credit.mean()), resampled=resampled)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
