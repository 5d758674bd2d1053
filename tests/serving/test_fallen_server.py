"""Wire tests of a call that ends the loop of gRPC's server: the process does not outlive it."""

from contextlib import suppress

from serving.client import OutfitClient
from serving.server import FELL
from tests.serving.security.raw_call import (
    END_HEADERS,
    END_STREAM,
    HEADERS,
    PREFACE,
    SETTINGS,
    connected,
    frame,
    headers_of,
)
from tests.serving.server_process import planted_server


def call_what_is_no_text(address: str) -> None:
    """A method whose name is not UTF-8, until the server hangs up."""
    headers = frame(HEADERS, END_HEADERS | END_STREAM, 1, headers_of(address, "/\udcff", {}))
    with connected(address) as connection, suppress(ConnectionError):
        connection.sendall(PREFACE + frame(SETTINGS, 0, 0, b"") + headers)
        while connection.recv(65_536):
            pass


def test_a_process_that_takes_no_more_calls_ends_and_can_be_started_anew():
    with planted_server() as server, OutfitClient(server.address) as client:
        assert len(client.score([["navy-shirt"]]).scores) == 1
        call_what_is_no_text(server.address)
        assert server.exit_code() == FELL
        server.start()
        with OutfitClient(server.address) as again:
            assert len(again.score([["navy-shirt"]]).scores) == 1
