"""Can a server keep its updates in this Redis, and will they stay there."""

import re
import statistics
import time
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import NoPermissionError, RedisError

from data.errors import SchemaError
from serving.doctor.finding import Finding, failure, warning, well
from serving.doctor.redis_rights import check_rights
from serving.overlay.redis_errors import named_error
from serving.overlay.redis_losses import Facts, lost_by_eviction, lost_by_restart, read_facts
from serving.redis_connection import address_of, connect

TIMEOUT_S: Final = 2.0
OLDEST: Final = (6, 2)
PINGS: Final = 20
SLOW_MS: Final = 5.0
"""Above it, updates and cached responses take noticeably longer than they need."""


async def check_redis(url: str, shop: str) -> list[Finding]:
    """Findings on a Redis for a shop, up to the first that leaves nothing to examine."""
    try:
        client = connect(url, timeout_s=TIMEOUT_S)
    except SchemaError as error:
        return [failure("redis", str(error), "Give an address such as redis://host:6379.")]
    try:
        latency = await _latency(client)
        rights = await check_rights(client, shop)
        facts = await read_facts(client)
        settings = await _settings(client)
    except SchemaError as error:
        return [failure("redis", str(error), "Give another --shop.")]
    except (RedisError, OSError) as error:
        found = str(named_error(error, address_of(client)))
        advice = "Start it, or give the address, user and password that it answers to."
        return [failure("redis", found, advice)]
    finally:
        await client.aclose()
    reached = [well("redis", f"{address_of(client)} answers"), latency, rights]
    if facts is None:
        advice = "Examine it as a user who may call INFO and CONFIG GET."
        return [*reached, warning("redis settings", "this user may not read them", advice)]
    return [
        *reached,
        check_version(facts),
        check_persistence(facts, settings),
        check_eviction(facts),
    ]


def check_version(facts: Facts) -> Finding:
    """Streams are trimmed and read as Redis 6.2 does it; every Valkey does."""
    if "valkey_version" in facts:
        return well("redis version", f"Valkey {facts['valkey_version']}")
    version = str(facts.get("redis_version", "unknown"))
    if tuple(map(int, re.findall(r"\d+", version)[:2])) < OLDEST:
        return failure("redis version", version, "Use Redis 6.2 or newer, or Valkey.")
    return well("redis version", f"Redis {version}")


def check_persistence(facts: Facts, settings: Facts) -> Finding:
    """What was acknowledged should survive the death of Redis.

    Args:
        facts: of INFO.
        settings: of CONFIG; empty where the user may not read them.
    """
    fsync = settings.get("appendfsync")
    if lost := lost_by_restart(facts):
        return warning("persistence", lost.found, lost.advice)
    if facts.get("aof_last_write_status", "ok") != "ok":
        advice = "Look at its log and at the space on its disk: it accepts no updates."
        return failure("persistence", "the append-only file cannot be written", advice)
    if fsync is None:
        advice = "See to it that `appendfsync` is `always`."
        return warning("persistence", "append-only file; CONFIG may not be read", advice)
    if fsync != "always":
        advice = "Set `appendfsync always`, or accept that its machine may take a second along."
        return warning("persistence", f"append-only file, appendfsync {fsync}", advice)
    return well("persistence", "append-only file, appendfsync always")


def check_eviction(facts: Facts) -> Finding:
    """Only what expires may be evicted: cached responses, never updates."""
    if lost := lost_by_eviction(facts):
        return failure("eviction", lost.found, lost.advice)
    policy, limit = str(facts.get("maxmemory_policy", "unknown")), facts.get("maxmemory", 0)
    found = f"maxmemory {limit or 'unlimited'}, {policy}"
    if policy.startswith("allkeys"):
        advice = "Set `maxmemory-policy volatile-lru` before anybody sets `maxmemory`."
        return warning("eviction", found, advice)
    if not limit:
        advice = "Set `maxmemory`, so that it cannot take the memory of the machine."
        return warning("eviction", found, advice)
    return well("eviction", found)


async def _latency(client: Redis) -> Finding:
    taken = [await _ping_ms(client) for _ in range(PINGS + 1)][1:]  # the first one connects
    median, most = statistics.median(taken), max(taken)
    found = f"median {median:.2f} ms, at most {most:.2f} ms of {PINGS}"
    if median > SLOW_MS:
        advice = "Run it in the network of the servers; look at its load and its slow log."
        return warning("redis latency", found, advice)
    return well("redis latency", found)


async def _ping_ms(client: Redis) -> float:
    began = time.perf_counter()
    await client.echo("outfit")
    return (time.perf_counter() - began) * 1000


async def _settings(client: Redis) -> Facts:
    """What CONFIG says; nothing where the user may not ask."""
    try:
        settings: Any = await client.config_get("appendfsync")
    except NoPermissionError:
        settings = {}
    found: Facts = settings
    return found
