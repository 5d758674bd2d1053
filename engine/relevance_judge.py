"""Relevance put to the complements of a search, and a threshold on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np
import torch
from jaxtyping import Float32
from scipy.special import expit

from data.errors import BundleError, SchemaError
from engine.items import ItemTokens
from engine.relevance import MapQueries
from engine.requests import Complement
from engine.searches import Found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RelevanceJudge:
    """A bundle's adapter, in any runtime, or none."""

    adapter: MapQueries | None

    def check(self, min_relevance: float | None) -> None:
        """Refuse a threshold that cannot be applied.

        Raises:
            SchemaError: it is outside 0 to 1.
            BundleError: the bundle has no adapter.
        """
        if min_relevance is None:
            return
        if not 0 <= min_relevance <= 1:
            raise SchemaError(expected="0 to 1", got=str(min_relevance), field="min_relevance")
        if self.adapter is None:
            raise BundleError("expected a bundle with a relevance adapter, got one without")

    @torch.inference_mode()
    def judge(
        self,
        found: Sequence[Found],
        targets: Float32[np.ndarray, "queries dim"],
        wanted: ItemTokens,
        least: Sequence[float | None],
    ) -> list[list[Complement]]:
        """Complements with their relevance, those below the threshold of their query left out.

        Args:
            found: of each query, best first.
            targets: unit vectors.
            wanted: one a query.
            least: relevance for each query, from 0 to 1; None keeps all.
        """
        told = iter(self._relevance(found, targets, wanted))
        return [
            [
                Complement(item_id=item_id, similarity=similarity, relevance=relevance)
                for item_id, similarity, relevance in zip(
                    each.item_ids, each.similarities, islice(told, len(each)), strict=True
                )
                if minimum is None or (relevance is not None and relevance >= minimum)
            ]
            for each, minimum in zip(found, least, strict=True)
        ]

    def _relevance(
        self,
        found: Sequence[Found],
        targets: Float32[np.ndarray, "queries dim"],
        wanted: ItemTokens,
    ) -> Sequence[float | None]:
        """Of all that was found, query by query; None where there is no adapter."""
        sizes = [len(each) for each in found]
        if self.adapter is None:
            return [None] * sum(sizes)
        maps = self.adapter(torch.from_numpy(targets), wanted)
        slopes, offsets = (
            np.repeat(each.double().numpy(), sizes) for each in (maps.slope, maps.offset)
        )
        similarities = np.fromiter(chain.from_iterable(each.similarities for each in found), float)
        relevance: list[float | None] = expit(slopes * similarities + offsets).tolist()
        return relevance
