"""The offline batch: a file of contexts in, a file of complements and one of bad lines out."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

import polars as pl

from data.atomic import atomic_file
from data.errors import InputError, SchemaError, UnknownCategoryError
from engine.complement_files import COMPLEMENT_SCHEMA, complement_file
from engine.context_files import open_contexts
from engine.contexts import BadLine, Context, Line
from engine.requests import Complement, Filters, Item, ItemContent, Slot

QUESTIONS_AT_ONCE = 256
"""Pairs of context and slot that the model sees together."""

NO_FILTERS = Filters()

REFUSED: Final = re.compile(r"contexts\[(\d+)\]")
"""How the field of an error begins that is about one of the contexts."""


@runtime_checkable
class ComplementEngine(Protocol):
    """What the batch asks; `engine.recommender.Recommender` is one."""

    def complements_batch(
        self,
        contexts: Sequence[Sequence[Item]],
        slots: Sequence[Slot],
        k: int,
        filters: Filters = ...,
        *,
        min_relevance: float | None = None,
    ) -> list[list[Complement]]:
        """At most k complements of each context in its slot.

        Raises:
            InputError: nothing is answered; of a context, the field begins `contexts[number]`.
        """
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
            try:
                self._ask([[ItemContent(category=name)]], [Slot(category=name)])
            except UnknownCategoryError as error:
                raise UnknownCategoryError(
                    expected=error.expected, got=error.got, field="slots"
                ) from error

    def answer(self, lines: Sequence[Line]) -> Answered:
        """The complements of the right lines; each wrong line is listed once."""
        asked = [line for line in lines if isinstance(line, Context)]
        bad = [line for line in lines if isinstance(line, BadLine)]
        answers: list[list[Complement]] = []
        while asked:
            try:
                answers = self._answers(asked)
                break
            except InputError as error:
                refused = asked.pop(self._refused(error))
                bad.append(_bad_line(refused, error))
        names = [(context.context_id, slot) for context in asked for slot in self.wanted.slots]
        return Answered(
            complements=_table(names, answers),
            num_unfilled=sum(not answer for answer in answers),
            bad=sorted(bad, key=lambda line: line.line),
        )

    def _answers(self, contexts: Sequence[Context]) -> list[list[Complement]]:
        """Complements of every context and slot; the slots of one context stand together."""
        slots = [Slot(category=name) for name in self.wanted.slots]
        return self._ask(
            [context.items for context in contexts for _ in slots], slots * len(contexts)
        )

    def _refused(self, error: InputError) -> int:
        """Which of the contexts that were asked the error is about; raises it if about none."""
        named = REFUSED.match(error.field or "")
        if named is None:
            raise error
        return int(named[1]) // len(self.wanted.slots)

    def _ask(
        self, contexts: Sequence[Sequence[Item]], slots: Sequence[Slot]
    ) -> list[list[Complement]]:
        return self.engine.complements_batch(
            contexts,
            slots,
            self.wanted.k,
            self.wanted.filters,
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


def _bad_line(context: Context, error: InputError) -> BadLine:
    """The error of a context; what the request calls `contexts[number]` is the line's `items`."""
    bad = BadLine.of(error, line=context.line, context_id=context.context_id)
    return replace(bad, field=REFUSED.sub("items", error.field or ""))


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
