"""A model asked about outfits and their parts: logits, contributions, a replacement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float

from engine.calibration import Calibrator
from engine.explanation import Attribution, attribute
from engine.items import ItemTokens
from engine.models.model import Model
from engine.presence import known_parts, known_shares
from engine.requests import Replacement
from graph.outfits import OutfitBatch

PROPOSALS = 50
"""Complements of the rest of an outfit that are tried in the place of its weakest item."""
BATCH = 1024


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Explainer:
    """A model with its calibrator.

    Args:
        model: that judges.
        calibrator: of its compatibility logits.
        widths: of the modalities in the content.
    """

    model: Model
    calibrator: Calibrator
    widths: Mapping[str, int]

    @torch.inference_mode()
    def judge(self, tokens: ItemTokens, batch: OutfitBatch) -> tuple[list[float], list[float]]:
        """Compatibility logit and calibrated probability of each outfit."""
        logits = self.model.judge(tokens, batch).compatibility.double().numpy()
        known = known_shares(known_parts(tokens, self.widths), batch).double().numpy()
        return logits.tolist(), self.calibrator.probability(logits, known).tolist()

    def attribute(self, tokens: ItemTokens) -> Attribution:
        """What each item and each pair of one outfit adds to its compatibility logit."""

        @torch.inference_mode()
        def value(subsets: Bool[np.ndarray, "subsets items"]) -> Float[np.ndarray, " subsets"]:
            masks = torch.split(torch.from_numpy(subsets), BATCH)
            parts = [self.model.judge(tokens, _subsets(mask)).compatibility for mask in masks]
            logits: np.ndarray = torch.cat(parts).double().numpy()
            return logits

        return attribute(value, len(tokens))

    def best_replacement(
        self,
        tokens: ItemTokens,
        weakest: int,
        proposals: ItemTokens,
        *,
        ids: Sequence[str],
        logit: float,
    ) -> Replacement | None:
        """The proposal that raises the logit most in the place of the weakest; None if none does.

        Args:
            tokens: of the outfit.
            weakest: position of the item to replace.
            proposals: tokens of the items to try.
            ids: of the proposals.
            logit: of the outfit.
        """
        if not ids:
            return None
        rows = torch.arange(len(tokens)).repeat(len(ids), 1)
        rows[:, weakest] = len(tokens) + torch.arange(len(ids))
        batch = OutfitBatch(rows=rows, mask=torch.ones_like(rows, dtype=torch.bool))
        logits, probabilities = self.judge(tokens.join(proposals), batch)
        best = int(np.argmax(logits))
        if logits[best] <= logit:
            return None
        return Replacement(item_id=ids[best], logit=logits[best], probability=probabilities[best])


def _subsets(mask: Bool[torch.Tensor, "subsets items"]) -> OutfitBatch:
    rows = torch.arange(mask.shape[1]).expand_as(mask)
    return OutfitBatch(rows=rows.where(mask, 0), mask=mask)
