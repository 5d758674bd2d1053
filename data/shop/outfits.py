"""Outfits as the planted taste likes them: no two items clash, statement pieces come in pairs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.errors import InputError
from data.shop.taste import ROLES, Truth, clashes

SEPARATES_SHARE = 0.8
ATTEMPTS = 200

EXTRAS = {
    "bags": 0.45,
    "outerwear": 0.2,
    "jewellery": 0.2,
    "hats": 0.1,
    "sunglasses": 0.1,
    "scarves": 0.1,
    "accessories": 0.1,
}
"""How often a slot is added to the core of an outfit."""

EVEN = ((False, False, False), (False, True, True), (True, False, True), (True, True, False))
"""Statement bits of top, bottom and shoes that the third-order rule allows."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stock:
    """What outfits are drawn from: the truth, the slot of every row, how often each is chosen."""

    truth: Truth
    slots: np.ndarray
    demand: np.ndarray

    def rows_of(self, slot: str, *, statement: bool | None) -> np.ndarray:
        """Rows of a slot, of one statement bit where one is given."""
        wanted = self.slots == slot
        if statement is not None:
            wanted = wanted & (self.truth.statement == statement)
        return np.flatnonzero(wanted)


def draw_outfits(stock: Stock, count: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Outfits as rows of the catalogue, each in the order in which it is put on.

    Every four successive outfits of separates hold each allowed pattern of statement bits once,
    so that each bit is even and each pair of bits is independent, in any stretch of outfits.

    Raises:
        InputError: the catalogue is too small or too uniform.
    """
    bits: list[tuple[bool, ...]] = []
    outfits: list[tuple[int, ...]] = []
    while len(outfits) < count:
        if rng.random() >= SEPARATES_SHARE:
            plan: dict[str, bool | None] = {"all-body": None, "shoes": None}
        else:
            bits = bits or [EVEN[place] for place in rng.permutation(len(EVEN))]
            plan = dict(zip(ROLES, bits.pop(), strict=True))
        plan |= {slot: None for slot, share in EXTRAS.items() if rng.random() < share}
        outfits.append(_fill(stock, plan, rng))
    return outfits


def without_clash(truth: Truth, pool: np.ndarray, chosen: Sequence[int]) -> np.ndarray:
    """The rows of `pool` that break no rule between two items with any of `chosen`."""
    if not chosen:
        return pool
    return np.asarray(pool[~clashes(truth, pool, np.asarray(chosen)).any((1, 2))])


def _fill(stock: Stock, plan: dict[str, bool | None], rng: np.random.Generator) -> tuple[int, ...]:
    """Rows for a plan of slots; slots are filled in random order, those of the plan's core first.

    An extra for which nothing fits is left out; a core for which nothing fits is begun again.
    """
    core = [slot for slot in plan if slot not in EXTRAS]
    for _ in range(ATTEMPTS):
        chosen: dict[str, int] = {}
        for slot in [*rng.permutation(core), *(slot for slot in plan if slot in EXTRAS)]:
            pool = stock.rows_of(slot, statement=plan[slot])
            pool = without_clash(stock.truth, pool, list(chosen.values()))
            if len(pool):
                weights = stock.demand[pool]
                chosen[slot] = int(rng.choice(pool, p=weights / weights.sum()))
        if set(core) <= set(chosen):
            return tuple(chosen[slot] for slot in plan if slot in chosen)
    raise InputError(
        expected="a catalogue in which tops, bottoms and shoes go together",
        got=f"none that do among {len(stock.slots)} items",
        field="items",
    )
