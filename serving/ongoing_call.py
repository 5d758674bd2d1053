"""The call that is being answered: its name, and what the log and the observers say of it."""

import random
import re
import time
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any, Final

import grpc

from serving.call_record import CallObserver, CallRecord

REQUEST_ID_KEY: Final = "x-request-id"
_NAMES: Final = random.Random()
REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


class OngoingCall:
    """One call, from its arrival to its end.

    Args:
        method: full name.
        metadata: that the caller sent.
        observers: are told of its end.

    Attributes:
        request_id: given by the caller, else drawn.
        fields: what the log says of every event of the call.
    """

    def __init__(self, method: str, metadata: Any, observers: Sequence[CallObserver] = ()) -> None:
        self._observers = observers
        self._metadata = tuple(metadata or ())
        self._began_ns, self._began = time.time_ns(), time.perf_counter()
        self._method, self.request_id = method, request_id_of(self._metadata)
        self.fields: dict[str, object] = {"request_id": self.request_id, "method": method}
        self._batch_size: int | None = None

    @property
    def elapsed_s(self) -> float:
        """Seconds since it came."""
        return time.perf_counter() - self._began

    def note_batch(self, size: int) -> None:
        """The model answered it together with others."""
        self._batch_size = size
        self.fields["batch_size"] = size

    def end(self, code: grpc.StatusCode) -> None:
        """It has ended; what the log says of it from now on says how."""
        duration_s = self.elapsed_s
        self.fields |= {"code": code.name, "duration_ms": round(duration_s * 1000, 2)}
        record = CallRecord(
            method=self._method,
            code=code,
            request_id=self.request_id,
            metadata=self._metadata,
            started_ns=self._began_ns,
            duration_s=duration_s,
            batch_size=self._batch_size,
        )
        for observer in self._observers:
            observer.ended(record)


CURRENT_CALL: Final[ContextVar[OngoingCall]] = ContextVar("current call")


def request_id_of(metadata: Any) -> str:
    """The caller's name for the call when it is a plain word, else a new one."""
    given = next((value for key, value in metadata or () if key == REQUEST_ID_KEY), "")
    return given if REQUEST_ID.fullmatch(given) else f"{_NAMES.getrandbits(128):032x}"
