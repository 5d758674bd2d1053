"""A gRPC call written by hand, which may claim what no library would send."""

import socket
import struct
from typing import Final

PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS = 0, 1, 4
END_HEADERS = 4


def claim(address: str, method: str, key: str, length: int) -> bytes:
    """Begin a message that claims a length, and give all that the server sends back."""
    host, _, port = address.rpartition(":")
    fields = {
        ":method": "POST",
        ":scheme": "http",
        ":path": method,
        ":authority": address,
        "te": "trailers",
        "content-type": "application/grpc",
        "authorization": f"Bearer {key}",
    }
    headers = b"".join(b"\x00" + _text(name) + _text(value) for name, value in fields.items())
    begun = struct.pack(">BI", 0, length) + bytes(1_000)
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(
            PREFACE
            + _frame(SETTINGS, 0, 0, b"")
            + _frame(HEADERS, END_HEADERS, 1, headers)
            + _frame(DATA, 0, 1, begun)
        )
        received = b""
        while b"grpc-status" not in received:
            part = connection.recv(65_536)
            if not part:
                break
            received += part
        return received


def _text(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


def _frame(kind: int, flags: int, stream: int, body: bytes) -> bytes:
    return struct.pack(">I", len(body))[1:] + struct.pack(">BBI", kind, flags, stream) + body
