"""What `outfit evaluate` may be asked: the group of its flags, and how retrieval looks."""

from dataclasses import dataclass
from typing import Annotated, Literal

from cyclopts import ArgumentCollection, Group, Parameter, validators

FILES = ("--fitb", "--cp", "--retrieval", "--weakest")
WISHES = ("none", "category", "category+text")


def _check_wishes(_type: object, wish: str) -> None:
    """Refuse a list with an unknown wish or one given twice."""
    names = wish.split(",")
    if not set(names) <= set(WISHES) or len(set(names)) < len(names):
        raise ValueError(f"expected some of {','.join(WISHES)}, each once")


def _check_questions(arguments: ArgumentCollection) -> None:
    """Raise `ValueError`, wrong usage to the command line, without a file or with an idle flag."""
    given = {argument.name: argument.value for argument in arguments.filter_by(value_set=True)}
    if not set(FILES) & set(given):
        raise ValueError(f"give at least one question file with {', '.join(FILES)}")
    idle = [name for name in given if name not in FILES]
    if idle and "--retrieval" not in given:
        raise ValueError(f"{', '.join(idle)} changes nothing without --retrieval")
    if given.get("--pool") == "full" and "--pool-size" in given:
        raise ValueError("--pool-size changes nothing where --pool is full")


QUESTIONS = Group("Questions", validator=_check_questions)


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Among what a target is looked for, and what is told of it."""

    pool: Annotated[Literal["fine", "coarse", "full"], Parameter(group=QUESTIONS)] = "fine"
    """fine: items of the target's category, those of the evaluated outfits first, then those of
    training, averaged over categories; coarse: the same of its slot, averaged over questions;
    full: the whole catalogue of its slot."""

    pool_size: Annotated[int, Parameter(validator=validators.Number(gte=2), group=QUESTIONS)] = 3000
    """Items of a pool: exactly for fine, which drops categories with fewer; at most for coarse."""

    wish: Annotated[str, Parameter(validator=_check_wishes, group=QUESTIONS)] = ",".join(WISHES)
    """What the model is told of the target, a report each, separated by commas: none, category
    (the name of the pool), category+text (that and the target's own title)."""


PUBLISHED_SEARCH = Search()
