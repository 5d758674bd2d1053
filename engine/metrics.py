"""Figures of merit in [0, 1]: FITB accuracy, ROC-AUC and the pairwise win rate; ties never help."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Integer


def fitb_credits(
    scores: Sequence[Float[np.ndarray, " _"]], answers: Integer[np.ndarray, " questions"]
) -> Float[np.ndarray, " questions"]:
    """Credit in [0, 1] a question: 1 / number tied at the top if the answer is among them, else 0.

    The mean is the FITB accuracy. A constant scorer earns 1 / number of candidates wherever the
    answer stands.

    Args:
        scores: the candidates' scores, one array a question.
        answers: the position of the right candidate.

    Raises:
        ValueError: a score is not a number, or the lengths differ.
    """
    if not scores:
        return np.zeros(0)
    sizes = np.array([len(each) for each in scores])
    answers = np.asarray(answers)
    if len(scores) != len(answers) or (answers < 0).any() or (answers >= sizes).any():
        raise ValueError("expected one answer a question, within its candidates")
    flat = _numbers(np.concatenate(list(scores)))
    starts = np.cumsum(sizes) - sizes
    top = np.maximum.reduceat(flat, starts)
    tied = np.add.reduceat(flat == np.repeat(top, sizes), starts, dtype=np.int64)
    return np.where(flat[starts + answers] == top, 1.0 / tied, 0.0)


def midranks(scores: Float[np.ndarray, " scores"]) -> Float[np.ndarray, " scores"]:
    """Rank from 1, the lowest score first; tied scores share the mean of their ranks.

    Raises:
        ValueError: a score is not a number.
    """
    _, group, sizes = np.unique(_numbers(scores), return_inverse=True, return_counts=True)
    last = np.cumsum(sizes)
    return (last - (sizes - 1) / 2.0)[group]


def roc_auc(
    scores: Float[np.ndarray, " outfits"], labels: Integer[np.ndarray, " outfits"]
) -> float:
    """Area under the ROC curve: chance that a positive outscores a negative, a tie counting half.

    Args:
        scores: of positives and negatives in one pooled list.
        labels: 1 for a positive, 0 for a negative.

    Raises:
        ValueError: a score is not a number, or one of the labels is absent.

    Source:
        Mann-Whitney U over midranks: (R+ - n+ (n+ + 1) / 2) / (n+ n-).
    """
    positive = np.asarray(labels) == 1
    num_positive = int(positive.sum())
    num_negative = len(positive) - num_positive
    if num_positive == 0 or num_negative == 0:
        raise ValueError("expected positives and negatives, got only one of them")
    rank_sum = float(midranks(scores)[positive].sum())
    return (rank_sum - num_positive * (num_positive + 1) / 2) / (num_positive * num_negative)


def pairwise_wins(
    positives: Float[np.ndarray, " pairs"], negatives: Float[np.ndarray, " pairs"]
) -> Float[np.ndarray, " pairs"]:
    """1 for a pair whose positive outscores its own negative, 1/2 for a tie, else 0.

    The mean is the pairwise win rate, which the NGNN paper prints as "AUC"; it is not `roc_auc`,
    which pools the list.

    Raises:
        ValueError: a score is not a number, or there is no pair.

    Source:
        Cui et al. 2019, "Dressing as a Whole" (arXiv 1902.08009), compatibility evaluation.
    """
    if len(positives) == 0:
        raise ValueError("expected at least one pair")
    won = _numbers(positives) > _numbers(negatives)
    return np.asarray(won + (positives == negatives) / 2, np.float64)


def _numbers(scores: Float[np.ndarray, " scores"]) -> Float[np.ndarray, " scores"]:
    """Return the scores as they are, refusing those that compare with nothing."""
    if np.isnan(scores).any():
        raise ValueError("expected scores, got not-a-number")
    return scores
