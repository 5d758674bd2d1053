"""Outcomes of questions: an answer, or in its place the error of a question that is at fault."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from data.errors import OutfitError

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


def each(
    answer: Callable[[Asked], Answered], questions: Sequence[Asked]
) -> list[Answered | OutfitError]:
    """Outcomes of questions that are answered one by one."""
    outcomes: list[Answered | OutfitError] = []
    for question in questions:
        try:
            outcomes.append(answer(question))
        except OutfitError as error:
            outcomes.append(error)
    return outcomes


def only(outcomes: Sequence[Answered | OutfitError]) -> Answered:
    """The answer to the one question that was asked; raises its error."""
    (outcome,) = outcomes
    if isinstance(outcome, OutfitError):
        raise outcome
    return outcome
