"""`outfit serve --workers` as it is run, and callers of it."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc

from serving.call_error import CallError
from serving.client import OutfitClient
from serving.pb.outfit.v1 import catalog_service_pb2, catalog_service_pb2_grpc
from tests.serving.repeated_calls import PATIENCE_S, wait_until

COMMAND = (sys.executable, "-c", "from serving.cli import main; main()", "serve")
OWN_CONNECTION = (("grpc.use_local_subchannel_pool", 1),)


@dataclass
class Workers:
    process: "subprocess.Popen[str]"
    address: str
    log: Path

    def records(self) -> list[dict[str, Any]]:
        """Whole lines of the log."""
        return [json.loads(line) for line in self.log.read_text().split("\n")[:-1]]

    def pids(self) -> dict[int, int]:
        """Process id of each worker, the latest."""
        told = [each for each in self.records() if each["event"] == "a worker serves"]
        return {each["worker"]: each["pid"] for each in told}

    def worker_of(self, channel: grpc.Channel) -> int:
        """The worker to whom a connection fell, by its log: nothing else tells."""
        stub: Any = catalog_service_pb2_grpc.CatalogServiceStub(channel)
        name = uuid4().hex
        stub.ListCategories(
            catalog_service_pb2.ListCategoriesRequest(),
            metadata=[("x-request-id", name)],
            timeout=PATIENCE_S,
        )
        wait_until(lambda: bool(self._of_request(name)))  # it is told after the response
        return int(self._of_request(name)[0]["worker"])

    def _of_request(self, name: str) -> list[dict[str, Any]]:
        return [each for each in self.records() if each.get("request_id") == name]

    @contextmanager
    def channel_to(self, worker: int) -> Iterator[grpc.Channel]:
        """A connection that fell to this worker."""
        while True:
            with grpc.insecure_channel(self.address, options=OWN_CONNECTION) as channel:
                if self.worker_of(channel) == worker:
                    yield channel
                    return


@contextmanager
def running_workers(flags: Sequence[str], log: Path) -> Iterator[Workers]:
    """Two workers on a free port, which are ended with the block."""
    with (
        log.open("wb") as told,
        subprocess.Popen(  # noqa: S603 - our own program
            [*COMMAND, *flags, "--port", "0", "--workers", "2"],
            stdout=subprocess.PIPE,
            stderr=told,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line.startswith("serving "), log.read_text()
            workers = Workers(process=process, address=line.split()[-1], log=log)
            wait_until(lambda: workers.pids().keys() == {1, 2})  # the log comes after
            yield workers
        finally:
            process.kill()


class Load:
    """Callers, each on a connection of its own, who ask as soon as they are answered."""

    def __init__(self, address: str, outfit: Sequence[str], *, callers: int, attempts: int) -> None:
        self.answered, self.errors = 0, list[CallError]()
        self._address, self._outfit, self._attempts = address, outfit, attempts
        self._lock, self._stopped = threading.Lock(), threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(callers)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join(PATIENCE_S)

    def _ask(self) -> None:
        with OutfitClient(self._address, deadline_s=60.0, attempts=self._attempts) as client:
            while not self._stopped.is_set():
                try:
                    client.score([self._outfit])
                except CallError as error:
                    self.errors.append(error)
                else:
                    with self._lock:
                        self.answered += 1
