"""How a client connects: encrypted or not, with a key or without."""

import os
import re
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import grpc

from data.errors import SchemaError, UnreadableError
from serving.limits import LAST_PORT
from serving.security.keys import PREFIX
from serving.security.loopback import stays_here

KEY: Final = re.compile(r"[!-~]{1,512}")
KEY_VARIABLE: Final = "OUTFIT_API_KEY"
PORT: Final = re.compile(r":(\d+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a client trusts and what it shows.

    Args:
        tls_ca: authorities (PEM) of which one has to vouch for the server; None does not encrypt.
        tls_cert: the client's own certificate chain (PEM), where the server asks for one.
        tls_key: the private key of that certificate (PEM).
        tls_name: the name that the server's certificate bears, where it is reached by another.
        api_key: what `outfit keys add` printed.

    Raises:
        SchemaError: a file is given without the others, or the key is no word.
    """

    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    tls_name: str | None = None
    api_key: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse what changes nothing, and a key that gRPC would refuse by printing it."""
        if (self.tls_cert is None) != (self.tls_key is None):
            raise SchemaError(expected="tls_cert and tls_key", got="one of them", field="tls_key")
        for field_name in ("tls_cert", "tls_name"):
            if getattr(self, field_name) is not None and self.tls_ca is None:
                raise SchemaError(expected="tls_ca beside it", got="none", field=field_name)
        if self.api_key is not None and not KEY.fullmatch(self.api_key):
            raise SchemaError(
                expected="one word of visible characters", got="another text", field="api_key"
            )

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What a call bears to show the key."""
        return () if self.api_key is None else (("authorization", f"Bearer {self.api_key}"),)

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        """What gRPC is told of the name to expect."""
        return () if self.tls_name is None else (("grpc.ssl_target_name_override", self.tls_name),)


NO_CREDENTIALS: Final = Credentials()


def open_channel(
    target: str, credentials: Credentials, options: Sequence[tuple[str, Any]]
) -> grpc.Channel:
    """A channel that shows the credentials with every call.

    Raises:
        UnreadableError: a file is missing, or `tls_ca` holds no certificate.
        SchemaError: a key would cross a network unencrypted, or there is no such port.
    """
    _check_port(target)
    _keep_secret(target, credentials)
    if credentials.tls_ca is None:
        channel = grpc.insecure_channel(target, options=options)
    else:
        channel = grpc.secure_channel(
            target, _encrypted(credentials), options=[*options, *credentials.options]
        )
    if credentials.api_key is None:
        return channel
    return grpc.intercept_channel(channel, _Bearer(credentials.metadata))


def open_async_channel(
    target: str, credentials: Credentials, options: Sequence[tuple[str, Any]]
) -> grpc.aio.Channel:
    """A channel of grpc.aio; calls have to bear `credentials.metadata` themselves.

    Raises:
        UnreadableError: a file is missing, or `tls_ca` holds no certificate.
        SchemaError: a key would cross a network unencrypted, or there is no such port.
    """
    _check_port(target)
    _keep_secret(target, credentials)
    if credentials.tls_ca is None:
        return grpc.aio.insecure_channel(target, options=options)
    return grpc.aio.secure_channel(
        target, _encrypted(credentials), options=[*options, *credentials.options]
    )


def find_key(file: Path | None) -> str | None:
    """The key that a file holds, else that of the variable OUTFIT_API_KEY, None without both.

    Raises:
        UnreadableError: there is no such file, or no key in it; its name is told unless it may be
            a key.
    """
    if file is not None:
        try:
            return file.read_text(encoding="ascii").strip()
        except (OSError, ValueError) as error:  # whose texts may hold a key given as a file
            raise UnreadableError(
                expected="a file that holds a key",
                got="none",
                file=None if PREFIX in str(file) else file,
                field="api_key_file",
            ) from error
    return os.environ.get(KEY_VARIABLE) or None


def _check_port(target: str) -> None:
    """Refuse a port beyond the last, of which gRPC would take the remainder and ask another."""
    port = PORT.search(target)
    if port and int(port[1]) > LAST_PORT:
        raise SchemaError(expected=f"a port up to {LAST_PORT}", got=port[1], field="address")


def _keep_secret(target: str, credentials: Credentials) -> None:
    """Refuse to show a key to another machine unencrypted."""
    if credentials.tls_ca is None and credentials.api_key is not None and not stays_here(target):
        raise SchemaError(
            expected="tls_ca beside an api_key, for a server on another machine",
            got="none",
            field="tls_ca",
        )


def _encrypted(credentials: Credentials) -> grpc.ChannelCredentials:
    """Raises UnreadableError: a file is missing, or that of the authorities holds none."""
    files = (credentials.tls_ca, credentials.tls_key, credentials.tls_cert)
    roots, key, cert = (None if file is None else _content(file) for file in files)
    _refuse_no_authority(credentials.tls_ca)
    return grpc.ssl_channel_credentials(roots, key, cert)


def _refuse_no_authority(file: Path | None) -> None:
    """Refuse what gRPC would only refuse at every handshake."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(file)
    except ssl.SSLError as error:
        raise UnreadableError(
            expected="a PEM certificate", got="none", file=file, field="tls_ca"
        ) from error


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UnreadableError(expected="a file", got=str(error.strerror), file=file) from error


class _Bearer(grpc.UnaryUnaryClientInterceptor, grpc.StreamStreamClientInterceptor):
    """Puts the key into the metadata of every call."""

    def __init__(self, metadata: Sequence[tuple[str, str]]) -> None:
        self._metadata = metadata

    def intercept_unary_unary(
        self, continuation: Callable[..., Any], client_call_details: Any, request: Any
    ) -> Any:
        """One question."""
        return continuation(self._with_key(client_call_details), request)

    def intercept_stream_stream(
        self, continuation: Callable[..., Any], client_call_details: Any, request_iterator: Any
    ) -> Any:
        """Many questions."""
        return continuation(self._with_key(client_call_details), request_iterator)

    def _with_key(self, details: Any) -> Any:
        given = [*(details.metadata or ()), *self._metadata]
        return details._replace(metadata=given)
