"""Real users of a real Redis, with the rights that docs/operations.md asks for and with fewer."""

import asyncio
import re
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from serving.doctor.finding import Finding
from serving.doctor.redis_rights import COMMANDS, check_rights
from serving.overlay.redis_scripts import APPEND, COMPACT, SEED
from serving.redis_connection import connect
from tests.serving.redis_server import FLEETING, RedisServer
from tests.serving.repeated_calls import PATIENCE_S

DOCUMENTED = ("+@read", "+@write", "+@scripting", "+@connection", "-@dangerous")
MINE = "~outfit:{shop}*"


def examined(url: str, shop: str = "shop") -> Finding:
    async def examine() -> Finding:
        client = connect(url, timeout_s=PATIENCE_S)
        try:
            return await check_rights(client, shop)
        finally:
            await client.aclose()

    return asyncio.run(examine())


@pytest.fixture
def user(shared_redis: RedisServer) -> Iterator[Callable[..., str]]:
    """The address of a user with these commands on these keys."""
    name = f"user-{uuid4().hex[:8]}"

    def made(*commands: str, keys: str = MINE) -> str:
        with shared_redis.client() as client:
            client.acl_setuser(
                name, enabled=True, passwords=["+word"], keys=[keys[1:]], commands=commands
            )
        return f"redis://{name}:word@127.0.0.1:{shared_redis.port}/0"

    yield made
    with shared_redis.client() as client:
        client.acl_deluser(name)


def test_every_command_of_the_scripts_of_the_log_is_tried():
    called = set(re.findall(r"redis\.call\('(\w+)'", APPEND + SEED + COMPACT))
    assert called <= {line.split()[0] for line in COMMANDS.splitlines() if line}
    assert "XADD" in called


def test_the_documented_rights_suffice_and_nothing_is_left(
    user: Callable[..., str], shared_redis: RedisServer
):
    assert examined(user(*DOCUMENTED)).level == "ok"
    with shared_redis.client() as client:
        assert client.keys("outfit:{shop}:doctor*") == []


@pytest.mark.parametrize(
    ("commands", "keys"),
    [
        (("+@read", "+@connection"), MINE),
        (("+@read", "+@scripting", "+@connection"), MINE),
        (("+@read", "+@write", "+@connection"), MINE),
        ((*DOCUMENTED, "-xadd"), MINE),
        ((*DOCUMENTED, "-hgetall"), MINE),
        (DOCUMENTED, "~outfit:{another}*"),
        (DOCUMENTED, "~cache:*"),
    ],
    ids=["read-only", "read and script", "no script", "no xadd", "no hgetall", "shop", "keys"],
)
def test_a_user_with_fewer_is_a_failure_that_says_what_to_allow(
    user: Callable[..., str], commands: tuple[str, ...], keys: str
):
    finding = examined(user(*commands, keys=keys))
    assert finding.level == "failure"
    assert "rights that fit" in finding.found
    assert "+@read +@write +@scripting +@connection -@dangerous` on `~outfit:{shop}*" in (
        finding.advice
    )


def test_a_replica_which_takes_no_writes_is_a_failure(
    shared_redis: RedisServer, tmp_path_factory: pytest.TempPathFactory
):
    source = ("--replicaof", "127.0.0.1", str(shared_redis.port))
    replica = RedisServer(tmp_path_factory.mktemp("replica"), *FLEETING, *source)
    try:
        finding = examined(replica.url)
    finally:
        replica.kill()
    assert finding.level == "failure"
    assert "a Redis that takes writes" in finding.found
