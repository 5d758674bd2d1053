"""A gRPC call written by hand, which may claim what no library would send."""

import socket
import struct
from contextlib import suppress
from typing import Final

from tests.serving.repeated_calls import PATIENCE_S

PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS, WINDOW_UPDATE = 0, 1, 4, 8
END_STREAM, END_HEADERS = 1, 4
FRAME_BYTES = 16_384


def claim(address: str, method: str, key: str, length: int) -> bytes:
    """Begin a message that claims a length, and give all that the server sends back."""
    with connected(address) as connection:
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
    sent, part = 0, frame(DATA, 0, 1, bytes(FRAME_BYTES))
    with connected(address) as connection:
        connection.sendall(_begun(address, method, key, length))
        with suppress(ConnectionError):
            while sent < length:
                connection.sendall(part)
                sent += FRAME_BYTES
    return sent


def connected(address: str) -> socket.socket:
    """To a server, in clear."""
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE_S)


def _begun(address: str, method: str, key: str, length: int) -> bytes:
    headers = headers_of(address, method, {"authorization": f"Bearer {key}"})
    begun = struct.pack(">BI", 0, length) + bytes(1_000)
    return (
        PREFACE
        + frame(SETTINGS, 0, 0, b"")
        + frame(HEADERS, END_HEADERS, 1, headers)
        + frame(DATA, 0, 1, begun)
    )


def headers_of(address: str, method: str, others: dict[str, str]) -> bytes:
    """What begins a call, each field spelt out."""
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


def frame(kind: int, flags: int, stream: int, body: bytes) -> bytes:
    """One frame of HTTP/2."""
    return struct.pack(">I", len(body))[1:] + struct.pack(">BBI", kind, flags, stream) + body


def _text(text: str) -> bytes:
    """Behind its length; lone surrogates are the bytes that they stand for."""
    encoded = text.encode(errors="surrogateescape")
    return bytes([len(encoded)]) + encoded
