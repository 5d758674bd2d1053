"""Question sets built from an outfit table, seeded: fill in the blank and compatibility."""

from collections import Counter

import numpy as np

from data.dataset import Dataset
from data.features import Feature
from data.negatives import NegativePool, Negatives
from data.questions import (
    CompatibilityQuestion,
    CompatibilitySet,
    FitbQuestion,
    FitbSet,
    QuestionSet,
)


def build_fitb(
    dataset: Dataset,
    split: str,
    *,
    negatives: Negatives,
    seed: int,
    candidates: int = 4,
    feature: Feature | None = None,
) -> FitbSet:
    """One question an outfit: a random item is blanked and hidden among distractors.

    Distractors are other items of the split's outfits, distinct, never of the question's outfit,
    drawn as `NegativePool` says: of the same category, the category alone tells nothing. The
    answer's position is random.

    Args:
        dataset: the imported tables.
        split: whose outfits become questions.
        negatives: where distractors come from.
        seed: of every draw; equal seeds build equal questions.
        candidates: number of candidates, the answer included; at least 2.
        feature: of the dataset's items, for the similarity band alone.

    Raises:
        SchemaError: the split holds no outfit.
    """
    if candidates < 2:
        raise ValueError(f"expected at least 2 candidates, got {candidates}")
    pool = NegativePool.of_split(dataset, split, negatives=negatives, seed=seed, feature=feature)
    questions: list[FitbQuestion] = []
    dropped: Counter[str] = Counter()
    for outfit in dataset.outfit_rows(split):
        blank = int(pool.generator.integers(len(outfit)))
        distractors = pool.draw(outfit[blank], outfit, candidates - 1)
        if isinstance(distractors, str):
            dropped[distractors] += 1
            continue
        answer = int(pool.generator.integers(candidates))
        rows = np.insert(distractors, answer, outfit[blank])
        questions.append(
            FitbQuestion(
                context=tuple(np.delete(outfit, blank).tolist()),
                candidates=tuple(rows.tolist()),
                answer=answer,
                context_ids=pool.ids(np.delete(outfit, blank)),
                candidate_ids=pool.ids(rows),
            )
        )
    name = f"fitb {split} {negatives}"
    return QuestionSet(name=name, questions=tuple(questions), dropped=dict(dropped))


def build_compatibility(
    dataset: Dataset,
    split: str,
    *,
    negatives: Negatives,
    seed: int,
    feature: Feature | None = None,
) -> CompatibilitySet:
    """Two questions an outfit: itself with label 1 and, with label 0, every item replaced.

    Replacements are drawn as `build_fitb` draws distractors, so under "same-category" positives
    and negatives hold the same categories. An outfit with an item that cannot be replaced gives
    no question and is counted once.

    Args:
        dataset: the imported tables.
        split: whose outfits become questions.
        negatives: where replacements come from.
        seed: of every draw; equal seeds build equal questions.
        feature: of the dataset's items, for the similarity band alone.

    Raises:
        SchemaError: the split holds no outfit.
    """
    pool = NegativePool.of_split(dataset, split, negatives=negatives, seed=seed, feature=feature)
    questions: list[CompatibilityQuestion] = []
    dropped: Counter[str] = Counter()
    for outfit in dataset.outfit_rows(split):
        replaced = pool.replace(outfit)
        if isinstance(replaced, str):
            dropped[replaced] += 1
            continue
        for label, rows in ((1, outfit), (0, replaced)):
            items = tuple(rows.tolist())
            questions.append(
                CompatibilityQuestion(items=items, label=label, item_ids=pool.ids(rows))
            )
    name = f"compatibility {split} {negatives}"
    return QuestionSet(name=name, questions=tuple(questions), dropped=dict(dropped))
