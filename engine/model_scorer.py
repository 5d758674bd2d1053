"""A model over a catalogue as a scorer: what evaluation and early stopping ask."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int
from scipy.special import expit
from torch import Tensor

from data.questions import CompatibilityQuestion, FitbQuestion
from engine.items import ItemFeatures, ItemTokens
from engine.mapped import mapped_rows
from engine.models.model import Model, OutfitLogits
from graph.outfits import pad_outfits

BATCH = 1024
ITEMS_AT_ONCE = 8192
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


def encode_items(
    model: Model,
    features: ItemFeatures,
    rows: Int[Tensor, " rows"] | None = None,
    *,
    batch: int = ITEMS_AT_ONCE,
) -> ItemTokens:
    """Tokens of the items at `rows`, by default of every item, with nothing hidden."""
    rows = torch.arange(len(features)) if rows is None else rows
    device = next(model.parameters()).device
    return ItemTokens(
        category=features.category[rows].to(device),
        slot=features.slot[rows].to(device),
        vectors=torch.cat(list(item_vectors(model, features, rows, batch=batch))),
        log_price=features.log_prices[rows].to(device),
    )


def item_vectors(
    model: Model,
    features: ItemFeatures,
    rows: Int[Tensor, " rows"],
    *,
    batch: int = ITEMS_AT_ONCE,
) -> Iterator[Float[Tensor, "_ dim"]]:
    """The vectors of the items at `rows`, a batch at a time, with nothing hidden."""
    for part in torch.split(rows, batch):
        yield _vectors(model, features.take(part))


def map_items(model: Model, features: ItemFeatures, scratch: Path | None = None) -> ItemTokens:
    """Tokens of every item, with nothing hidden, not in memory but mapped from a temporary file.

    Args:
        model: that encodes them.
        features: of the items.
        scratch: the folder of the file; None for the system's temporary one.
    """
    vectors = item_vectors(model, features, torch.arange(len(features)))
    return ItemTokens(
        category=features.category,
        slot=features.slot,
        vectors=mapped_rows((part.cpu().numpy() for part in vectors), scratch),
        log_price=features.log_prices,
    )


@torch.inference_mode()
def _vectors(model: Model, items: ItemFeatures) -> Float[Tensor, "items dim"]:
    return model.eval().encode(items.to(next(model.parameters()).device)).vectors


def _batches(outfits: Sequence[Rows]) -> Iterator[list[Rows]]:
    rest = iter(outfits)
    while batch := list(islice(rest, BATCH)):
        yield batch
