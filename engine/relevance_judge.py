"""Relevance put to the complements of a search, and a threshold on it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float32
from scipy.special import expit

from data.errors import BundleError, SchemaError
from engine.items import ItemTokens
from engine.relevance import MapQueries
from engine.requests import Complement


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
        found: Sequence[Sequence[Complement]],
        targets: Float32[np.ndarray, "queries dim"],
        wanted: ItemTokens,
        least: Sequence[float | None],
    ) -> list[list[Complement]]:
        """The complements of each query with their relevance, those below its threshold left out.

        Args:
            found: of each query, best first.
            targets: unit vectors.
            wanted: one a query.
            least: relevance for each query, from 0 to 1; None keeps all.
        """
        if self.adapter is None:
            return [list(each) for each in found]
        maps = self.adapter(torch.from_numpy(targets), wanted)
        slopes, offsets = maps.slope.double().tolist(), maps.offset.double().tolist()
        answers = []
        for number, each in enumerate(found):
            similarities = np.array([one.similarity for one in each])
            relevance = expit(slopes[number] * similarities + offsets[number]).tolist()
            minimum = least[number]
            answers.append(
                [
                    Complement(item_id=one.item_id, similarity=one.similarity, relevance=value)
                    for one, value in zip(each, relevance, strict=True)
                    if minimum is None or value >= minimum
                ]
            )
        return answers
