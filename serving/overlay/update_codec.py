"""Updates and states as bytes: a byte for the version of the format, then JSON.

Vectors are base64 of little-endian float32. Nothing here can run code when it is read.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np

from data.errors import OutfitError, SchemaError
from engine.requests import ItemContent
from engine.update_records import UpdateRecords
from engine.updates import ItemChange, ItemDeletion, ItemUpdate, NewItem
from serving.overlay.errors import LogDamagedError
from serving.overlay.state import Mark, OverlayState

FORMAT: Final = b"\x01"
MAX_ENTRY_BYTES: Final = 16 * 2**20
CHUNK_ITEMS: Final = 256
UNFORESEEN: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    OutfitError,
)
"""What bytes that no `encode_updates` wrote come to."""


def encode_updates(updates: Sequence[ItemUpdate]) -> bytes:
    """The bytes of one entry.

    Raises:
        SchemaError: they are more than an entry may hold.
    """
    encoded = _dump([_described(update) for update in updates])
    if len(encoded) > MAX_ENTRY_BYTES:
        raise SchemaError(
            expected=f"updates of at most {MAX_ENTRY_BYTES} bytes together",
            got=str(len(encoded)),
            field="updates",
        )
    return encoded


def decode_updates(encoded: bytes, where: str) -> tuple[ItemUpdate, ...]:
    """The updates of an entry.

    Raises:
        LogDamagedError: these are not the bytes of one; `where` is told.
    """
    try:
        return tuple(map(_restored, _load(encoded, list)))
    except UNFORESEEN as error:
        raise _damaged(where, error) from error


def encode_state(state: OverlayState) -> Iterator[bytes]:
    """A state in chunks, the same for equal states: its mark, then its records sorted by id."""
    yield _dump({"version": state.mark.version, "token": state.mark.token})
    records = sorted(state.records, key=lambda record: record.item_id)
    for start in range(0, len(records), CHUNK_ITEMS):
        yield _dump([_described(record) for record in records[start : start + CHUNK_ITEMS]])


def decode_state(chunks: Iterable[bytes], where: str) -> OverlayState:
    """The state that `encode_state` wrote.

    Raises:
        LogDamagedError: these are not the chunks of one; `where` is told.
    """
    first, *rest = [*chunks] or [b""]
    try:
        mark = Mark(**_load(first, dict))
    except UNFORESEEN as error:
        raise _damaged(where, error) from error
    records = (record for chunk in rest for record in decode_updates(chunk, where))
    return OverlayState(mark=mark, records=UpdateRecords().after(records))


def _described(update: ItemUpdate) -> dict[str, Any]:
    if isinstance(update, ItemDeletion):
        return {"id": update.item_id, "deleted": True}
    facts = {"id": update.item_id, "price": update.price, "availability": update.availability}
    if isinstance(update, ItemChange):
        return _without_none(facts)
    content = update.content
    return _without_none(
        facts
        | {
            "embedding": _text_of(update.embedding),
            "bundle": update.bundle_id,
            "category": content.category,
            "title": content.title,
            "description": content.description,
            "attributes": dict(content.attributes),
            "vectors": {name: _text_of(vector) for name, vector in content.vectors.items()},
            "encoders": dict(update.encoders),
        }
    )


def _restored(described: dict[str, Any]) -> ItemUpdate:
    if not isinstance(described["id"], str):
        raise TypeError("an identifier that is no text")
    if described.get("deleted"):
        return ItemDeletion(item_id=described["id"])
    price, availability = described.get("price"), described.get("availability")
    if "embedding" not in described:
        return ItemChange(item_id=described["id"], price=price, availability=availability)
    vectors = described["vectors"].items()
    return NewItem(
        item_id=described["id"],
        content=ItemContent(
            category=described.get("category"),
            title=described.get("title"),
            description=described.get("description"),
            attributes=described["attributes"],
            vectors={name: _vector_of(text) for name, text in vectors},
        ),
        embedding=_vector_of(described["embedding"]),
        bundle_id=described["bundle"],
        encoders=described["encoders"],
        price=price,
        availability=availability,
    )


def _without_none(described: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in described.items() if value is not None}


def _text_of(vector: np.ndarray) -> str:
    return base64.b64encode(vector.astype("<f4").tobytes()).decode()


def _vector_of(text: str) -> np.ndarray:
    decoded = np.frombuffer(base64.b64decode(text, validate=True), "<f4")
    return decoded.astype(np.float32)


def _dump(described: object) -> bytes:
    text = json.dumps(described, separators=(",", ":"), allow_nan=False)
    return FORMAT + text.encode()


def _load(encoded: bytes, kind: type) -> Any:
    if encoded[:1] != FORMAT:
        raise ValueError(f"format {encoded[:1]!r}")
    described = json.loads(encoded[1:])
    if not isinstance(described, kind):
        raise TypeError(f"no {kind.__name__}")
    return described


def _damaged(where: str, error: Exception) -> LogDamagedError:
    return LogDamagedError(
        expected="updates in a known format", got=f"{type(error).__name__} ({error})", where=where
    )
