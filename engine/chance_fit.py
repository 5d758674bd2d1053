"""Fitting chance: how the content logit of outfits spreads when every item is exchanged."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from engine.items import ItemTokens
from engine.models.outfit_model import OutfitModel, PlacedItems
from engine.negatives import NegativeSampler
from graph.outfits import OutfitBatch, pad_outfits

EPOCHS = 12
BATCH = 256
LEARNING_RATE = 2e-3
WEIGHT_DECAY = 1e-2


def fit_chance(
    model: OutfitModel,
    tokens: ItemTokens,
    outfits: Sequence[np.ndarray],
    sampler: NegativeSampler,
    *,
    seed: int,
) -> None:
    """Fit `model.chance` in place, by the likelihood of a normal distribution, and hold it fixed.

    Args:
        model: trained.
        tokens: of all items.
        outfits: rows of the training outfits; each gives its categories, and which items have
            content.
        sampler: exchanges every item for one of its category with the same modalities.
        seed: of the exchanges, the order and dropout.
    """
    generator = torch.Generator().manual_seed(seed)
    chance = model.eval().chance
    _set_scale(model, tokens, _exchanged(outfits, sampler, generator))
    chance.train().requires_grad_(True)  # noqa: FBT003 - torch's own signature
    optimizer = torch.optim.AdamW(chance.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    num_steps = EPOCHS * -(-len(outfits) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, LEARNING_RATE, total_steps=num_steps + 1, pct_start=0.1
    )
    for _ in range(EPOCHS):
        for numbers in torch.randperm(len(outfits), generator=generator).split(BATCH):  # type: ignore[no-untyped-call]
            batch = _exchanged([outfits[at] for at in numbers.tolist()], sampler, generator)
            optimizer.zero_grad()
            _loss(model, tokens, batch).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
    chance.eval().requires_grad_(False)  # noqa: FBT003 - torch's own signature


def _exchanged(
    outfits: Sequence[np.ndarray], sampler: NegativeSampler, generator: torch.Generator
) -> OutfitBatch:
    """Each outfit with every item exchanged for one of its category."""
    batch = pad_outfits(outfits)
    same = torch.ones_like(batch.mask)
    drawn = sampler.draw(batch.rows, same, generator)
    return OutfitBatch(rows=drawn.where(batch.mask, 0), mask=batch.mask)


@torch.no_grad()
def _set_scale(model: OutfitModel, tokens: ItemTokens, batch: OutfitBatch) -> None:
    logit = model.content_logit(_placed(model, tokens, batch))
    model.chance.centre.copy_(logit.mean())
    model.chance.spread.copy_(logit.std().clamp(min=1e-3))


def _placed(model: OutfitModel, tokens: ItemTokens, batch: OutfitBatch) -> PlacedItems:
    """The items of a batch, where the model is; tokens may be too many for there."""
    return PlacedItems.gather(tokens, batch).to(model.offset.device)


def _loss(model: OutfitModel, tokens: ItemTokens, batch: OutfitBatch) -> Float[Tensor, ""]:
    """The negative log-likelihood of the logits, up to a constant."""
    items = _placed(model, tokens, batch)
    with torch.no_grad():
        logit = (model.content_logit(items) - model.chance.centre) / model.chance.spread
    mean, log_deviation = model.chance(items.category, items.slot, items.known)
    loss: Tensor = (log_deviation + ((logit - mean) / log_deviation.exp()).square() / 2).mean()
    return loss
