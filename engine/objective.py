"""The training objective: outfits against outfits, candidates against candidates."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional

from engine.items import ItemFeatures, ItemTokens
from engine.models.model import Model
from engine.negatives import NegativeSampler
from graph.outfits import OutfitBatch, join_batches

SIMILARITY_TEMPERATURE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveConfig:
    """What a model is trained against.

    Args:
        num_negatives: stand-ins for the blank of each outfit.
        same_category: share of stand-ins that have the category of the item they stand for.
        slot_text: share of targets described by their own content; the rest are asked for by
            category alone, or models copy the description and fail without one.
        coarse: share of targets asked for by their coarse slot alone, never the described ones.
        target_weight: weight of retrieval beside compatibility.
        in_batch: whether the target is told from every item of the batch, or from its stand-ins.
    """

    num_negatives: int = 4
    same_category: float = 0.85
    slot_text: float = 0.2
    coarse: float = 0.3
    target_weight: float = 1.0
    in_batch: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Example:
    """A batch of outfits with a blank each, and what may stand there.

    Args:
        outfits: the real ones.
        blank: position of the item asked for.
        candidates: the real item first, then its stand-ins.
        valid: false where a stand-in is the real item itself.
        broken: each outfit with every item replaced.
        described: whether the target comes with its own description.
        coarse: whether it is asked for by its slot alone, its category hidden.
    """

    outfits: OutfitBatch
    blank: Int[Tensor, " outfits"]
    candidates: Int[Tensor, "outfits candidates"]
    valid: Bool[Tensor, "outfits candidates"]
    broken: OutfitBatch
    described: Bool[Tensor, " outfits"]
    coarse: Bool[Tensor, " outfits"]

    def to(self, device: torch.device) -> "Example":
        """The same example on another device."""
        return Example(
            outfits=self.outfits.to(device),
            blank=self.blank.to(device),
            candidates=self.candidates.to(device),
            valid=self.valid.to(device),
            broken=self.broken.to(device),
            described=self.described.to(device),
            coarse=self.coarse.to(device),
        )


def draw_example(
    outfits: OutfitBatch,
    sampler: NegativeSampler,
    config: ObjectiveConfig,
    generator: torch.Generator,
) -> Example:
    """Choose blanks, stand-ins and broken outfits."""
    num = len(outfits)
    blank = torch.multinomial(outfits.mask.float(), 1, generator=generator)[:, 0]
    answer = outfits.rows.gather(1, blank[:, None])
    places = answer.expand(-1, config.num_negatives)
    same = torch.rand(places.shape, generator=generator) < config.same_category
    candidates = torch.cat([answer, sampler.draw(places, same, generator)], dim=1)
    all_same = torch.rand((num, 1), generator=generator) < config.same_category
    broken = sampler.draw(outfits.rows, all_same.expand_as(outfits.rows), generator)
    wish = torch.rand(num, generator=generator)
    valid = candidates != answer
    valid[:, 0] = True
    return Example(
        outfits=outfits,
        blank=blank,
        candidates=candidates,
        valid=valid,
        broken=OutfitBatch(rows=broken.where(outfits.mask, 0), mask=outfits.mask),
        described=wish < config.slot_text,
        coarse=(wish >= 1 - config.coarse) & (wish >= config.slot_text),
    )


def objective(
    model: Model, features: ItemFeatures, example: Example, config: ObjectiveConfig
) -> Float[Tensor, ""]:
    """Compatibility and choice of the blank, plus retrieval of it.

    Compatibility is the binary cross-entropy of real outfits, outfits with a stand-in and broken
    outfits, each kind of equal weight. Choice is the cross-entropy of the real item among its
    candidates, and retrieval the same over the cosines to the target embedding (InfoNCE, van den
    Oord 2018, arXiv 1807.03748).
    """
    rows, places = _distinct(example)
    tokens = model.encode(features.take(rows))
    compatibility, choice = _candidate_logits(model, tokens, places)
    broken = model.judge(tokens, places.broken).compatibility
    return (
        _compatibility_loss(compatibility, broken, places.valid)
        + _choice_loss(choice, places.valid)
        + config.target_weight
        * _retrieval_loss(model, tokens, features.take(rows), places, in_batch=config.in_batch)
    )


def _distinct(example: Example) -> tuple[Int[Tensor, " distinct"], Example]:
    """The distinct rows of an example, and the example in terms of them.

    Padding takes the row of the answer, or the first item of the catalogue would be in every batch.
    """
    mask, answer = example.outfits.mask, example.candidates[:, :1]
    parts = [
        example.outfits.rows.where(mask, answer),
        example.candidates,
        example.broken.rows.where(mask, answer),
    ]
    rows, inverse = torch.unique(torch.cat([part.flatten() for part in parts]), return_inverse=True)
    outfits, candidates, broken = (
        places.view(part.shape)
        for places, part in zip(
            torch.split(inverse, [part.numel() for part in parts]), parts, strict=True
        )
    )
    return rows, Example(
        outfits=OutfitBatch(rows=outfits, mask=mask),
        blank=example.blank,
        candidates=candidates,
        valid=example.valid,
        broken=OutfitBatch(rows=broken, mask=mask),
        described=example.described,
        coarse=example.coarse,
    )


def _candidate_logits(
    model: Model, tokens: ItemTokens, example: Example
) -> tuple[Float[Tensor, "outfits candidates"], Float[Tensor, "outfits candidates"]]:
    """Compatibility and choice of the outfit that each candidate completes."""
    completed = [
        example.outfits.replaced(example.blank, rows) for rows in example.candidates.unbind(1)
    ]
    logits = model.judge(tokens, join_batches(completed))
    shape = (len(completed), -1)
    return logits.compatibility.view(shape).T, logits.choice.view(shape).T


def _compatibility_loss(
    logits: Float[Tensor, "outfits candidates"],
    broken: Float[Tensor, " outfits"],
    valid: Bool[Tensor, "outfits candidates"],
) -> Float[Tensor, ""]:
    wrong = functional.softplus(logits[:, 1:]).where(valid[:, 1:], 0).mean()
    real = functional.softplus(-logits[:, 0]).mean()
    return real + (wrong + functional.softplus(broken).mean()) / 2


def _choice_loss(
    logits: Float[Tensor, "outfits candidates"], valid: Bool[Tensor, "outfits candidates"]
) -> Float[Tensor, ""]:
    scores = logits.masked_fill(~valid, -torch.inf)
    return functional.cross_entropy(scores, scores.new_zeros(len(scores), dtype=torch.int64))


def _retrieval_loss(
    model: Model,
    tokens: ItemTokens,
    features: ItemFeatures,
    example: Example,
    *,
    in_batch: bool,
) -> Float[Tensor, ""]:
    """The cosine of each target to its item against those to other items."""
    answer = example.candidates[:, 0]
    wish = features.take(answer).without_category(example.coarse)
    wanted = model.encode(wish.without_content(~example.described))
    context = example.outfits.without(example.blank)
    target = model.embed_target(tokens, context, wanted)
    cosine = target @ tokens.vectors.T / SIMILARITY_TEMPERATURE
    if not in_batch:
        return _choice_loss(cosine.gather(1, example.candidates), example.valid)
    return functional.cross_entropy(cosine.masked_fill(_own(example, cosine), -torch.inf), answer)


def _own(example: Example, cosine: Float[Tensor, "outfits items"]) -> Bool[Tensor, "outfits items"]:
    """Which items of the batch are the outfit's own, its answer not counted."""
    own = torch.zeros_like(cosine, dtype=torch.bool)
    outfit, place = example.outfits.mask.nonzero(as_tuple=True)
    own[outfit, example.outfits.rows[outfit, place]] = True
    return own.scatter(1, example.candidates[:, :1], value=False)
