"""What a server does of its protection."""

import grpc

from serving.security.access import Access
from serving.security.guard import AccessGuard
from serving.security.key_file import KeyFile
from serving.security.protection import Protection
from serving.security.rate_limit import RateLimit, RateLimits
from serving.security.tls import Certificates, TlsFiles


def port_credentials(protection: Protection) -> grpc.ServerCredentials | None:
    """What a port is opened with, None where calls are not encrypted.

    Raises:
        UnreadableError: a file cannot be used.
    """
    if protection.tls_cert is None or protection.tls_key is None:
        return None
    files = TlsFiles(
        cert=protection.tls_cert, key=protection.tls_key, client_ca=protection.client_ca
    )
    return Certificates(files).credentials()


def access_guard(protection: Protection, host: str) -> AccessGuard:
    """What lets calls in.

    Raises:
        InputError: the file of keys cannot be used.
    """
    keys = None if protection.keys is None else KeyFile(protection.keys)
    access = Access(
        keys=keys, limits=_rate_limits(protection), operator_calls=protection.operates(host)
    )
    return AccessGuard(access)


def _rate_limits(protection: Protection) -> RateLimits | None:
    rate = protection.rate_limit
    if rate is None:
        return None
    return RateLimits(RateLimit(rate=rate, burst=protection.rate_burst or max(1, round(rate))))
