"""Findings on real Redis servers, and on what INFO says of others."""

import asyncio
from collections.abc import Callable, Iterator

import pytest

from serving.doctor.finding import Finding
from serving.doctor.redis_checks import (
    check_eviction,
    check_persistence,
    check_redis,
    check_version,
)
from tests.free_port import free_port
from tests.serving.redis_server import DURABLE, RedisServer

SOUND = (*DURABLE, "--maxmemory", "256mb", "--maxmemory-policy", "noeviction")


def examined(url: str, shop: str = "shop") -> dict[str, Finding]:
    return {finding.check: finding for finding in asyncio.run(check_redis(url, shop))}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"), *SOUND)
    yield server
    server.kill()


def test_a_redis_that_keeps_updates_is_well_in_every_respect(sound: RedisServer):
    found = examined(sound.url)
    reached = ["redis", "redis latency", "redis rights"]
    assert list(found) == [*reached, "redis version", "persistence", "eviction"]
    assert {finding.level for finding in found.values()} == {"ok"}


def test_a_redis_that_forgets_is_a_warning(shared_redis: RedisServer):
    found = examined(shared_redis.url)
    assert found["persistence"].level == "warning"
    assert "appendonly yes" in found["persistence"].advice


def test_a_redis_that_may_evict_updates_is_a_failure(sound: RedisServer):
    with sound.client() as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        client.config_set("appendfsync", "everysec")
        found = examined(sound.url)
        client.config_set("maxmemory-policy", "noeviction")
        client.config_set("appendfsync", "always")
    assert found["eviction"].level == "failure"
    assert "allkeys-lru" in found["eviction"].found
    assert found["persistence"].level == "warning"
    assert "everysec" in found["persistence"].found


@pytest.fixture
def user(sound: RedisServer) -> Iterator[Callable[..., str]]:
    """The address of a user with these rights."""

    def made(*rights: str) -> str:
        with sound.client() as client:
            client.acl_setuser(
                "plain", enabled=True, passwords=["+word"], keys=["*"], commands=rights
            )
        return f"redis://plain:word@127.0.0.1:{sound.port}/0"

    yield made
    with sound.client() as client:
        client.acl_deluser("plain")


def test_a_user_that_may_not_read_the_settings_is_told_what_to_look_after(user):
    found = examined(user("+@all", "-config"))
    assert found["persistence"].level == "warning"
    assert "CONFIG may not be read" in found["persistence"].found


def test_a_user_with_the_rights_of_a_server_only_cannot_examine_much(user):
    found = examined(user("+@read", "+@write", "+@scripting", "+@connection"))
    assert list(found) == ["redis", "redis latency", "redis rights", "redis settings"]
    assert found["redis rights"].level == "ok"
    assert found["redis settings"].level == "warning"


def test_a_user_that_may_only_read_is_a_failure_and_the_rest_is_examined(user):
    found = examined(user("+@read", "+@connection", "+info", "+config"))
    assert found["redis rights"].level == "failure"
    assert found["persistence"].level == "ok"


def test_a_shop_that_cannot_be_named_so_is_one_failure(sound: RedisServer):
    found = examined(sound.url, "a shop")
    assert list(found) == ["redis"]
    assert "'lineage'" in found["redis"].found


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1", "'redis'"),
        (f"redis://127.0.0.1:{free_port()}", "takes writes"),
        ("redis://nobody:secret@127.0.0.1:{port}", "a password and rights that fit"),
    ],
    ids=["another scheme", "free port", "wrong password"],
)
def test_an_address_where_no_redis_answers_is_one_failure(sound: RedisServer, url: str, said: str):
    found = examined(url.format(port=sound.port))
    assert list(found) == ["redis"]
    assert found["redis"].level == "failure"
    assert said in found["redis"].found
    assert "secret" not in str(found["redis"])


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        ({"redis_version": "6.0.16"}, "failure"),
        ({"redis_version": "6.2.0"}, "ok"),
        ({"redis_version": "7.2.4", "valkey_version": "8.0.1"}, "ok"),
        ({}, "failure"),
    ],
)
def test_redis_is_at_least_6_2_or_valkey(facts, level):
    assert check_version(facts).level == level


def test_an_append_only_file_that_cannot_be_written_is_a_failure():
    facts = {"aof_enabled": 1, "aof_last_write_status": "err"}
    assert check_persistence(facts, {"appendfsync": "always"}).level == "failure"


@pytest.mark.parametrize(
    ("policy", "limit", "level"),
    [
        ("noeviction", 1_000, "ok"),
        ("volatile-lru", 1_000, "ok"),
        ("noeviction", 0, "warning"),
        ("allkeys-lfu", 0, "warning"),
        ("allkeys-lfu", 1_000, "failure"),
    ],
)
def test_updates_must_not_be_evicted(policy, limit, level):
    assert check_eviction({"maxmemory_policy": policy, "maxmemory": limit}).level == level
