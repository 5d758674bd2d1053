"""Relevance put to the complements of a search, and a threshold on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np
from jaxtyping import Float32
from scipy.special import expit

from data.errors import BundleError, SchemaError
from engine.items import ItemTokens
from engine.numpy_relevance import NumpyRelevance
from engine.relevance import RelevanceAdapter
from engine.requests import Complement
from engine.searches import Found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RelevanceJudge:
    """A bundle's adapter, or none."""

    adapter: NumpyRelevance | None

    @classmethod
    def of(cls, adapter: RelevanceAdapter | None) -> "RelevanceJudge":
        """That of an adapter that learns no more."""
        return cls(adapter=None if adapter is None else NumpyRelevance(adapter))

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
        slopes, offsets = (np.repeat(each, sizes) for each in self.adapter(targets, wanted))
        similarities = np.fromiter(chain.from_iterable(each.similarities for each in found), float)
        relevance: list[float | None] = expit(slopes * similarities + offsets).tolist()
        return relevance
