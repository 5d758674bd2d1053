"""Validation: the figures that reports print, measured on the validation outfits every epoch."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from jaxtyping import Int64

from data.dataset import Dataset
from data.errors import SchemaError
from data.negatives import Negatives
from data.question_builder import build_compatibility, build_fitb
from data.questions import CompatibilitySet, FitbSet
from engine.evaluation import compatibility_auc, fitb_accuracy
from engine.scorer import Scorer

KINDS: tuple[Negatives, ...] = ("random", "same-category")
MIN_QUESTIONS = 30
HELD_OUT = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """Questions built from the validation outfits, by name."""

    fitb: dict[str, FitbSet]
    compatibility: dict[str, CompatibilitySet]
    seed: int

    @classmethod
    def build(cls, dataset: Dataset, *, seed: int) -> "Validation":
        """Questions with random and with same-category negatives, where there are enough.

        Raises:
            SchemaError: the validation outfits are too few for any question set.
        """
        fitb = {
            f"fitb {kind}": build_fitb(dataset, "valid", negatives=kind, seed=seed)
            for kind in KINDS
        }
        compatibility = {
            f"auc {kind}": build_compatibility(dataset, "valid", negatives=kind, seed=seed)
            for kind in KINDS
        }
        fitb = {name: part for name, part in fitb.items() if _enough(part)}
        compatibility = {name: part for name, part in compatibility.items() if _enough(part)}
        if not fitb and not compatibility:
            raise SchemaError(
                expected=f"validation outfits for {MIN_QUESTIONS} questions",
                got=f"{len(dataset.outfit_rows('valid'))} outfits",
                file=dataset.folder,
            )
        return cls(fitb=fitb, compatibility=compatibility, seed=seed)

    def compact(self) -> tuple[Int64[np.ndarray, " asked"], "Validation"]:
        """The rows that questions name, and the questions by their places among these."""
        questions = [each for part in self.fitb.values() for each in part.questions]
        judged = [each for part in self.compatibility.values() for each in part.questions]
        named = [row for each in questions for row in (*each.context, *each.candidates)]
        asked = np.unique(np.array(named + [row for each in judged for row in each.items]))
        place_of = dict(zip(asked.tolist(), range(len(asked)), strict=True))
        validation = Validation(
            fitb={name: _placed_fitb(part, place_of) for name, part in self.fitb.items()},
            compatibility={
                name: _placed_outfits(part, place_of) for name, part in self.compatibility.items()
            },
            seed=self.seed,
        )
        return asked, validation

    def names(self) -> list[str]:
        """Of the figures, in the order in which they are measured."""
        return [*self.fitb, *self.compatibility, "mean"]

    def measure(self, scorer: Scorer) -> dict[str, float]:
        """Every figure by name; `mean` is their mean, on which epochs are chosen."""
        figures = {
            name: fitb_accuracy(scorer, part, seed=self.seed) for name, part in self.fitb.items()
        } | {name: compatibility_auc(scorer, part) for name, part in self.compatibility.items()}
        return figures | {"mean": sum(figures.values()) / len(figures)}


def with_validation(dataset: Dataset, *, seed: int) -> Dataset:
    """The dataset itself, or, without validation outfits, one with a tenth of train held out.

    Raises:
        SchemaError: there are no training outfits.
    """
    splits = dataset.splits()
    if "train" not in splits:
        raise SchemaError(
            expected="training outfits (split `train`)",
            got=", ".join(splits) or "no outfits",
            file=dataset.folder,
            field="split",
        )
    if "valid" in splits:
        return dataset
    train = dataset.outfits.filter(split="train")["outfit_id"].unique(maintain_order=True)
    held = train.sample(fraction=HELD_OUT, seed=seed)
    split = pl.when(pl.col("outfit_id").is_in(held.implode())).then(pl.lit("valid"))
    return Dataset(
        folder=dataset.folder,
        items=dataset.items,
        outfits=dataset.outfits.with_columns(split=split.otherwise("split")),
    )


def _enough(part: FitbSet | CompatibilitySet) -> bool:
    return len(part.questions) >= MIN_QUESTIONS


def _placed_fitb(part: FitbSet, place_of: Mapping[int, int]) -> FitbSet:
    questions = [
        replace(
            each,
            context=tuple(place_of[row] for row in each.context),
            candidates=tuple(place_of[row] for row in each.candidates),
        )
        for each in part.questions
    ]
    return replace(part, questions=tuple(questions))


def _placed_outfits(part: CompatibilitySet, place_of: Mapping[int, int]) -> CompatibilitySet:
    questions = [
        replace(each, items=tuple(place_of[row] for row in each.items)) for each in part.questions
    ]
    return replace(part, questions=tuple(questions))
