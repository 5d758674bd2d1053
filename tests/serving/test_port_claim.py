"""Sockets that share a claimed port, and those that do not get it."""

import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from data.errors import SchemaError
from serving.port_claim import claimed_port
from tests.serving.repeated_calls import PATIENCE_S

HOST = "127.0.0.1"


@contextmanager
def listening(port: int = 0, *, shared: bool = False) -> Iterator[socket.socket]:
    """As a gRPC server listens, alone or with others."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, int(shared))
        listener.bind((HOST, port))
        listener.listen()
        yield listener


def refused(host: str, port: int) -> bool:
    with pytest.raises(SchemaError, match=f"{host}:{port}") as caught, claimed_port(host, port):
        pass
    return caught.value.field == "port"


def test_processes_that_share_a_claimed_port_get_all_of_its_connections():
    with (
        claimed_port(HOST, 0) as port,
        listening(port, shared=True) as first,
        listening(port, shared=True) as second,
    ):
        callers = [socket.create_connection((HOST, port), timeout=PATIENCE_S) for _ in range(64)]
        accepted = {first: 0, second: 0}
        while sum(accepted.values()) < 64:
            ready, _, _ = select.select([*accepted], [], [], PATIENCE_S)
            assert ready, "a connection went elsewhere"
            for listener in ready:
                listener.accept()[0].close()
                accepted[listener] += 1
        for caller in callers:
            caller.close()
    assert min(accepted.values()) > 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0"])  # noqa: S104
def test_a_claimed_port_is_refused_to_another_claim_and_to_a_server_of_its_own(host: str):
    with claimed_port(HOST, 0) as port:
        assert refused(host, port)
        with pytest.raises(OSError, match="in use"), listening(port):
            pass
        with listening(port, shared=True):
            assert refused(host, port)


@pytest.mark.parametrize("shared", [False, True])
def test_a_port_on_which_another_process_listens_cannot_be_claimed(shared: bool):  # noqa: FBT001
    with listening(shared=shared) as other:
        assert refused(HOST, other.getsockname()[1])


@pytest.mark.parametrize("shared", [False, True])
def test_a_port_can_be_claimed_while_connections_of_an_earlier_server_linger(
    shared: bool,  # noqa: FBT001
):
    with listening(shared=shared) as server:
        port = server.getsockname()[1]
        with socket.create_connection((HOST, port), timeout=PATIENCE_S):
            server.accept()[0].close()  # who closes first keeps the port in TIME_WAIT
    with claimed_port(HOST, port) as claimed, listening(port, shared=True):
        assert claimed == port


def test_a_claim_ends_with_its_block():
    with claimed_port(HOST, 0) as port:
        pass
    with listening(port):
        pass


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_a_host_that_is_not_of_this_machine_is_refused(host: str):
    assert refused(host, 50051)
