"""Whitening of frozen features: every direction counts alike, every vector has unit length."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32

ROUNDING = 1e-5
"""Spread of float32 rounding errors after a decomposition, beside the largest number; generous."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Whitening:
    """Subtract the mean, project on principal directions, divide by their spread.

    Whitened cosine beats the plain one: titles share a few strong directions (length, language)
    that say nothing of style.

    Args:
        mean: of the vectors it was fitted on.
        components: directions divided by the spread along them.
    """

    mean: Float32[np.ndarray, " dim"]
    components: Float32[np.ndarray, "width dim"]

    @property
    def width(self) -> int:
        """Numbers in a whitened vector."""
        return len(self.components)

    @classmethod
    def fit(
        cls, vectors: Float32[np.ndarray, "items dim"], *, width: int, seed: int
    ) -> "Whitening":
        """Fit at most `width` directions, and at most one to every four vectors.

        A direction whose spread is no more than rounding error counts for nothing.
        """
        from sklearn.decomposition import PCA  # noqa: PLC0415 - a server fits nothing

        width = min(width, vectors.shape[1], max(len(vectors) // 4, 1))
        with np.errstate(invalid="ignore"):  # vectors that are all equal have no variance to share
            pca = PCA(width, whiten=True, svd_solver="randomized", random_state=seed).fit(vectors)
        spread = np.sqrt(pca.explained_variance_)
        spread[spread <= ROUNDING * np.abs(vectors).max()] = np.inf
        return cls(
            mean=pca.mean_.astype(np.float32),
            components=(pca.components_ / spread[:, None]).astype(np.float32),
        )

    def apply(
        self, vectors: Float32[np.ndarray, "items dim"], present: Bool[np.ndarray, " items"]
    ) -> Float32[np.ndarray, "items width"]:
        """Unit vectors, zero where absent."""
        white = np.zeros((len(vectors), self.width), np.float32)
        white[present] = unit_rows((vectors[present] - self.mean) @ self.components.T)
        return white


def unit_rows(rows: Float32[np.ndarray, "rows width"]) -> Float32[np.ndarray, "rows width"]:
    """Each row divided by its length; a row of zeros stays."""
    length: Float32[np.ndarray, "rows 1"] = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Float32[np.ndarray, "rows width"] = rows / length.clip(min=1e-12)
    return unit
