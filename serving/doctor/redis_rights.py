"""May this user do in Redis what a server does."""

import secrets
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from serving.doctor.finding import Finding, failure, well
from serving.overlay.redis_errors import named_error
from serving.redis_connection import address_of, key_prefix

KEY: Final = "KEY"
"""Stands for a key that nobody else has."""

COMMANDS: Final = """
DEL KEY
SET KEY a PX 10000
GET KEY
EXISTS KEY
DEL KEY
HSET KEY a 1
EXPIRE KEY 10
HGET KEY a
HMGET KEY a
HGETALL KEY
PERSIST KEY
DEL KEY
XADD KEY 1-0 a 1
EXPIRE KEY 10
XRANGE KEY - +
XREAD STREAMS KEY 0
XTRIM KEY MINID 1
DEL KEY
RPUSH KEY a
EXPIRE KEY 10
LLEN KEY
LRANGE KEY 0 -1
DEL KEY
"""
"""Those of the log of updates and of the cache; what one of them leaves, DEL or time takes away."""

SCRIPT: Final = "return redis.call('EXISTS', KEYS[1])"


async def check_rights(client: Redis, shop: str) -> Finding:
    """The commands of a server are tried on a key of their own.

    Args:
        client: of the user that the server is to be.
        shop: the lineage of the catalogue.

    Raises:
        SchemaError: no shop can be named so.
    """
    prefix = key_prefix(shop)
    try:
        await _try(client, f"{prefix}:doctor:{secrets.token_hex(8)}")
    except (RedisError, OSError) as error:
        advice = (
            "Let the user do `+@read +@write +@scripting +@connection -@dangerous` on "
            f"`~{prefix}*`, in a Redis that has room and takes writes."
        )
        return failure("redis rights", str(named_error(error, address_of(client))), advice)
    return well("redis rights", f"this user may keep updates and answers under {prefix}")


async def _try(client: Redis, key: str) -> None:
    for line in COMMANDS.split("\n")[1:-1]:
        words = [key if word == KEY else word for word in line.split()]
        await client.execute_command(*words)  # type: ignore[no-untyped-call] # redis says no types
    digest = await client.script_load(SCRIPT)
    await client.evalsha(digest, 1, key)
