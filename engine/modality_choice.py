"""Which modalities say anything of what is worn together: the others only give room to overfit.

For each modality a ridge regression predicts, from the whole content of one item, that modality of
another item in the same outfit, both centred by category. It is fitted on pairs of one half of
the items and tested on pairs of the other half, so that a vector which merely tells items apart
predicts nothing, however often the items recur.
"""

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from jaxtyping import Float64, Int64

from engine.items import ItemFeatures
from engine.presence import modality_presence
from graph.outfits import pad_outfits

MIN_PAIRS = 1000
"""Of the tested half: with fewer a modality is not judged, and kept."""

MAX_PAIRS = 50_000
SIGNIFICANT = 3.0
"""Standard errors by which the prediction must agree with what is there."""

SHARE_OF_BEST = 1 / 8
"""Of the agreement of the best modality: what tells so much less only adds room to overfit."""

Pairs = Int64[np.ndarray, "pairs 2"]
Tested = Int64[np.ndarray, "tested 2"]


def telling_modalities(
    features: ItemFeatures,
    widths: Mapping[str, int],
    outfits: Sequence[np.ndarray],
    *,
    seed: int,
) -> dict[str, float]:
    """Agreement of each modality in standard errors, without those that tell nothing.

    Where none tells anything, the one that agrees best is kept.

    Args:
        features: of all items.
        widths: of the modalities side by side in the content.
        outfits: rows of the training outfits.
        seed: of the halves.
    """
    generator = np.random.default_rng(seed)
    half = generator.random(len(features)) < 0.5
    pairs = generator.permutation(_pairs(outfits))
    fitted = pairs[half[pairs].all(1)][:MAX_PAIRS]
    tested = pairs[~half[pairs].any(1)][:MAX_PAIRS]
    present = modality_presence(features.content, list(widths.values())).numpy()
    agreements, start = {}, 0
    for number, (name, width) in enumerate(widths.items()):
        known = (
            pairs[present[pairs[:, 0]].any(1) & present[pairs[:, 1], number]]
            for pairs in (fitted, tested)
        )
        agreements[name] = _agreement(features, slice(start, start + width), *known)
        start += width
    best = max(filter(math.isfinite, agreements.values()), default=SIGNIFICANT)
    enough = min(max(SIGNIFICANT, SHARE_OF_BEST * best), best)
    return {name: value for name, value in agreements.items() if value >= enough}


def _pairs(outfits: Sequence[np.ndarray]) -> Pairs:
    """Distinct ordered pairs of items that stand in one outfit."""
    batch = pad_outfits(outfits)
    rows, mask = batch.rows.numpy(), batch.mask.numpy()
    places = itertools.permutations(range(rows.shape[1]), 2)
    found = [rows[mask[:, [a, b]].all(1)][:, [a, b]] for a, b in places]
    return np.unique(np.concatenate([np.zeros((0, 2), np.int64), *found]), axis=0)


def _agreement(features: ItemFeatures, block: slice, fitted: Pairs, tested: Tested) -> float:
    if min(len(fitted), len(tested)) < MIN_PAIRS:
        return math.inf
    given, wanted = _content(features, fitted[:, 0]), _centred(features, block, fitted[:, 1])
    gram = given.T @ given
    ridge = np.eye(len(gram)) * np.trace(gram) / len(gram)
    weights = np.linalg.solve(gram + ridge, given.T @ wanted)
    actual = _centred(features, block, tested[:, 1])
    agreement = (_content(features, tested[:, 0]) @ weights * actual).sum(1)
    return float(agreement.mean() / max(agreement.std() / len(agreement) ** 0.5, 1e-12))


def _content(
    features: ItemFeatures, rows: Int64[np.ndarray, " rows"]
) -> Float64[np.ndarray, "rows content"]:
    content: np.ndarray = features.content[torch.from_numpy(rows)].double().numpy()
    return content


def _centred(
    features: ItemFeatures, block: slice, rows: Int64[np.ndarray, " rows"]
) -> Float64[np.ndarray, "rows width"]:
    """A block of the rows less its mean over those of their category."""
    values, categories = _content(features, rows)[:, block], features.category.numpy()[rows]
    total = np.zeros((int(categories.max()) + 1, values.shape[1]))
    np.add.at(total, categories, values)
    count = np.bincount(categories, minlength=len(total)).clip(min=1)
    centred: np.ndarray = values - (total / count[:, None])[categories]
    return centred
