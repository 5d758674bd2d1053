"""Real certificates, made for the test that uses them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

from serving.security.channel import Credentials
from serving.security.protection import Protection


@dataclass(frozen=True)
class Identity:
    """A certificate and its key, in files."""

    cert: Path
    key: Path


class Authority:
    """Signs certificates of this machine; `pem` is what trusts it."""

    def __init__(self, folder: Path, name: str = "ca") -> None:
        self._ca, self._folder = trustme.CA(), folder
        self.pem = folder / f"{name}.pem"
        self._ca.cert_pem.write_to_path(str(self.pem))

    def issue(self, name: str = "server", *hosts: str, ends: datetime | None = None) -> Identity:
        """A new certificate, of this machine or of hosts; it replaces one of the same file name,
        its key last.
        """
        issued = self._ca.issue_cert(*(hosts or ("127.0.0.1", "localhost")), not_after=ends)
        identity = Identity(self._folder / f"{name}.crt", self._folder / f"{name}.key")
        chain = b"".join(part.bytes() for part in issued.cert_chain_pems)
        identity.cert.write_bytes(chain)
        identity.key.write_bytes(issued.private_key_pem.bytes())
        return identity


def lasting(folder: Path, *, days: float) -> Identity:
    """A certificate that ends after some days; below 0, it has ended."""
    return Authority(folder).issue(ends=datetime.now(UTC) + timedelta(days=days))


def protected(identity: Identity, **others: object) -> Protection:
    return Protection(tls_cert=identity.cert, tls_key=identity.key, **others)  # type: ignore[arg-type]


def trusting(authority: Authority, **others: object) -> Credentials:
    return Credentials(tls_ca=authority.pem, **others)  # type: ignore[arg-type]
