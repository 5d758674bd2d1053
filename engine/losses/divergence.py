"""Divergences from what a teacher says: zero where a student says the same."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional


def choice_divergence(
    logits: Float[Tensor, "outfits candidates"],
    taught: Float[Tensor, "outfits candidates"],
    valid: Bool[Tensor, "outfits candidates"],
) -> Float[Tensor, " outfits"]:
    """Kullback-Leibler divergence of the student's choice from the teacher's, in nats.

    Source: Hinton, Vinyals, Dean 2015, arXiv 1503.02531, at temperature 1.

    Args:
        logits: of the student.
        taught: of the teacher.
        valid: which candidates count.
    """
    student, teacher = (
        each.masked_fill(~valid, -torch.inf).log_softmax(dim=1).where(valid, 0)
        for each in (logits, taught)
    )
    return (teacher.exp() * (teacher - student)).where(valid, 0).sum(1)


def binary_divergence(
    logits: Float[Tensor, "*outfits"], taught: Float[Tensor, "*outfits"]
) -> Float[Tensor, "*outfits"]:
    """The same between probabilities that outfits are real, the sigmoids of the logits."""
    probability = taught.sigmoid()
    yes = functional.logsigmoid(taught) - functional.logsigmoid(logits)
    no = functional.logsigmoid(-taught) - functional.logsigmoid(-logits)
    return probability * yes + (1 - probability) * no
