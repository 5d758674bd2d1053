"""Bags of words: titles and attributes as whitened term weights."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32
from scipy.sparse import csr_matrix

from engine.whitening import ROUNDING, unit_rows

Bags = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BagOfWords:
    """Tf-idf of the words known, projected on principal directions of equal spread.

    Brands, prints and fabrics are rare words that a sentence encoder blurs: a bag keeps them.

    Args:
        words: that are known, in order.
        idf: inverse document frequency of each.
        components: directions divided by the spread along them.
    """

    words: tuple[str, ...]
    idf: Float32[np.ndarray, " words"]
    components: Float32[np.ndarray, "width words"]

    @property
    def width(self) -> int:
        """Numbers in a vector."""
        return len(self.components)

    @classmethod
    def fit(cls, bags: Bags, *, width: int, min_count: int, seed: int) -> "BagOfWords | None":
        """Fit on the words that at least `min_count` bags hold; None if there are fewer than 2.

        A direction without spread counts for nothing.
        """
        from sklearn.decomposition import TruncatedSVD  # noqa: PLC0415 - a server fits nothing
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

        bags = [bag for bag in bags if bag]
        if _num_frequent(bags, min_count) < 2:
            return None
        vectorizer = TfidfVectorizer(analyzer=list, min_df=min_count, sublinear_tf=True)
        weights = vectorizer.fit_transform(bags)
        width = max(min(width, weights.shape[1] - 1, len(bags) // 4), 1)
        svd = TruncatedSVD(width, random_state=seed)
        with np.errstate(invalid="ignore"):  # bags that are all equal have no variance to share
            spread = svd.fit_transform(weights).std(0)
        spread[spread <= ROUNDING] = np.inf
        return cls(
            words=tuple(vectorizer.get_feature_names_out()),
            idf=vectorizer.idf_.astype(np.float32),
            components=(svd.components_ / spread[:, None]).astype(np.float32),
        )

    @classmethod
    def plain(cls, bags: Bags, *, width: int, min_count: int) -> "BagOfWords | None":
        """Keep the most frequent words, each a direction of its own and all of equal weight.

        For attributes: few, clean and worn by many items, so that rarity is no merit.
        """
        counts = Counter(word for bag in bags for word in set(bag))
        frequent = [(-count, word) for word, count in counts.items() if count >= min_count]
        words = tuple(sorted(word for _, word in sorted(frequent)[:width]))
        if len(words) < 2:
            return None
        idf = np.ones(len(words), np.float32)
        return cls(words=words, idf=idf, components=np.eye(len(words), dtype=np.float32))

    def apply(self, bags: Bags) -> Float32[np.ndarray, "bags width"]:
        """Unit vectors, zero where no word is known."""
        weights = _repeats(bags, self.words)
        weights.data = (1 + np.log(weights.data)) * self.idf[weights.indices]
        bag = np.repeat(np.arange(len(bags)), np.diff(weights.indptr))
        weights.data /= np.sqrt(np.bincount(bag, weights.data**2))[bag]
        return unit_rows((weights @ self.components.T).astype(np.float32))


def _repeats(bags: Bags, words: Sequence[str]) -> csr_matrix:
    """How often each bag holds each of the words, in float64."""
    number_of = {word: number for number, word in enumerate(words)}
    known = [[number_of[word] for word in bag if word in number_of] for bag in bags]
    rows = np.repeat(np.arange(len(bags)), [len(numbers) for numbers in known])
    columns = np.array([number for numbers in known for number in numbers], np.int64)
    return csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(bags), len(words)))


def _num_frequent(bags: Bags, min_count: int) -> int:
    words, counts = np.unique([word for bag in bags for word in set(bag)], return_counts=True)
    return int((counts[: len(words)] >= min_count).sum())
