"""The offline batch: a file of contexts in, a file of complements and one of bad lines out."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

import polars as pl

from data.atomic import atomic_file
from data.errors import InputError, OutfitError, SchemaError, UnknownCategoryError
from engine.complement_files import COMPLEMENT_SCHEMA, complement_file
from engine.context_files import open_contexts
from engine.contexts import BadLine, Context, Line
from engine.outcomes import only
from engine.questions import ComplementsQuestion
from engine.requests import Complement, Filters, Item, ItemContent, Slot

QUESTIONS_AT_ONCE = 256
"""Pairs of context and slot that the model sees together."""

NO_FILTERS = Filters()

CONTEXT: Final = "context"
"""How the field of an error begins that is about the context of a question."""


@runtime_checkable
class ComplementEngine(Protocol):
    """What the batch asks; `engine.recommender.Recommender` is one."""

    def complements_of_each(
        self, questions: Sequence[ComplementsQuestion]
    ) -> list[list[Complement] | OutfitError]:
        """The complements of each question, or in their place the error of one at fault."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What every context is asked for: the slots, k complements in each, and which may answer."""

    slots: tuple[str, ...]
    k: int
    filters: Filters = NO_FILTERS
    min_relevance: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answered:
    """Answers to some lines, in their order.

    Args:
        complements: rows of `COMPLEMENT_SCHEMA`.
        num_unfilled: pairs of context and slot without any complement.
        bad: the lines that cannot be answered.
    """

    complements: pl.DataFrame
    num_unfilled: int
    bad: list[BadLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchProgress:
    """Lines of the file and how many are read and bad; rows written and pairs without any."""

    total: int
    done: int = 0
    failed: int = 0
    num_complements: int = 0
    num_unfilled: int = 0

    def after(self, lines: Sequence[Line], answered: Answered) -> "BatchProgress":
        """The progress once `lines` are answered too."""
        return BatchProgress(
            total=self.total,
            done=self.done + len(lines),
            failed=self.failed + len(answered.bad),
            num_complements=self.num_complements + len(answered.complements),
            num_unfilled=self.num_unfilled + answered.num_unfilled,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BatchRecommender:
    """Lines in, complements and bad lines out; the same wherever it runs."""

    engine: ComplementEngine
    wanted: Wanted

    def check(self) -> None:
        """Ask for each slot once, so that a wrong wish is known before any line is read.

        Raises:
            UnknownCategoryError: a slot is none of the catalogue's.
            SchemaError: the filters contradict each other.
        """
        for name in self.wanted.slots:
            question = self._question([ItemContent(category=name)], name)
            try:
                only(self.engine.complements_of_each([question]))
            except UnknownCategoryError as error:
                raise UnknownCategoryError(
                    expected=error.expected, got=error.got, field="slots"
                ) from error

    def answer(self, lines: Sequence[Line]) -> Answered:
        """The complements of the right lines; each wrong line is listed once."""
        asked = [line for line in lines if isinstance(line, Context)]
        bad = [line for line in lines if isinstance(line, BadLine)]
        slots = self.wanted.slots
        outcomes = iter(
            self.engine.complements_of_each(
                [self._question(context.items, slot) for context in asked for slot in slots]
            )
        )
        names: list[tuple[str, str]] = []
        answers: list[list[Complement]] = []
        for context in asked:
            found = list(islice(outcomes, len(slots)))
            error = next((each for each in found if isinstance(each, OutfitError)), None)
            if error is not None:
                bad.append(_bad_line(context, error))
                continue
            names += [(context.context_id, slot) for slot in slots]
            answers += [each for each in found if not isinstance(each, OutfitError)]
        return Answered(
            complements=_table(names, answers),
            num_unfilled=sum(not answer for answer in answers),
            bad=sorted(bad, key=lambda line: line.line),
        )

    def _question(self, context: Sequence[Item], slot: str) -> ComplementsQuestion:
        return ComplementsQuestion(
            context=context,
            slot=Slot(category=slot),
            k=self.wanted.k,
            filters=self.wanted.filters,
            min_relevance=self.wanted.min_relevance,
        )


def recommend_file(
    recommender: BatchRecommender, contexts: Path, out: Path
) -> Iterator[BatchProgress]:
    """Answer every line of `contexts` into `out` and `errors_path(out)`, in the order of the lines.

    Both files appear at the end. Memory does not grow with the number of lines.

    Raises:
        InputError: a file cannot be used, a slot is unknown, or every line is bad; then `out` stays
            as it was and the bad lines are listed all the same.
    """
    recommender.check()
    source = open_contexts(contexts)
    if out.exists() and out.samefile(contexts):
        raise InputError(expected="another file than the contexts", got="the same", file=out)
    lines_at_once = max(1, QUESTIONS_AT_ONCE // len(recommender.wanted.slots))
    progress = BatchProgress(total=source.total)
    first_bad = None
    with complement_file(out) as write:
        with atomic_file(errors_path(out)) as temporary, temporary.open("wb") as errors:
            for lines in _chunks(source.lines, lines_at_once):
                answered = recommender.answer(lines)
                write(answered.complements)
                errors.writelines(_error_entry(line) for line in answered.bad)
                first_bad = first_bad or next(iter(answered.bad), None)
                progress = progress.after(lines, answered)
                yield progress
        if first_bad is None:
            errors_path(out).unlink()
        elif progress.failed == progress.total:
            raise _all_failed(first_bad, contexts, out)


def errors_path(out: Path) -> Path:
    """Where the bad lines of a batch are listed; absent where there are none."""
    return out.with_name(f"{out.name}.errors.jsonl")


def _chunks(lines: Iterable[Line], size: int) -> Iterator[list[Line]]:
    remaining = iter(lines)
    while chunk := list(islice(remaining, size)):
        yield chunk


def _table(
    names: Sequence[tuple[str, str]], answers: Sequence[Sequence[Complement]]
) -> pl.DataFrame:
    rows = [
        (context_id, slot, rank, one.item_id, one.similarity, one.relevance)
        for (context_id, slot), answer in zip(names, answers, strict=True)
        for rank, one in enumerate(answer, start=1)
    ]
    return pl.DataFrame(rows, schema=COMPLEMENT_SCHEMA, orient="row")


def _bad_line(context: Context, error: OutfitError) -> BadLine:
    """The error of a context, which the line calls `items`; raises one that is about no context."""
    if not isinstance(error, InputError) or not (error.field or "").startswith(CONTEXT):
        raise error
    bad = BadLine.of(error, line=context.line, context_id=context.context_id)
    return replace(bad, field="items" + (error.field or "").removeprefix(CONTEXT))


def _error_entry(line: BadLine) -> bytes:
    return json.dumps(asdict(line), ensure_ascii=False).encode() + b"\n"


def _all_failed(first: BadLine, contexts: Path, out: Path) -> SchemaError:
    return SchemaError(
        expected=first.expected,
        got=f"{first.got}; every line failed, see {errors_path(out)}",
        file=contexts,
        row=first.line,
        field=first.field,
    )
