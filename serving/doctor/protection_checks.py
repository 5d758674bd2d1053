"""Can callers reach the server as they are meant to, and nobody else."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from data.errors import InputError, SchemaError
from serving.doctor.finding import Finding, failure, warning, well
from serving.security.enforcement import port_credentials
from serving.security.expiry import expiry_of
from serving.security.key_file import read_keys
from serving.security.keys import Scope
from serving.security.protection import Protection

DAY_S: Final = 86_400
SOON_DAYS: Final = 14
"""A certificate that ends within it is a warning; most authorities renew earlier."""


def check_protection(protection: Protection, host: str) -> Iterator[Finding]:
    """Findings on what protects a server at an address, its files included."""
    try:
        protection.check(host)
    except SchemaError as error:
        yield failure("protection", str(error), "Give these flags, or serve on 127.0.0.1.")
    if protection.tls_cert is not None and protection.tls_key is not None:
        yield check_tls(protection, protection.tls_cert, protection.tls_key)
    if protection.keys is not None:
        yield check_keys(protection.keys, operates=protection.operates(host))


def check_tls(protection: Protection, cert: Path, key: Path) -> Finding:
    """The files can be read and fit, and clients will accept the certificate for a while."""
    try:
        port_credentials(protection)
        days = (expiry_of(cert, key) - time.time()) / DAY_S
    except InputError as error:
        advice = "Give files that the user of the server can read, and that belong together."
        return failure("tls", str(error), advice)
    found = f"{cert} and its key fit; it ends in {days:.0f} days"
    if days < SOON_DAYS:
        advice = "Put a new one in its place: the server reads it without a restart."
        return warning("tls", found, advice)
    return well("tls", found)


def check_keys(path: Path, *, operates: bool) -> Finding:
    """The file is right, and somebody may ask; operators too, where the server answers them."""
    try:
        keys = read_keys(path)
    except InputError as error:
        advice = "Write it with `outfit keys add`, readable for the user of the server."
        return failure("keys", str(error), advice)
    scopes = {scope: sum(scope in key.scopes for key in keys) for scope in Scope}
    found = ", ".join(f"{scope} of {count}" for scope, count in scopes.items())
    wanted = [Scope.READ, Scope.OPERATE] if operates else [Scope.READ]
    lacking = [scope for scope in wanted if not scopes[scope]]
    if lacking:
        advice = f"`outfit keys add NAME --scope {lacking[0]} --keys {path}`, if anybody may."
        return warning("keys", f"{len(keys)} keys: {found}", advice)
    return well("keys", f"{len(keys)} keys: {found}")
