"""Callers who end no message, or read no answer, and send all that a server lets them send."""

import select
import socket
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from tests.serving.security.raw_call import (
    DATA,
    END_HEADERS,
    END_STREAM,
    FRAME_BYTES,
    HEADERS,
    PREFACE,
    SETTINGS,
    WINDOW_UPDATE,
    connected,
    frame,
    headers_of,
)

ACKNOWLEDGED: Final = 1
INITIAL_WINDOW: Final = 4
FIRST_WINDOW: Final = 65_535
QUIET_S: Final = 1.0
"""After which nothing more is let in."""


@contextmanager
def stalled_calls(address: str, method: str, count: int, length: int) -> Iterator[int]:
    """Calls over one connection, each of a message of which the end is missing: bytes sent."""
    headers = headers_of(address, method, {})
    message = memoryview(struct.pack(">BI", 0, length) + bytes(length - 1))
    with connected(address) as connection:
        peer, unsent, sent = _Peer(connection), {}, 0
        for number in range(count):
            unsent[2 * number + 1] = message
            connection.sendall(frame(HEADERS, END_HEADERS, 2 * number + 1, headers))
        while (more := _all_sent(peer, unsent)) or peer.hear():
            sent += more
        yield sent


@contextmanager
def unread_calls(
    address: str, method: str, payloads: Sequence[bytes], count: int
) -> Iterator[None]:
    """Calls of some requests over one connection, which lets no answer through in the block."""
    headers = headers_of(address, method, {})
    message = b"".join(struct.pack(">BI", 0, len(payload)) + payload for payload in payloads)
    with connected(address) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        peer = _Peer(connection)
        for number in range(count):
            while peer.room(2 * number + 1) < len(message):
                assert peer.hear(), "it lets nothing more in"
            connection.sendall(frame(HEADERS, END_HEADERS, 2 * number + 1, headers))
            peer.send(2 * number + 1, message, END_STREAM)
        yield


def _all_sent(peer: "_Peer", unsent: dict[int, memoryview]) -> int:
    """Bytes of a frame of each stream, as far as there is room for it."""
    sent = 0
    for stream, message in unsent.items():
        part = message[: peer.room(stream)]
        peer.send(stream, bytes(part))
        unsent[stream] = message[len(part) :]
        sent += len(part)
    return sent


class _Peer:
    """A server, and the bytes that it grants the connection and each of its streams."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._received = connection, b""
        self._initial, self._granted = FIRST_WINDOW, {0: 0}
        connection.sendall(PREFACE + frame(SETTINGS, 0, 0, b""))

    def room(self, stream: int) -> int:
        """Bytes of a stream that may be sent now, in one frame."""
        of_stream = self._initial + self._granted.get(stream, 0)
        return max(0, min(FIRST_WINDOW + self._granted[0], of_stream, FRAME_BYTES))

    def send(self, stream: int, part: bytes, flags: int = 0) -> None:
        if part:
            self._connection.sendall(frame(DATA, flags, stream, part))
            self._grant(0, -len(part))
            self._grant(stream, -len(part))

    def hear(self) -> bool:
        """Take in what it says, and grant it nothing; whether it says anything for a while."""
        if not select.select([self._connection], [], [], QUIET_S)[0]:
            return False
        part = self._connection.recv(65_536)
        self._received += part
        while len(self._received) >= 9 + (size := int.from_bytes(self._received[:3])):
            self._take(self._received[:9], self._received[9 : 9 + size])
            self._received = self._received[9 + size :]
        return bool(part)

    def _take(self, head: bytes, body: bytes) -> None:
        kind, flags, stream = head[3], head[4], int.from_bytes(head[5:])
        if kind == WINDOW_UPDATE:
            self._grant(stream, int.from_bytes(body))
        if kind == SETTINGS and not flags & ACKNOWLEDGED:
            self._initial = dict(struct.iter_unpack(">HI", body)).get(INITIAL_WINDOW, self._initial)
            self._connection.sendall(frame(SETTINGS, ACKNOWLEDGED, 0, b""))

    def _grant(self, stream: int, size: int) -> None:
        self._granted[stream] = self._granted.get(stream, 0) + size
