"""Ports for servers that have to be told one before they listen.

A port that the kernel chose may be chosen again, for a connection or a listener of another test,
before the server listens on it. So they lie below all that it chooses by itself: 32768 and more on
Linux, 49152 and more elsewhere. Processes that run side by side begin at different ones.
"""

import os
import socket
from itertools import cycle

FIRST, PAST = 12_000, 32_000
PRIME = 997
"""Processes whose numbers follow each other begin that far apart."""

_begin = FIRST + os.getpid() * PRIME % (PAST - FIRST)
_ports = cycle([*range(_begin, PAST), *range(FIRST, _begin)])


def free_port() -> int:
    """A port that nobody listens on, at no address, and that no test of this process was given."""
    return next(port for port in _ports if _is_free(port))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True
