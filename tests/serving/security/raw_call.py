"""A gRPC call written by hand, which may claim what no library would send."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS = 0, 1, 4
END_STREAM, END_HEADERS = 1, 4
FRAME_BYTES = 16_384


def claim(address: str, method: str, key: str, length: int) -> bytes:
    """Begin a message that claims a length, and give all that the server sends back."""
    with _connected(address) as connection:
        connection.sendall(_begun(address, method, key, length))
        received = b""
        while b"grpc-status" not in received:
            part = connection.recv(65_536)
            if not part:
                break
            received += part
        return received


def pour(address: str, method: str, key: str, length: int) -> int:
    """Send a message of a length whatever the server says: bytes until it hung up."""
    sent, frame = 0, _frame(DATA, 0, 1, bytes(FRAME_BYTES))
    with _connected(address) as connection:
        connection.sendall(_begun(address, method, key, length))
        with suppress(ConnectionError):
            while sent < length:
                connection.sendall(frame)
                sent += FRAME_BYTES
    return sent


@contextmanager
def unread_calls(address: str, method: str, payload: bytes, count: int) -> Iterator[None]:
    """Calls over one connection, none of whose answers is read within the block."""
    message = struct.pack(">BI", 0, len(payload)) + payload
    with _connected(address) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.sendall(PREFACE + _frame(SETTINGS, 0, 0, b""))
        headers = _headers(address, method, {})
        for number in range(count):
            stream = 2 * number + 1
            connection.sendall(
                _frame(HEADERS, END_HEADERS, stream, headers)
                + _frame(DATA, END_STREAM, stream, message)
            )
        yield


def _connected(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=20)


def _begun(address: str, method: str, key: str, length: int) -> bytes:
    headers = _headers(address, method, {"authorization": f"Bearer {key}"})
    begun = struct.pack(">BI", 0, length) + bytes(1_000)
    return (
        PREFACE
        + _frame(SETTINGS, 0, 0, b"")
        + _frame(HEADERS, END_HEADERS, 1, headers)
        + _frame(DATA, 0, 1, begun)
    )


def _headers(address: str, method: str, others: dict[str, str]) -> bytes:
    fields = {
        ":method": "POST",
        ":scheme": "http",
        ":path": method,
        ":authority": address,
        "te": "trailers",
        "content-type": "application/grpc",
        **others,
    }
    return b"".join(b"\x00" + _text(name) + _text(value) for name, value in fields.items())


def _text(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


def _frame(kind: int, flags: int, stream: int, body: bytes) -> bytes:
    return struct.pack(">I", len(body))[1:] + struct.pack(">BBI", kind, flags, stream) + body
