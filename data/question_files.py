"""The formats of question files: the official JSON and text, and the own JSONL."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from data.errors import SchemaError
from data.json_files import kind_of, parse_json_lines, parse_json_objects, read_text


@dataclass(frozen=True, slots=True, kw_only=True)
class FitbRecord:
    """One fill-in-the-blank question as keys; `row` is its place in the file, from 1."""

    row: int
    context: tuple[str, ...]
    candidates: tuple[str, ...]
    answer: str
    context_field: str
    candidates_field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalRecord:
    """A context and what completes it, as keys; `row` is its place in the file, from 1."""

    row: int
    context: tuple[str, ...]
    target: str
    context_field: str
    target_field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WeakestRecord:
    """An outfit and which of its items is the odd one, as keys; `row` is its line, from 1."""

    row: int
    items: tuple[str, ...]
    odd: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompatibilityRecord:
    """One outfit as keys with its label, 0 or 1; `row` is its line in the file, from 1."""

    row: int
    items: tuple[str, ...]
    label: int


def read_fitb_records(path: Path) -> Iterator[FitbRecord]:
    """The questions of `path`: a JSON list is the official format, JSON lines are the own one.

    Raises:
        UnreadableError: the file is absent, empty or broken.
        SchemaError: a question lacks a field or names its answer wrongly.
    """
    text = read_text(path)
    first = text.lstrip()[0]
    if first == "[":
        return _official_fitb(text, path)
    if first == "{":
        return _own_fitb(text, path)
    raise SchemaError(
        expected="questions as a JSON list or JSON lines", got=f"{text.lstrip()[:20]!r}", file=path
    )


def read_compatibility_records(path: Path) -> Iterator[CompatibilityRecord]:
    """The outfits of `path`: lines of `label key key …` or, where it starts so, JSON lines.

    Raises:
        UnreadableError: the file is absent, empty or broken.
        SchemaError: a line lacks a field or its label is not 0 or 1.
    """
    text = read_text(path)
    if text.lstrip()[0] == "[":
        raise SchemaError(
            expected="lines of a label and keys, or JSON lines", got="a JSON list", file=path
        )
    return _own_compatibility(text, path) if text.lstrip()[0] == "{" else _official_text(text, path)


def read_retrieval_records(path: Path) -> Iterator[RetrievalRecord]:
    """The questions of `path`: own JSON lines with a target, or any fill-in-the-blank file.

    Raises:
        UnreadableError: the file is absent, empty or broken.
        SchemaError: a question lacks a field or names its answer wrongly.
    """
    text = read_text(path)
    if text.lstrip()[0] == "{" and "target" in next(parse_json_lines(text, path))[1]:
        return _own_retrieval(text, path)
    return (_without_candidates(record) for record in read_fitb_records(path))


def read_weakest_records(path: Path) -> Iterator[WeakestRecord]:
    """The outfits of `path`, JSON lines.

    Raises:
        UnreadableError: the file is absent, empty or broken.
        SchemaError: a line lacks a field, or its odd item is not one of its items.
    """
    for row, outfit in parse_json_lines(read_text(path), path):
        place = _Place(file=path, row=row)
        items = _keys(outfit, "items", place)
        odd = outfit.get("odd")
        if str(odd) not in items:
            raise place.wrong("odd", "one of the items", repr(odd))
        yield WeakestRecord(row=row, items=items, odd=str(odd))


def _own_retrieval(text: str, path: Path) -> Iterator[RetrievalRecord]:
    for row, question in parse_json_lines(text, path):
        place = _Place(file=path, row=row)
        target = question.get("target")
        if not isinstance(target, str | int) or isinstance(target, bool):
            raise place.wrong("target", "an item key", kind_of(target))
        yield RetrievalRecord(
            row=row,
            context=_keys(question, "context", place),
            target=str(target),
            context_field="context",
            target_field="target",
        )


def _without_candidates(record: FitbRecord) -> RetrievalRecord:
    return RetrievalRecord(
        row=record.row,
        context=record.context,
        target=record.answer,
        context_field=record.context_field,
        target_field=record.candidates_field,
    )


def _official_fitb(text: str, path: Path) -> Iterator[FitbRecord]:
    for row, question in enumerate(parse_json_objects(text, path), start=1):
        place = _Place(file=path, row=row)
        context = _keys(question, "question", place)
        candidates = _candidates(question, "answers", place)
        yield FitbRecord(
            row=row,
            context=context,
            candidates=candidates,
            answer=_official_answer(question, context, candidates, place),
            context_field="question",
            candidates_field="answers",
        )


def _own_fitb(text: str, path: Path) -> Iterator[FitbRecord]:
    for row, question in parse_json_lines(text, path):
        place = _Place(file=path, row=row)
        candidates = _candidates(question, "candidates", place)
        answer = question.get("answer")
        if str(answer) not in candidates:
            raise place.wrong("answer", "one of the candidates", repr(answer))
        yield FitbRecord(
            row=row,
            context=_keys(question, "context", place),
            candidates=candidates,
            answer=str(answer),
            context_field="context",
            candidates_field="candidates",
        )


def _official_answer(
    question: Mapping[str, object],
    context: Sequence[str],
    candidates: Sequence[str],
    place: "_Place",
) -> str:
    """The candidate of the question's own set; never a position in the list.

    Where chance put another item of the set among the candidates, `blank_position` decides.
    """
    if not context:
        return candidates[0]  # such a question is dropped, whatever its answer
    own_set = _set_of(context[0])
    same = [key for key in candidates if _set_of(key) == own_set]
    key = f"{own_set}_{question.get('blank_position')}"
    if key in same:
        return key
    if len(same) == 1:
        return same[0]
    raise place.wrong("answers", f"one key of the set {own_set}", f"{len(same)} of them")


def _own_compatibility(text: str, path: Path) -> Iterator[CompatibilityRecord]:
    for row, outfit in parse_json_lines(text, path):
        place = _Place(file=path, row=row)
        label = outfit.get("label")
        if not isinstance(label, int) or isinstance(label, bool) or label not in (0, 1):
            raise place.wrong("label", "0 or 1", kind_of(label))
        yield CompatibilityRecord(row=row, items=_keys(outfit, "items", place), label=label)


def _official_text(text: str, path: Path) -> Iterator[CompatibilityRecord]:
    for row, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        label, *keys = line.split()
        if label not in ("0", "1"):
            raise _Place(file=path, row=row).wrong("label", "0 or 1", repr(label))
        yield CompatibilityRecord(row=row, items=tuple(keys), label=int(label))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a question stands, for errors."""

    file: Path
    row: int

    def wrong(self, field: str, expected: str, got: str) -> SchemaError:
        """An error about one field of the question."""
        return SchemaError(expected=expected, got=got, file=self.file, row=self.row, field=field)


def _keys(record: Mapping[str, object], field: str, place: _Place) -> tuple[str, ...]:
    keys = record.get(field)
    if not isinstance(keys, list):
        raise place.wrong(field, "a list of item keys", kind_of(keys))
    for position, key in enumerate(keys):
        if not isinstance(key, str | int) or isinstance(key, bool):
            raise place.wrong(f"{field}[{position}]", "an item key", kind_of(key))
    return tuple(map(str, keys))


def _candidates(record: Mapping[str, object], field: str, place: _Place) -> tuple[str, ...]:
    keys = _keys(record, field, place)
    if len(keys) < 2:
        raise place.wrong(field, "two keys or more", str(len(keys)))
    return keys


def _set_of(key: str) -> str:
    return key.rpartition("_")[0]
