"""Encoding a dataset: its titles and pictures, and vectors from elsewhere, into the store."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
from jaxtyping import Bool, Int64

from data.dataset import Dataset
from data.errors import BundleError, InputError
from data.feature_draft import open_draft
from data.features import Feature, feature_folder, hash_strings, open_feature, write_feature
from engine.encoders.image import Encoded, load_image_encoder
from engine.encoders.picture import why_unreadable
from engine.encoders.precomputed import ENCODER_ID, read_precomputed
from engine.encoders.text import load_text_encoder

TAKEN = ("text", "image", "words", "attributes")
"""Names of what is made from titles, pictures and attributes."""

EncodeBatch = Callable[[list[str]], Encoded]


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodingConfig:
    """What to encode, and with what.

    Args:
        text: spec of the text encoder, None for no text.
        image: spec of the image encoder, None for no pictures.
        precomputed: files of vectors by the name of the feature that they become.
        batch_size: titles or pictures between two records of progress.
    """

    text: str | None = "minilm"
    image: str | None = "efficientnet-lite0"
    precomputed: Mapping[str, Path] | None = None
    batch_size: int = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far one feature is: `done` of `total` distinct titles, pictures or items.

    Args:
        state: `kept` is up to date already, `skipped` has nothing to encode.
    """

    feature: str
    state: Literal["encoding", "written", "kept", "skipped"]
    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """One modality of the items, the encoder not loaded yet.

    Args:
        contents: a title or a path for each item, None where there is none.
        source: hash of the contents and of the files behind them.
        load: loads the encoder; gives its dimension and how it encodes a batch.
        explain: why a content has no vector.
    """

    name: str
    encoder: str
    contents: list[str | None]
    source: str
    load: Callable[[], tuple[int, EncodeBatch]]
    explain: Callable[[str], str | None]


def encode_dataset(dataset: Dataset, config: EncodingConfig) -> Iterator[Progress]:
    """Bring the features of a dataset up to date; a run that was killed goes on where it was.

    Raises:
        InputError: an encoder is unknown or cannot be had, or a file of vectors is wrong.
    """
    for name, path in (config.precomputed or {}).items():
        yield _store_precomputed(dataset, name, path)
    if config.text is not None:
        yield from _encode(dataset, _text_task(dataset, config.text), config.batch_size)
    if config.image is not None:
        yield from _encode(dataset, _image_task(dataset, config.image), config.batch_size)


def item_texts(items: pl.DataFrame) -> list[str | None]:
    """What a text encoder reads: the title, then the description; None without a title."""
    title, description = (
        pl.col(name).str.strip_chars().replace("", None) for name in ("title", "description")
    )
    both = pl.concat_str([title, description], separator=". ")
    return items.select(pl.coalesce(both, title))["title"].to_list()


def _text_task(dataset: Dataset, spec: str) -> _Task:
    def load() -> tuple[int, EncodeBatch]:
        encoder = load_text_encoder(spec)
        return encoder.dim, lambda texts: (encoder.encode(texts), np.ones(len(texts), np.bool_))

    texts = item_texts(dataset.items)
    source = hash_strings([text or "" for text in texts])
    return _Task(
        name="text",
        encoder=spec,
        contents=texts,
        source=source,
        load=load,
        explain=lambda _: None,
    )


def _image_task(dataset: Dataset, spec: str) -> _Task:
    def load() -> tuple[int, EncodeBatch]:
        encoder = load_image_encoder(spec)
        return encoder.dim, lambda paths: encoder.encode([dataset.folder / path for path in paths])

    paths = dataset.items["image"].replace("", None).to_list()
    states = [_file_state(dataset.folder / path) if path else "" for path in paths]
    source = hash_strings([path or "" for path in paths] + states)
    return _Task(
        name="image",
        encoder=spec,
        contents=paths,
        source=source,
        load=load,
        explain=lambda path: why_unreadable(dataset.folder / path),
    )


def _file_state(path: Path) -> str:
    """Changes when the file does."""
    try:
        state = path.stat()
    except OSError:
        return "missing"
    return f"{state.st_size} {state.st_mtime_ns}"


def _encode(dataset: Dataset, task: _Task, batch_size: int) -> Iterator[Progress]:
    """Encode every distinct content once, and store its vector with all items that have it."""
    distinct = list(dict.fromkeys(content for content in task.contents if content is not None))
    total, item_ids = len(distinct), dataset.items["item_id"].to_list()
    if not distinct or _is_current(dataset, task, item_ids):
        state: Literal["kept", "skipped"] = "kept" if distinct else "skipped"
        yield Progress(feature=task.name, state=state, done=total, total=total)
        return
    dim, encode = task.load()
    key = hash_strings([task.encoder, task.source, *item_ids])
    draft = open_draft(dataset.folder, task.name, key, (len(item_ids), dim))
    yield Progress(feature=task.name, state="encoding", done=draft.done, total=total)
    index = _positions(task.contents, distinct)
    for start in range(draft.done, total, batch_size):
        done = min(start + batch_size, total)
        vectors, present = encode(distinct[start:done])
        rows = np.flatnonzero((index >= start) & (index < done))
        which = index[rows] - start
        draft.put(rows, vectors[which], present[which], done=done)
        yield Progress(feature=task.name, state="encoding", done=done, total=total)
    feature = Feature(
        name=task.name,
        modality=task.name,
        encoder=task.encoder,
        vectors=draft.vectors,
        present=draft.present,
        source=task.source,
    )
    missing = _missing(task, draft.present, item_ids)
    write_feature(dataset.folder, feature, item_ids, unreadable=missing)
    draft.discard()
    yield Progress(feature=task.name, state="written", done=total, total=total)


def _store_precomputed(dataset: Dataset, name: str, path: Path) -> Progress:
    """Store the vectors of one file as the feature `name`."""
    if name in TAKEN:
        expected = f"a name other than {', '.join(TAKEN)}"
        raise InputError(expected=expected, got=repr(name), file=path)
    feature_folder(dataset.folder, name)
    item_ids = dataset.items["item_id"].to_list()
    vectors, present = read_precomputed(path, item_ids)
    feature = Feature(
        name=name, modality="vector", encoder=ENCODER_ID, vectors=vectors, present=present
    )
    write_feature(dataset.folder, feature, item_ids)
    total = int(present.sum())
    return Progress(feature=name, state="written", done=total, total=total)


def _is_current(dataset: Dataset, task: _Task, item_ids: Sequence[str]) -> bool:
    """True where the store holds just what this task would make."""
    try:
        feature = open_feature(dataset.folder, task.name, item_ids)
    except BundleError:
        return False
    return (feature.encoder, feature.source) == (task.encoder, task.source)


def _positions(
    contents: Sequence[str | None], distinct: Sequence[str]
) -> Int64[np.ndarray, " items"]:
    """Where each content stands among the distinct ones, -1 for None."""
    where = {content: position for position, content in enumerate(distinct)}
    positions = (-1 if content is None else where[content] for content in contents)
    return np.fromiter(positions, np.int64, len(contents))


def _missing(
    task: _Task, present: Bool[np.ndarray, " items"], item_ids: Sequence[str]
) -> list[dict[str, str]]:
    """The items whose content has no vector, and why."""
    return [
        {"item_id": item_id, "path": content, "reason": task.explain(content) or "unknown"}
        for item_id, content, has in zip(item_ids, task.contents, present, strict=True)
        if content is not None and not has
    ]
