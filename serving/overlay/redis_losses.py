"""By which settings a Redis loses updates that it acknowledged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from redis.asyncio import Redis
from redis.exceptions import NoPermissionError

Facts: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A setting by which updates are lost, and what to set instead."""

    found: str
    advice: str


async def read_facts(client: Redis) -> Facts | None:
    """What INFO says; None where the user may not ask."""
    try:
        facts: Facts = await client.info()
    except NoPermissionError:
        return None
    return facts


def losses(facts: Facts) -> list[Loss]:
    """All of them; each may take more than the last second of updates.

    Args:
        facts: of INFO.
    """
    return [found for found in (lost_by_restart(facts), lost_by_eviction(facts)) if found]


def lost_by_restart(facts: Facts) -> Loss | None:
    """Nothing is written down, or a snapshot now and then; None where a file is appended to."""
    if facts.get("aof_enabled"):
        return None
    advice = "Set `appendonly yes`, else a restart loses updates that no replica remembers."
    return Loss(found="no append-only file", advice=advice)


def lost_by_eviction(facts: Facts) -> Loss | None:
    """Updates may have to make room; None where they never do."""
    policy, limit = str(facts.get("maxmemory_policy", "unknown")), facts.get("maxmemory", 0)
    if not (policy.startswith("allkeys") and limit):
        return None
    advice = "Set `maxmemory-policy noeviction` or `volatile-lru`: it may evict the updates."
    return Loss(found=f"maxmemory {limit}, {policy}", advice=advice)
