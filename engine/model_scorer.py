"""A model over a catalogue as a scorer: what evaluation and early stopping ask."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

import numpy as np
import torch
from jaxtyping import Float
from scipy.special import expit
from torch import Tensor

from data.questions import CompatibilityQuestion, FitbQuestion
from engine.items import ItemFeatures, ItemTokens
from engine.models.model import Model, OutfitLogits
from graph.outfits import pad_outfits

BATCH = 1024
Rows = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelScorer:
    """Scores rows of a catalogue; a candidate by the outfit that it completes."""

    name: str
    model: Model
    tokens: ItemTokens

    def score_outfits(
        self, questions: Sequence[CompatibilityQuestion]
    ) -> Float[np.ndarray, " questions"]:
        """Compatibility logits."""
        outfits = [question.items for question in questions]
        return self._judge(outfits, lambda logits: logits.compatibility)

    def probabilities(
        self, questions: Sequence[CompatibilityQuestion]
    ) -> Float[np.ndarray, " questions"]:
        """Sigmoid of the compatibility logits."""
        return np.asarray(expit(self.score_outfits(questions)), np.float64)

    def score_candidates(self, questions: Sequence[FitbQuestion]) -> list[Float[np.ndarray, " _"]]:
        """Choice logits of the context completed by each candidate."""
        completed = [
            (*question.context, candidate)
            for question in questions
            for candidate in question.candidates
        ]
        ends = np.cumsum([0, *(len(question.candidates) for question in questions)])
        logits = self._judge(completed, lambda logits: logits.choice)
        return [logits[start:end] for start, end in pairwise(ends)]

    @torch.inference_mode()
    def _judge(
        self, outfits: Sequence[Rows], pick: Callable[[OutfitLogits], Tensor]
    ) -> Float[np.ndarray, " outfits"]:
        self.model.eval()
        device = self.tokens.vectors.device
        logits = [
            pick(self.model.judge(self.tokens, pad_outfits(batch).to(device))).cpu()
            for batch in _batches(outfits)
        ]
        return torch.cat([torch.zeros(0), *logits]).double().numpy()


@torch.inference_mode()
def encode_items(model: Model, features: ItemFeatures, batch: int = 8192) -> ItemTokens:
    """Tokens of every item, with nothing hidden."""
    model.eval()
    device = next(model.parameters()).device
    vectors = [
        model.encode(features.take(rows).to(device)).vectors
        for rows in torch.arange(len(features)).split(batch)  # type: ignore[no-untyped-call]
    ]
    return ItemTokens(
        category=features.category.to(device),
        slot=features.slot.to(device),
        vectors=torch.cat(vectors),
        log_price=features.log_prices.to(device),
    )


def _batches(outfits: Sequence[Rows]) -> Iterator[list[Rows]]:
    rest = iter(outfits)
    while batch := list(islice(rest, BATCH)):
        yield batch
