"""Attributes that the words of an item tell where its table does not state them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Words: TypeAlias = tuple[str, ...]


def with_told(
    stated: Sequence[str], words: Sequence[str], values: Mapping[Words, Sequence[str]]
) -> list[str]:
    """The stated attributes, and those told by the words in the place of what is not stated.

    An attribute is told where the words of one of its values stand side by side. The longest value
    counts; where two are as long, as in the title of a reversible coat, none does.

    Args:
        stated: such as `colour=red`, of one item.
        words: of its title and description, in order.
        values: attributes by the words of their value, such as `colour=navy blue` by those two.
    """
    names = {name_of(attribute) for attribute in stated}
    told: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for length in {len(value) for value in values}:
        for start in range(len(words) - length + 1):
            for attribute in values.get(tuple(words[start : start + length]), ()):
                told[name_of(attribute)][length].add(attribute)
    longest = {name: lengths[max(lengths)] for name, lengths in told.items()}
    clear = {name: found for name, found in longest.items() if len(found) == 1}
    return [*stated, *(next(iter(clear[name])) for name in sorted(clear.keys() - names))]


def name_of(attribute: str) -> str:
    """`colour` of `colour=red`."""
    return attribute.partition("=")[0]


def value_of(attribute: str) -> str:
    """`red` of `colour=red`."""
    return attribute.partition("=")[2]
