"""Training examples: outfits with a blank each, what may stand there, and outfits broken up."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from engine.negatives import NegativeSampler
from engine.objective_config import ObjectiveConfig
from graph.outfits import OutfitBatch

CATALOGUE_ROWS = 1024
"""Rows of the whole catalogue that a target is told from, where it is."""


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
        catalogue: further items that no target means, whatever outfit they are in.
    """

    outfits: OutfitBatch
    blank: Int[Tensor, " outfits"]
    candidates: Int[Tensor, "outfits candidates"]
    valid: Bool[Tensor, "outfits candidates"]
    broken: OutfitBatch
    described: Bool[Tensor, " outfits"]
    coarse: Bool[Tensor, " outfits"]
    catalogue: Int[Tensor, " rows"]

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
            catalogue=self.catalogue.to(device),
        )

    def part(self, outfits: slice) -> "Example":
        """Some of the outfits, with the whole catalogue."""
        return Example(
            outfits=self.outfits.part(outfits),
            blank=self.blank[outfits],
            candidates=self.candidates[outfits],
            valid=self.valid[outfits],
            broken=self.broken.part(outfits),
            described=self.described[outfits],
            coarse=self.coarse[outfits],
            catalogue=self.catalogue,
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
    near = torch.rand(places.shape, generator=generator) < config.same_category
    stand_ins = sampler.draw(places, near, generator, meaning=config.near)
    all_near = torch.rand((num, 1), generator=generator) < config.same_category
    broken = sampler.draw(
        outfits.rows, all_near.expand_as(outfits.rows), generator, meaning=config.near
    )
    wish = torch.rand(num, generator=generator)
    return Example(
        outfits=outfits,
        blank=blank,
        candidates=torch.cat([answer, stand_ins], dim=1),
        valid=torch.cat([torch.ones_like(answer, dtype=torch.bool), stand_ins != answer], dim=1),
        broken=OutfitBatch(rows=broken.where(outfits.mask, 0), mask=outfits.mask),
        described=wish < config.slot_text,
        coarse=(wish >= 1 - config.coarse) & (wish >= config.slot_text),
        catalogue=sampler.draw_catalogue(
            CATALOGUE_ROWS if config.negatives == "catalogue" else 0, generator
        ),
    )


def distinct(example: Example) -> tuple[Int[Tensor, " distinct"], Example]:
    """The distinct rows of an example, and the example in terms of them.

    Padding takes the row of the answer, or the first item of the catalogue would be in every batch.
    """
    mask, answer = example.outfits.mask, example.candidates[:, :1]
    parts = [
        example.outfits.rows.where(mask, answer),
        example.candidates,
        example.broken.rows.where(mask, answer),
        example.catalogue,
    ]
    rows, inverse = torch.unique(torch.cat([part.flatten() for part in parts]), return_inverse=True)
    outfits, candidates, broken, catalogue = (
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
        catalogue=catalogue,
    )
