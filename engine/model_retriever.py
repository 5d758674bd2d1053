"""A model over a catalogue as a retriever: its target embedding against item embeddings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from jaxtyping import Float, Int64

from engine.inline_items import InlineItems
from engine.items import ItemTokens
from engine.metric import similarity
from engine.models.model import Model
from engine.requests import ItemContent
from engine.retriever import RetrievalQuery
from graph.outfits import pad_outfits

DECIMALS: Final = 6
"""Items of equal content must tie, whatever the order in which products were added."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelRetriever:
    """Finds rows of a catalogue as the service does: by inner product with the target embedding.

    Args:
        name: under which reports list the model.
        model: what is judged.
        tokens: of every item of the catalogue.
        wishes: encodes what is asked for, as the service encodes a slot.
    """

    name: str
    model: Model
    tokens: ItemTokens
    wishes: InlineItems

    @torch.inference_mode()
    def similarities(
        self, queries: Sequence[RetrievalQuery], rows: Int64[np.ndarray, " pool"]
    ) -> Float[np.ndarray, "queries pool"]:
        """Similarity of every item of the pool with the target of every query."""
        self.model.eval()
        device = self.tokens.vectors.device
        contexts = pad_outfits([query.context for query in queries]).to(device)
        target = self.model.embed_target(self.tokens, contexts, self._wanted(queries))
        pool = self.tokens.vectors[torch.from_numpy(rows).to(device)]
        similarities = similarity(target, pool).double().cpu().numpy()
        return np.round(similarities, DECIMALS)

    def _wanted(self, queries: Sequence[RetrievalQuery]) -> ItemTokens:
        contents = [
            (ItemContent(category=query.category, title=query.text), "wish") for query in queries
        ]
        features = self.wishes.features(contents)
        return self.model.encode(features.to(self.tokens.vectors.device))
