"""Splits of outfits: at random, or so that no product stands in two of them."""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import polars as pl

from data.dataset import Dataset
from data.errors import SchemaError
from data.tables import SPLITS

SplitRule: TypeAlias = Literal["disjoint", "nondisjoint"]
Products: TypeAlias = Mapping[str, frozenset[str]]
"""What every outfit holds, by the outfit's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitConfig:
    """How outfits are parted.

    Args:
        rule: `nondisjoint` draws outfits at random; `disjoint` lets no product stand in two splits
            and leaves outfits out for it. The colour variants of one group are one product.
        valid: share of the outfits, of those kept in a disjoint split and there about so.
        test: the same; the rest trains.
        seed: of every draw.
    """

    rule: SplitRule
    valid: float = 0.1
    test: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse shares that leave nothing to train on."""
        if min(self.valid, self.test) < 0 or self.valid + self.test >= 1:
            raise ValueError("expected shares of at least 0 that add up to less than 1")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Split:
    """Outfits with their new splits, and what became of them.

    Args:
        outfits: follows `OUTFIT_SCHEMA`; what was left out is not there.
        dropped: outfits that were left out, because a product of theirs stands in another split.
        shared: products that stand in both of two splits, by the names of the two.
    """

    outfits: pl.DataFrame
    dropped: int
    shared: Mapping[str, int]


def split_outfits(dataset: Dataset, config: SplitConfig) -> Split:
    """Part all outfits of a dataset anew, whatever their splits were.

    A disjoint split grows the test outfits, then the validation outfits, one by one: always the
    outfit whose products new to the split stand in the fewest other outfits. What shares a product
    with a held-out split, and was not taken into it, is left out; a split is full when it has its
    share of what is not. Held-out outfits hence lean to products that are worn rarely; where
    outfits part into groups without common products, whole groups are held out and nothing is lost.

    Raises:
        SchemaError: a split that was asked for is left without outfits.
    """
    products = outfit_products(dataset)
    names = list(products)
    order = np.random.default_rng(config.seed).permutation(len(names))
    shuffled = {names[at]: products[names[at]] for at in order}
    draw = _disjoint if config.rule == "disjoint" else _nondisjoint
    split_of = draw(shuffled, config)
    shares = {"train": 1.0, "valid": config.valid, "test": config.test}
    for name, share in shares.items():
        if share > 0 and name not in split_of.values():
            raise SchemaError(
                expected=f"outfits in split {name!r}", got="none", file=dataset.folder
            )
    kept = dataset.outfits.filter(pl.col("outfit_id").is_in(list(split_of)))
    new = pl.col("outfit_id").replace_strict(split_of, return_dtype=pl.String())
    outfits = kept.with_columns(split=new)
    parted = Dataset(folder=dataset.folder, items=dataset.items, outfits=outfits)
    return Split(
        outfits=outfits, dropped=len(products) - len(split_of), shared=shared_products(parted)
    )


def outfit_products(dataset: Dataset) -> dict[str, frozenset[str]]:
    """The products of every outfit: groups, and items without one."""
    product = pl.coalesce(pl.format("group {}", "group_id"), pl.format("item {}", "item_id"))
    items = dataset.items.select("item_id", product.alias("product"))
    worn = dataset.outfits.join(items, on="item_id", maintain_order="left")
    table = worn.group_by("outfit_id", maintain_order=True).agg("product")
    return {outfit: frozenset(products) for outfit, products in table.iter_rows()}


def shared_products(dataset: Dataset) -> dict[str, int]:
    """How many products stand in both of every two splits: the proof, from the tables alone."""
    split_of = dict(dataset.outfits.select("outfit_id", "split").iter_rows())
    worn: dict[str, set[str]] = {name: set() for name in SPLITS}
    for outfit, products in outfit_products(dataset).items():
        worn[split_of[outfit]] |= products
    pairs = (("train", "valid"), ("train", "test"), ("valid", "test"))
    return {f"{one} and {other}": len(worn[one] & worn[other]) for one, other in pairs}


def _nondisjoint(products: Products, config: SplitConfig) -> dict[str, str]:
    num_test, num_valid = (round(share * len(products)) for share in (config.test, config.valid))
    names = ["test"] * num_test + ["valid"] * num_valid
    names += ["train"] * (len(products) - len(names))
    return dict(zip(products, names, strict=True))


def _disjoint(products: Products, config: SplitConfig) -> dict[str, str]:
    test = _grow(products, config.test)
    free = _without(products, test)
    valid = _grow(free, config.valid / (1 - config.test))
    train = _without(free, valid)
    return (
        dict.fromkeys(test, "test") | dict.fromkeys(valid, "valid") | dict.fromkeys(train, "train")
    )


def _without(products: Products, taken: Sequence[str]) -> dict[str, frozenset[str]]:
    """The outfits that share no product with those taken."""
    worn = frozenset().union(*(products[outfit] for outfit in taken))
    return {outfit: each for outfit, each in products.items() if not each & worn}


def _grow(products: Products, share: float) -> list[str]:
    """Take outfits until they are their share of those that need not be left out for them.

    Each is the one whose new products stand in the fewest other outfits; the first of equals.
    """
    outfits_of: dict[str, list[str]] = {}
    for outfit, each in products.items():
        for product in each:
            outfits_of.setdefault(product, []).append(outfit)
    cost = {
        outfit: sum(len(outfits_of[product]) - 1 for product in each)
        for outfit, each in products.items()
    }
    place = {outfit: at for at, outfit in enumerate(products)}
    queue = [(cost[outfit], place[outfit], outfit) for outfit in products]
    heapq.heapify(queue)
    taken: dict[str, None] = {}
    touched, worn = set[str](), set[str]()
    while queue and len(taken) < round(share * (len(products) - len(touched) + len(taken))):
        _, _, outfit = heapq.heappop(queue)  # its lowest cost, for costs only fall
        if outfit in taken:
            continue
        taken[outfit] = None
        touched.add(outfit)
        for product in products[outfit] - worn:
            touched.update(outfits_of[product])
            for other in outfits_of[product]:
                cost[other] -= len(outfits_of[product]) - 1
                heapq.heappush(queue, (cost[other], place[other], other))
        worn |= products[outfit]
    return list(taken)
