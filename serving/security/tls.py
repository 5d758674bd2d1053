"""The certificate of the server, read again when its files change."""

import logging
import ssl
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

from data.errors import UnreadableError
from serving.security.file_stamp import Stamp, stamp_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """What the server proves itself with.

    Args:
        cert: its certificate and those between it and the authority, PEM.
        key: the private key of the certificate, PEM, without a password.
        client_ca: authorities, PEM; every client has to show a certificate of one of them. None
            asks clients for none.
    """

    cert: Path
    key: Path
    client_ca: Path | None = None

    def paths(self) -> list[Path]:
        """The files that are there to be read."""
        return [path for path in (self.cert, self.key, self.client_ca) if path is not None]


class Certificates:
    """Gives new connections what the files hold now; a connection keeps what it began with.

    Files that cannot be used, such as a certificate whose key is still to come, are told in the
    log once, and the certificate before them goes on being served.

    Args:
        files: to read, and to look at before every handshake.

    Raises:
        UnreadableError: a file is missing or no PEM, or the key is not of the certificate.
    """

    def __init__(self, files: TlsFiles) -> None:
        self._files = files
        self._lock = threading.Lock()
        self._seen, self._first = _read(files)

    def credentials(self) -> grpc.ServerCredentials:
        """What a port is opened with."""
        return grpc.dynamic_ssl_server_credentials(
            self._first,
            self._renewed,
            require_client_authentication=self._files.client_ca is not None,
        )

    def _renewed(self) -> Any:
        """What to serve from now on, None for what is served; gRPC asks before each handshake."""
        with self._lock:
            try:
                if self._unchanged():
                    return None
                self._seen, configuration = _read(self._files)
            except UnreadableError as error:
                logger.warning("kept the certificate", extra={"cause": str(error)})
                return None
        logger.info("renewed the certificate", extra={"file": str(self._files.cert)})
        return configuration

    def _unchanged(self) -> bool:
        """Whether the files are those last looked at, which they are from now on."""
        before, self._seen = self._seen, _stamp(self._files)
        return self._seen == before


def _stamp(files: TlsFiles) -> Stamp:
    try:
        return stamp_of(*files.paths())
    except OSError:
        return ()  # a missing file: unlike any that was read


def _read(files: TlsFiles) -> tuple[Stamp, Any]:
    """The files as gRPC wants them, with their stamp; raises UnreadableError."""
    stamp = _stamp(files)
    try:
        contents = {path: path.read_bytes() for path in files.paths()}
    except OSError as error:
        raise UnreadableError(
            expected="a file", got=str(error.strerror), file=error.filename
        ) from error
    _check(files)
    if _stamp(files) != stamp:
        raise UnreadableError(expected="files at rest", got="some being written", file=files.cert)
    roots = contents[files.client_ca] if files.client_ca else None
    pair = (contents[files.key], contents[files.cert])
    return stamp, grpc.ssl_server_certificate_configuration([pair], roots)


def _check(files: TlsFiles) -> None:
    """Refuse what gRPC would only refuse at a handshake, in words that say nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(files.cert, files.key, password="")  # else it asks the terminal
    except (OSError, ValueError) as error:
        raise UnreadableError(
            expected=f"a certificate (PEM) and its key without a password in {files.key}",
            got=_reason(error),
            file=files.cert,
        ) from error
    if files.client_ca is None:
        return
    try:
        context.load_verify_locations(files.client_ca)
    except OSError as error:
        raise UnreadableError(
            expected="certificates of authorities (PEM)", got=_reason(error), file=files.client_ca
        ) from error


def _reason(error: OSError | ValueError) -> str:
    return str(getattr(error, "reason", None) or "others")
