"""Fitting the category prior: real outfits against chance meetings, on all training outfits.

Source: noise-contrastive estimation (Gutmann and Hyvärinen 2010), which makes the logit the log
ratio of two densities: categories as outfits hold them, and categories drawn one by one.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional

from engine.items import ItemFeatures
from engine.models.category_prior import CategoryPrior
from graph.outfits import OutfitBatch, join_batches, pad_outfits

EPOCHS = 8
BATCH = 256
LEARNING_RATE = 2e-3
WEIGHT_DECAY = 1e-2
STAND_INS = 4
HELD_OUT = 0.1


def fit_category_prior(
    prior: CategoryPrior, features: ItemFeatures, outfits: Sequence[np.ndarray], *, seed: int
) -> None:
    """Fit in place, keep the epoch that judges a held-out tenth best, and hold the prior fixed.

    Args:
        prior: at its start.
        features: of all items; only category and slot are read.
        outfits: rows of all training outfits, with content or without.
        seed: of order, chance meetings and dropout.
    """
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(outfits), generator=generator).tolist()
    num_held = max(int(HELD_OUT * len(outfits)), 1)
    fitted = [outfits[at] for at in order[num_held:]]
    contrast = _Contrast(features, outfits, generator)
    exam = contrast.draw([outfits[at] for at in order[:num_held]])
    prior.requires_grad_(True)  # noqa: FBT003 - torch's own signature
    steps = _Steps(prior, num_steps=EPOCHS * -(-len(fitted) // BATCH))
    best, best_loss = copy.deepcopy(prior.state_dict()), _exam_loss(prior, exam)
    for _ in range(EPOCHS):
        prior.train()
        for numbers in torch.randperm(len(fitted), generator=generator).split(BATCH):  # type: ignore[no-untyped-call]
            batch = contrast.draw([fitted[at] for at in numbers.tolist()])
            steps.take(_loss(prior, batch))
        loss = _exam_loss(prior, exam)
        if loss < best_loss:
            best, best_loss = copy.deepcopy(prior.state_dict()), loss
    prior.load_state_dict(best)
    prior.eval().requires_grad_(False)  # noqa: FBT003 - torch's own signature


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Categories:
    """Real outfits, then as many chance meetings, then each real one with `STAND_INS` stand-ins."""

    category: Int[Tensor, "rows items"]
    slot: Int[Tensor, "rows items"]
    mask: Bool[Tensor, "rows items"]


class _Contrast:
    """Draws chance meetings: items as often as outfits hold them, each by itself."""

    def __init__(
        self, features: ItemFeatures, outfits: Sequence[np.ndarray], generator: torch.Generator
    ) -> None:
        self._features = features
        self._occurrences = torch.from_numpy(np.concatenate(outfits))
        self._generator = generator

    def draw(self, outfits: Sequence[np.ndarray]) -> _Categories:
        real = pad_outfits(outfits)
        chance = OutfitBatch(rows=self._meet(real.rows), mask=real.mask)
        blank = torch.multinomial(real.mask.float(), 1, generator=self._generator)[:, 0]
        spoilt = [real.replaced(blank, self._meet(blank)) for _ in range(STAND_INS)]
        joined = join_batches([real, chance, *spoilt])
        category, slot = self._features.category[joined.rows], self._features.slot[joined.rows]
        return _Categories(
            category=category.where(joined.mask, 0),
            slot=slot.where(joined.mask, 0),
            mask=joined.mask,
        )

    def _meet(self, places: Int[Tensor, "*places"]) -> Int[Tensor, "*places"]:
        shape, num = places.shape, len(self._occurrences)
        return self._occurrences[torch.randint(num, shape, generator=self._generator)]


class _Steps:
    """The optimiser and its schedule."""

    def __init__(self, prior: CategoryPrior, *, num_steps: int) -> None:
        self._optimizer = torch.optim.AdamW(
            prior.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY
        )
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(
            self._optimizer, LEARNING_RATE, total_steps=num_steps + 1, pct_start=0.1
        )

    def take(self, loss: Float[Tensor, ""]) -> None:
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()
        self._schedule.step()


def _loss(prior: CategoryPrior, drawn: _Categories) -> Float[Tensor, ""]:
    """Cross-entropy of real against chance, and of the real item among its stand-ins."""
    logits = prior(drawn.category, drawn.slot, drawn.mask).view(2 + STAND_INS, -1)
    real, chance = logits[0], logits[1]
    choice = torch.cat([logits[:1], logits[2:]]).T
    return (
        functional.softplus(-real).mean()
        + functional.softplus(chance).mean()
        + functional.cross_entropy(choice, torch.zeros(len(choice), dtype=torch.int64))
    )


@torch.inference_mode()
def _exam_loss(prior: CategoryPrior, exam: _Categories) -> float:
    prior.eval()
    return float(_loss(prior, exam))
