"""Real servers that keep updates, or do not, and what is said of them."""

import asyncio
import logging
from collections.abc import Callable

import pytest
import redis

from serving.overlay.loss_warning import LossWarning
from serving.overlay.overlay import running_overlay
from serving.overlay.redis_log import RedisLog, RedisLogConfig
from serving.redis_connection import connect
from tests.serving.overlay.log_places import run, until
from tests.serving.overlay.some_updates import change
from tests.serving.redis_server import DURABLE, FLEETING, RedisServer
from tests.serving.repeated_calls import PATIENCE_S

MAY_LOSE = "Redis may lose acknowledged updates"
MAY_NOT_LOOK = "may not look whether Redis keeps updates"
SECRET = "7-words-of-ours"  # noqa: S105 - of a server of the test
EVICTING = ("--maxmemory", "256mb", "--maxmemory-policy", "allkeys-lru")


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Callable[[], list[logging.LogRecord]]:
    caplog.set_level(logging.INFO)
    return lambda: [each for each in caplog.records if each.name == LossWarning.__module__]


def url_of(server: RedisServer, user: str = "default") -> str:
    return f"redis://{user}:{SECRET}@127.0.0.1:{server.port}/0"


def log_of(server: RedisServer, user: str = "default") -> RedisLog:
    config = RedisLogConfig(
        url=url_of(server, user), lineage="shop", timeout_s=PATIENCE_S, heartbeat_s=0.1
    )
    return RedisLog(config)


async def looked(server: RedisServer, is_told: Callable[[], bool]) -> None:
    """A log is followed and something said of it, its Redis restarts, and it is followed again."""
    async with running_overlay(log_of(server)) as overlay:
        await until(is_told)
        await asyncio.sleep(0.3)
        server.restart()
        await until(lambda: not overlay.connected)
        await until(lambda: overlay.connected)
        await asyncio.sleep(0.3)


@pytest.mark.parametrize(
    ("options", "advice"),
    [
        (FLEETING, ["appendonly yes"]),
        ((*DURABLE, *EVICTING), ["maxmemory-policy noeviction"]),
        ((*FLEETING, *EVICTING), ["appendonly yes", "maxmemory-policy noeviction"]),
    ],
    ids=["no file", "evicts", "both"],
)
def test_a_redis_that_may_lose_updates_is_one_warning_that_says_what_to_set(
    own_redis, told, options: tuple[str, ...], advice: list[str]
):
    server = own_redis("--requirepass", SECRET, *options)
    run(looked(server, lambda: bool(told())))
    (record,) = told()
    assert (record.levelno, record.getMessage()) == (logging.WARNING, MAY_LOSE)
    assert all(setting in record.advice for setting in advice)
    assert record.where == f"redis://127.0.0.1:{server.port}"
    assert SECRET not in str(vars(record))


def test_nothing_is_said_of_a_redis_that_keeps_updates(own_redis, told):
    run(looked(own_redis("--requirepass", SECRET, *DURABLE), lambda: True))
    assert told() == []


def test_what_has_changed_when_redis_is_back_is_said(own_redis, told):
    server = own_redis("--requirepass", SECRET, *DURABLE)

    async def story() -> None:
        async with running_overlay(log_of(server)) as overlay:
            await overlay.apply([change("a", 1)])
            server.options = (*server.options, *EVICTING)
            server.restart()
            await until(lambda: len(told()) == 1)
            server.options = ("--requirepass", SECRET, *FLEETING)
            server.restart()
            await until(lambda: len(told()) == 2)

    run(story())
    assert [record.found for record in told()] == [
        "maxmemory 268435456, allkeys-lru",
        "no append-only file",
    ]


def test_a_user_that_may_not_look_is_told_once_and_serves(own_redis, told):
    server = own_redis("--requirepass", SECRET, *FLEETING)
    rights = ["+@read", "+@write", "+@scripting", "+@connection", "-@dangerous"]
    with redis.Redis(port=server.port, password=SECRET) as client:
        client.acl_setuser(
            "plain",
            enabled=True,
            passwords=[f"+{SECRET}"],
            keys=["outfit:{shop}*"],
            commands=rights,
        )

    async def story() -> None:
        async with running_overlay(log_of(server, "plain")) as overlay:
            assert await overlay.apply([change("a", 1)]) == 1
            await until(lambda: len(told()) == 1)

    run(story())
    assert [(each.levelno, each.getMessage()) for each in told()] == [(logging.INFO, MAY_NOT_LOOK)]


def num_looks() -> int:
    """That are not done."""
    looks = (each.get_coro() for each in asyncio.all_tasks())
    return sum(getattr(look, "__qualname__", "") == "LossWarning._look" for look in looks)


def test_a_redis_that_does_not_answer_holds_up_nobody(own_redis, told):
    server = own_redis(*FLEETING)

    async def story() -> None:
        hasty, patient = (connect(server.url, timeout_s=each) for each in (0.2, 10 * PATIENCE_S))
        server.freeze()
        gives_up = LossWarning(hasty)
        gives_up.begin()
        await asyncio.sleep(0.5)
        await gives_up.close()
        warning = LossWarning(patient)
        warning.begin()
        await until(lambda: num_looks() == 1)
        await asyncio.sleep(0.1)
        warning.begin()
        assert num_looks() == 2
        await until(lambda: num_looks() == 1)  # the one before has ended
        await asyncio.wait_for(warning.close(), PATIENCE_S)
        assert told() == []
        server.thaw()
        warning.begin()
        await until(lambda: len(told()) == 1)
        await warning.close()
        for client in (hasty, patient):
            await client.aclose()

    run(story())
