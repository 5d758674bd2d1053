"""How a server is to be protected: the flags, and what they amount to on an address."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators

from data.errors import SchemaError
from serving.security.loopback import is_loopback

Rate = Annotated[float | None, Parameter(validator=validators.Number(gt=0))]
Count = Annotated[int | None, Parameter(validator=validators.Number(gte=1))]


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """Who may call, what, how often, and how it travels.

    Raises:
        SchemaError: a flag lacks another without which it changes nothing.
    """

    tls_cert: Path | None = None
    """The server's certificate chain (PEM); with --tls-key, every call is encrypted. A file that
    is replaced is served to new connections."""

    tls_key: Path | None = None
    """The private key of the certificate (PEM, without a password)."""

    client_ca: Path | None = None
    """Authorities (PEM): every client has to show a certificate of one of them."""

    keys: Path | None = None
    """The file of `outfit keys`: every call has to bear one of its keys. Read again when it
    changes."""

    rate_limit: Rate = None
    """Requests a second that a key may ask, in each process."""

    rate_burst: Count = None
    """Requests at once that a key may ask after a pause; as many as in a second by default."""

    reflection: bool | None = None
    """Tell anybody what the services are; only on loopback by default."""

    operator_calls: bool | None = None
    """Answer calls of the scope operate; only on loopback by default."""

    allow_unprotected: Annotated[bool, Parameter(negative="")] = False
    """Listen beyond this machine without TLS, or without keys and client certificates."""

    def __post_init__(self) -> None:
        """Refuse flags that change nothing."""
        needs = [
            ("tls_cert", "tls_key"),
            ("tls_key", "tls_cert"),
            ("client_ca", "tls_cert"),
            ("rate_limit", "keys"),
            ("rate_burst", "rate_limit"),
        ]
        for given, needed in needs:
            if getattr(self, given) is not None and getattr(self, needed) is None:
                raise SchemaError(expected=f"{needed} beside it", got="none", field=given)

    def check(self, host: str) -> None:
        """Refuse to listen beyond this machine unprotected, unless it is allowed in words.

        Raises:
            SchemaError: calls would not be encrypted, or anybody could make them.
        """
        if is_loopback(host) or self.allow_unprotected:
            return
        lacks = [
            *(["--tls-cert and --tls-key"] if self.tls_cert is None else []),
            *(["--keys or --client-ca"] if self.keys is None and self.client_ca is None else []),
        ]
        if lacks:
            raise SchemaError(
                expected=f"{', and '.join(lacks)}, to listen beyond this machine; or "
                "--allow-unprotected, behind something that encrypts and authenticates",
                got=f"{host} without",
                field="host",
            )

    def reflects(self, host: str) -> bool:
        """Whether anybody may ask what the services are."""
        return is_loopback(host) if self.reflection is None else self.reflection

    def operates(self, host: str) -> bool:
        """Whether calls of the scope `operate` are answered."""
        return is_loopback(host) if self.operator_calls is None else self.operator_calls
