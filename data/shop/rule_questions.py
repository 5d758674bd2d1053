"""Fill-in-the-blank questions that one rule between two items decides alone."""

from collections.abc import Iterator
from itertools import permutations

import numpy as np

from data.questions import FitbQuestion
from data.shop.outfits import draw_outfits
from data.shop.palette import NEUTRAL
from data.shop.questions import CANDIDATES, Asker, Outfit
from data.shop.taste import RULES, Truth, clashes, is_odd

DRAWN = 120
"""Outfits drawn at a time; at most as many as there are items, or a small shop repeats itself."""

HARMLESS = -1
"""The kind of an item that can break the rule with no other."""

KindPair = tuple[int, int]
"""The kind of the answer, and that of all its distractors."""


def single_rule(asker: Asker, rule: str, count: int) -> list[FitbQuestion]:
    """At most `count` questions whose distractors break `rule` and no other.

    The context is an outfit drawn for the question, less one item. All candidates are drawn alike
    from the category of that item, and the answer clashes with nothing. Any two kinds of item
    change places: as many questions have one right and the other wrong as the other way round, so
    that no kind is right whatever the context.

    Args:
        asker: draws, by its own random generator.
        rule: one of `RULES`.
        count: shared evenly among the pairs of kinds, some of which a small catalogue may lack; it
            may lack all.
    """
    asked = _pairs(kinds_of(asker.stock.truth, rule))
    each = max(count // len(asked), 1)
    for _ in range(len(asker.item_ids) // DRAWN):
        if min(map(len, asked.values())) == each:
            break
        for outfit in draw_outfits(asker.stock, DRAWN, asker.rng):
            wanted = [pair for pair, done in asked.items() if len(done) < each]
            for pair, question in _ask(asker, outfit, rule, wanted):
                asked[pair].append(question)
    questions = [
        question
        for (right, wrong), done in asked.items()
        for question in done[: len(asked[wrong, right])]
    ]
    return [questions[place] for place in asker.rng.permutation(len(questions))]


def kinds_of(truth: Truth, rule: str) -> np.ndarray:
    """What `rule` tells apart, one entry a row: `HARMLESS`, or the position of what it sees.

    Hues are one kind: round the wheel each is right and wrong alike.
    """
    return {
        "style": truth.style,
        "occasion": np.where(truth.occasion == 1, HARMLESS, truth.occasion),
        "colour": np.where(truth.hue == NEUTRAL, HARMLESS, 0),
        "fabric": np.where(truth.weight == 0, HARMLESS, truth.weight + 1),
    }[rule].astype(np.int64)


def _pairs(kinds: np.ndarray) -> dict[KindPair, list[FitbQuestion]]:
    """No question yet for every ordered pair of different kinds, or for the one kind twice."""
    present = sorted(set(kinds.tolist()) - {HARMLESS})
    return {pair: [] for pair in [*permutations(present, 2)] or [(0, 0)]}


def _ask(
    asker: Asker, outfit: Outfit, rule: str, wanted: list[KindPair]
) -> Iterator[tuple[KindPair, FitbQuestion]]:
    """At most one question about `outfit`, of a pair of kinds that is still wanted."""
    blank = int(asker.rng.integers(len(outfit)))
    context = tuple(np.delete(outfit, blank).tolist())
    right, wrong = _rivals(asker, outfit[blank], context, rule)
    kinds = kinds_of(asker.stock.truth, rule)
    possible = [
        (one, other)
        for one, other in wanted
        if (kinds[right] == one).any() and (kinds[wrong] == other).sum() >= CANDIDATES - 1
    ]
    if possible:
        one, other = possible[int(asker.rng.integers(len(possible)))]
        answer = int(asker.rng.choice(right[kinds[right] == one]))
        rest = asker.rng.choice(wrong[kinds[wrong] == other], CANDIDATES - 1, replace=False)
        yield (one, other), asker.question(context, answer, rest.tolist())


def _rivals(asker: Asker, row: int, context: Outfit, rule: str) -> tuple[np.ndarray, np.ndarray]:
    """Items of the category of `row` that break no rule, and those that break only this one."""
    truth, number = asker.stock.truth, RULES.index(rule)
    pool = np.flatnonzero(asker.categories == asker.categories[row])
    pool = pool[~np.isin(pool, context)]
    broken = np.asarray(clashes(truth, pool, np.array(context)).any(1))
    _, examples, bits = np.unique(truth.statement[pool], return_index=True, return_inverse=True)
    odd = np.array([is_odd(truth, np.array([*context, rival])) for rival in pool[examples]], bool)
    fair = ~odd[bits] & ~np.delete(broken, number, axis=1).any(1)
    return pool[fair & ~broken[:, number]], pool[fair & broken[:, number]]
