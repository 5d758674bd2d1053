"""The limits that the contract states, and what keeps them."""

from collections.abc import Sized

from data.errors import SchemaError

MAX_MESSAGE_BYTES = 32 * 2**20
MAX_FIELDS = 100_000  # of a request, however nested
MAX_HELD_BYTES = 256 * 2**20  # of requests and answers that one server has in hand
MAX_CONCURRENT_CALLS = 4_096  # of one connection; answers that nobody reads take memory
MAX_STREAMS = 32  # of one server; each may be sending a message
MAX_OUTFITS = 256
MAX_ITEMS = 32
MAX_CANDIDATES = 256
MAX_INLINE_ITEMS = 256
MAX_COMPLEMENTS = 1_000
MAX_EXCLUDED = 10_000
MAX_ATTRIBUTES = 64
MAX_VECTORS = 16
MAX_VECTOR_LENGTH = 4_096
MAX_IMAGE_BYTES = 8 * 2**20
MAX_TEXT_LENGTH = 2_000
MAX_NAME_LENGTH = 256
MAX_ITEM_IDS = 1_000
MAX_UPSERTS = 256
LAST_PORT = 65_535  # of any machine


def required(text: str, field: str, *, limit: int = MAX_NAME_LENGTH) -> str:
    """A text of 1 to `limit` characters; raises SchemaError."""
    if not text:
        raise SchemaError(expected=f"1 to {limit} characters", got="none", field=field)
    return optional(text, field, limit=limit) or ""


def optional(text: str, field: str, *, limit: int = MAX_TEXT_LENGTH) -> str | None:
    """A text of at most `limit` characters, None where it is empty; raises SchemaError."""
    if len(text) > limit:
        raise SchemaError(expected=f"at most {limit} characters", got=f"{len(text)}", field=field)
    return text or None


def check_count(values: Sized, limit: int, field: str) -> None:
    """Refuse more than `limit`, and none at all; raises SchemaError."""
    if not values:
        raise SchemaError(expected=f"1 to {limit}", got="none", field=field)
    check_at_most(values, limit, field)


def check_at_most(values: Sized, limit: int, field: str) -> None:
    """Refuse more than `limit`; raises SchemaError."""
    if len(values) > limit:
        raise SchemaError(expected=f"at most {limit}", got=str(len(values)), field=field)
