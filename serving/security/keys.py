"""API keys: made of chance, kept as hashes, told apart in constant time.

A key holds 256 random bits, so nothing can be guessed from its SHA-256. A slow hash such as scrypt
protects words that people choose; here it would only make every call slow, and wrong keys a way to
keep the server busy.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

PREFIX: Final = "outfit_"  # so that a scanner of texts finds a key that was published by mistake


class Scope(StrEnum):
    """What a key may be used for; none holds another."""

    READ = "read"
    WRITE = "write"
    OPERATE = "operate"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """What a server knows of a key.

    Args:
        name: who holds it; stands in the log.
        sha256: of the key, 64 hexadecimal digits.
        scopes: what it may be used for.
    """

    name: str
    sha256: str
    scopes: frozenset[Scope]


def new_secret() -> str:
    """A key that nobody had before."""
    return PREFIX + secrets.token_urlsafe(32)


def sha256_of(secret: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(secret.encode()).hexdigest()


def key_of(secret: str, keys: Iterable[ApiKey]) -> ApiKey | None:
    """The one that a caller proved to hold, None where it is none of them.

    All are compared, each in constant time: how long it takes says nothing about a key.
    """
    shown = sha256_of(secret)
    found = [key for key in keys if hmac.compare_digest(key.sha256, shown)]
    return found[0] if found else None
