"""A port that the processes of one server share, and nobody else.

Linux parts new connections among the sockets that listen with SO_REUSEPORT, and lets any process
of the same user add one. So the port is claimed first by a socket that never listens: our own may
join it, whoever would have the port to itself finds it taken, and so does a second claim.
"""

import errno
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from data.errors import SchemaError

NOT_HERE: Final = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}
"""A name may stand for addresses that this machine lacks, such as those of IPv6."""


def no_port(host: str, port: int, field: str) -> SchemaError:
    """What to raise where a port cannot be listened at."""
    return SchemaError(
        expected="a free port on a host of this machine", got=f"{host}:{port}", field=field
    )


@contextmanager
def claimed_port(host: str, port: int) -> Iterator[int]:
    """The number of a port that is kept, within the block, for processes that share it.

    Args:
        host: an address of this machine, or a name of one.
        port: 0 picks a free one.

    Raises:
        SchemaError: another process has the port, or the host is not one of this machine's.
    """
    with ExitStack() as stack:
        try:
            claims = [stack.enter_context(claim) for claim in _claims(host, port)]
        except OSError as error:
            raise no_port(host, port, "port") from error
        yield claims[0].getsockname()[1]


def _claims(host: str, port: int) -> Iterator[socket.socket]:
    """A claim on each address of the host, all of one port; at least one, or OSError."""
    claimed, missing = False, OSError(f"{host} has no address")
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    for family, *_, address in found:
        try:
            claim = _claim(family, str(address[0]), port)
        except OSError as error:
            if error.errno not in NOT_HERE:
                raise
            missing = error
            continue
        claimed, port = True, claim.getsockname()[1]
        yield claim
    if not claimed:
        raise missing


def _claim(family: int, address: str, port: int) -> socket.socket:
    """A socket that keeps a port; raises OSError where another process has it."""
    with _bound(family, address, port) as sole:
        sole.listen()  # fails beside any that listens, and beside a claim
        sole.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        port = sole.getsockname()[1]
        claim = _bound(family, address, port, socket.SO_REUSEPORT)
    claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)  # no other may bind beside it
    return claim


def _bound(family: int, address: str, port: int, *options: int) -> socket.socket:
    """A bound socket; the port may hold what lingers of connections that have ended."""
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        for option in (socket.SO_REUSEADDR, *options):
            bound.setsockopt(socket.SOL_SOCKET, option, 1)
        bound.bind((address, port))
    except OSError:
        bound.close()
        raise
    return bound
