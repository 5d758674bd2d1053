"""When the certificate of a server ends, as its clients see it."""

import ssl
from pathlib import Path
from typing import Final

from data.errors import UnreadableError

TURNS: Final = 4
"""After which a handshake of two is over: hello, certificate, finished, and one to spare."""


def expiry_of(cert: Path, key: Path) -> float:
    """The end of a certificate, in seconds since 1970.

    It is read from a handshake in memory with a client that trusts the certificate itself.

    Args:
        cert: the chain, PEM; it and its key have been found to fit.
        key: without a password.

    Raises:
        UnreadableError: a client would refuse it now, because it has ended or is not for servers.
    """
    hello, answer = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = _client(cert).wrap_bio(answer, hello)
    server = _server(cert, key).wrap_bio(hello, answer, server_side=True)
    try:
        for _ in range(TURNS):
            _step(client)
            _step(server)
    except ssl.SSLCertVerificationError as error:
        raise UnreadableError(
            expected="a certificate that clients accept now", got=error.verify_message, file=cert
        ) from error
    ends = (client.getpeercert() or {})["notAfter"]
    return float(ssl.cert_time_to_seconds(str(ends)))


def _client(cert: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # whatever it is called
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(cert)
    return context


def _server(cert: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


def _step(side: ssl.SSLObject) -> None:
    """As far as it gets with what the other has said."""
    try:
        side.do_handshake()
    except ssl.SSLWantReadError:
        return
