"""Connections to Redis or Valkey: bounded in time, never retried behind the back of a caller."""

import re
from typing import Final

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from data.errors import SchemaError

LINEAGE: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
MAX_CONNECTIONS: Final = 16
SCHEMES: Final = ("redis://", "rediss://", "unix://")


def connect(url: str, *, timeout_s: float) -> Redis:
    """A client that connects when it is first used; every answer has to come within `timeout_s`.

    Commands beyond `MAX_CONNECTIONS` at once wait for each other, up to as long again.

    Args:
        url: `redis://[user:password@]host:port/number`, `rediss://` for TLS.
        timeout_s: for connecting, and for each command.

    Raises:
        SchemaError: the address is none; it is not repeated, as it may hold a password.
    """
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=MAX_CONNECTIONS,
            timeout=timeout_s,
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
        )
    except ValueError as error:
        raise SchemaError(
            expected="an address that begins with " + ", ".join(SCHEMES),
            got="another",
            field="redis",
        ) from error
    return Redis.from_pool(pool)


def address_of(client: Redis) -> str:
    """Where a client connects to, without a user or a password."""
    given = client.connection_pool.connection_kwargs
    if "path" in given:
        return f"unix://{given['path']}"
    return f"redis://{given.get('host', 'localhost')}:{given.get('port', 6379)}"


def key_prefix(lineage: str) -> str:
    """What every key of a shop begins with; the braces keep its keys on one node of a cluster.

    Args:
        lineage: names the catalogue, through all its bundles.

    Raises:
        SchemaError: it is no such name.
    """
    if not LINEAGE.fullmatch(lineage):
        raise SchemaError(
            expected="1 to 64 letters, digits, dots, dashes or underscores",
            got=repr(lineage[:80]),
            field="lineage",
        )
    return f"outfit:{{{lineage}}}"
