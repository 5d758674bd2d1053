"""Contributions of items and pairs to a value of sets, which sum to what they claim.

Pairs are the Shapley-Taylor index of order 2; with the values of single items they sum to the
value of the whole set less that of the empty one, and each item's value alone with half of its
pairs is its Shapley value.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from math import comb
from typing import TypeAlias

import numpy as np
from jaxtyping import Bool, Float

from engine.requests import ItemContribution, PairContribution

EXACT_ITEMS = 8
"""Most items of which every subset is valued."""
SAMPLED_VALUES = 2048
"""About how many subsets of a larger set are valued."""

Value: TypeAlias = Callable[[Bool[np.ndarray, "subsets items"]], Float[np.ndarray, " subsets"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """The value of a set, taken apart.

    Args:
        logit: of the whole set.
        empty_logit: of the empty set.
        items: in their order.
        pairs: `first` < `second`.
        exact: false where the pairs were sampled; the sums hold all the same.
    """

    logit: float
    empty_logit: float
    items: tuple[ItemContribution, ...]
    pairs: tuple[PairContribution, ...]
    exact: bool

    @property
    def weakest(self) -> int:
        """Position of the item without which the value would be highest."""
        return min(range(len(self.items)), key=lambda position: self.items[position].left_out)


def attribute(value: Value, num_items: int, *, seed: int = 0) -> Attribution:
    """Take the value of a set apart.

    Args:
        value: of subsets, given as true where an item is present.
        num_items: in the set, at least 1.
        seed: of the orders that are sampled where the items are too many for all subsets.

    Source:
        Dhamdhere, Agarwal and Sundararajan 2020, "The Shapley Taylor Interaction Index"
        (arXiv 1902.05622), for order 2: the sum over subsets, and the mean over orders.
    """
    exact = num_items <= EXACT_ITEMS
    singles, rest = np.eye(num_items, dtype=np.bool_), ~np.eye(num_items, dtype=np.bool_)
    whole = np.ones((1, num_items), np.bool_)
    values = value(np.concatenate([~whole, whole, singles, rest]))
    empty, full = float(values[0]), float(values[1])
    alone, without = np.split(values[2:], 2)
    alone = alone - empty
    pairs = _exact_pairs(value, num_items) if exact else _sampled_pairs(value, num_items, seed)
    contributions = alone + pairs.sum(1) / 2
    return Attribution(
        logit=full,
        empty_logit=empty,
        items=tuple(
            ItemContribution(contribution=share, alone=by_itself, left_out=lost)
            for share, by_itself, lost in zip(
                contributions.tolist(), alone.tolist(), (full - without).tolist(), strict=True
            )
        ),
        pairs=tuple(
            PairContribution(first=first, second=second, contribution=float(pairs[first, second]))
            for first, second in itertools.combinations(range(num_items), 2)
        ),
        exact=exact,
    )


def _exact_pairs(value: Value, num_items: int) -> Float[np.ndarray, "items items"]:
    """2/n times the sum over T without i and j of the pair's effect on T over (n-1 choose |T|)."""
    subsets = np.arange(2**num_items)
    members = (subsets[:, None] >> np.arange(num_items)) & 1 == 1
    values = value(members)
    weights = np.array([2 / num_items / comb(max(num_items - 1, 1), t) for t in range(num_items)])
    pairs = np.zeros((num_items, num_items))
    for i, j in itertools.combinations(range(num_items), 2):
        rest = subsets[~members[:, i] & ~members[:, j]]
        one, other = 1 << i, 1 << j
        effect = values[rest | one | other] - values[rest | one] - values[rest | other]
        effect = effect + values[rest]
        pairs[i, j] = pairs[j, i] = weights[members[rest].sum(1)] @ effect
    return pairs


def _sampled_pairs(value: Value, num_items: int, seed: int) -> Float[np.ndarray, "items items"]:
    """The mean, over random orders, of each pair's effect on the items before both."""
    rng = np.random.default_rng(seed)
    num_orders = max(2, SAMPLED_VALUES // (num_items * (num_items + 1) // 2))
    pairs = np.zeros((num_items, num_items))
    for order in (rng.permutation(num_items) for _ in range(num_orders)):
        added = _added(value, order)
        for i, j in itertools.combinations(range(num_items), 2):
            pairs[order[i], order[j]] += added[i + 1, j] - added[i, j]
    return (pairs + pairs.T) / num_orders


def _added(value: Value, order: np.ndarray) -> Float[np.ndarray, "items items"]:
    """At [i, j], for j >= i: what the item at j of the order adds to the items before place i."""
    num_items = len(order)
    before = np.zeros((num_items, num_items), np.bool_)
    before[:, order] = np.tri(num_items, k=-1, dtype=np.bool_)
    places = [(i, j) for i in range(num_items) for j in range(i, num_items)]
    joined = before[[i for i, _ in places]].copy()
    joined[np.arange(len(places)), order[[j for _, j in places]]] = True
    values = value(np.concatenate([before[:1], joined]))
    table = np.zeros((num_items, num_items))
    table[tuple(np.array(places).T)] = values[1:]
    base = np.concatenate([values[:1], np.diagonal(table)[:-1]])
    added: np.ndarray = table - base[:, None]
    return added
