"""Fitting the price level: what prices are usual in each category, and how far outfits agree."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, Int64

from engine.items import ItemFeatures
from engine.models.price_level import PriceLevel

MIN_OUTFITS = 100
"""With two prices or more; with fewer outfits prices are left alone."""

PRIOR_ITEMS = 5
"""As many items of the mean price of all are added to every category."""

LEAST_WITHIN = 0.1**2
"""Of log prices, so that no model expects the prices of an outfit to agree within a tenth."""

Values = Float[np.ndarray, " values"]


def fit_price_level(
    level: PriceLevel, features: ItemFeatures, *choices: Sequence[np.ndarray]
) -> None:
    """Fit in place, on the first of `choices` with enough outfits whose prices are known.

    Variances by analysis of variance, unbiased for outfits of any sizes.

    Source: Searle, Casella, McCulloch, Variance Components (1992), section 3.6: unbalanced data.

    Args:
        level: as it is built.
        features: of all items.
        choices: rows of outfits; those of training first.
    """
    log_price = features.log_prices.double().numpy()
    for outfits in choices:
        priced = [rows[~np.isnan(log_price[rows])] for rows in map(np.asarray, outfits)]
        priced = [rows for rows in priced if len(rows) > 1]
        if len(priced) >= MIN_OUTFITS:
            _fit(level, features.category.numpy(), log_price, priced)
            return


def _fit(
    level: PriceLevel,
    category: Int64[np.ndarray, " items"],
    log_price: Values,
    outfits: Sequence[Int64[np.ndarray, " _"]],
) -> None:
    rows = np.concatenate(outfits)
    mean = _category_means(category[rows], log_price[rows], len(level.mean))
    rest = log_price[rows] - mean[category[rows]]
    between, within = _variances(rest, np.array([len(outfit) for outfit in outfits]))
    level.mean.copy_(torch.from_numpy(mean))
    level.between.fill_(between)
    level.within.fill_(within)


def _category_means(
    category: Int64[np.ndarray, " values"], values: Values, num_categories: int
) -> Float[np.ndarray, " categories"]:
    """Of each category, the rarer the nearer to the mean of all."""
    sums = np.bincount(category, values, num_categories)
    counts = np.bincount(category, minlength=num_categories)
    means: Values = (sums + PRIOR_ITEMS * values.mean()) / (counts + PRIOR_ITEMS)
    return means


def _variances(values: Values, sizes: Int64[np.ndarray, " groups"]) -> tuple[float, float]:
    """Between and within groups that stand one after the other."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    means = np.bincount(group, values) / sizes
    total, groups = sizes.sum(), len(sizes)
    within = np.square(values - means[group]).sum() / (total - groups)
    spread = (sizes * np.square(means - values.mean())).sum()
    effective = total - np.square(sizes).sum() / total
    between = (spread - (groups - 1) * within) / effective
    return max(float(between), 0.0), max(float(within), LEAST_WITHIN)
