"""What a model says of a training example."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from engine.examples import Example
from engine.items import ItemTokens
from engine.models.model import Model
from graph.outfits import join_batches


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JudgedExample:
    """Logits of the outfits of an example.

    Args:
        compatibility: of the outfit that each candidate completes; the real one stands first.
        choice: of each candidate for the blank.
        broken: compatibility of each outfit with every item replaced.
    """

    compatibility: Float[Tensor, "outfits candidates"]
    choice: Float[Tensor, "outfits candidates"]
    broken: Float[Tensor, " outfits"]

    def to(self, device: torch.device) -> "JudgedExample":
        """The same on another device."""
        return JudgedExample(
            compatibility=self.compatibility.to(device),
            choice=self.choice.to(device),
            broken=self.broken.to(device),
        )


def judge_example(model: Model, tokens: ItemTokens, example: Example) -> JudgedExample:
    """Ask a model, over the items that the example points into."""
    completed = [
        example.outfits.replaced(example.blank, rows) for rows in example.candidates.unbind(1)
    ]
    logits = model.judge(tokens, join_batches(completed))
    shape = (len(completed), -1)
    return JudgedExample(
        compatibility=logits.compatibility.view(shape).T,
        choice=logits.choice.view(shape).T,
        broken=model.judge(tokens, example.broken).compatibility,
    )
