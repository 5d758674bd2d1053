"""What a person at a command line may try after a call that was not answered."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import grpc

from serving.call_error import CallError
from serving.security.channel import Credentials

AWAY: Final = "Socket closed|Connection reset|Failed to connect|Connection refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One line of advice, and when it is given.

    Args:
        code: of the error.
        says: what is found in the error's message, as a pattern.
        fits: whether it makes sense beside what the caller trusts and shows.
        line: the advice; `{address}` stands for whom was asked.
    """

    code: grpc.StatusCode = grpc.StatusCode.UNAVAILABLE
    says: str = ""
    fits: Callable[[Credentials], bool] = lambda _: True
    line: str


ADVICE: Final = (
    Advice(
        says="CERTIFICATE_VERIFY_FAILED",
        line="Is --tls-ca the certificate of this server's authority?",
    ),
    Advice(
        says="Hostname Verification",
        line="Give --tls-name NAME as the server's certificate has it.",
    ),
    Advice(
        says="WRONG_VERSION_NUMBER",
        line="Does the server at {address} speak TLS? If not, leave out --tls-ca.",
    ),
    Advice(
        says=AWAY,
        fits=lambda credentials: credentials.tls_ca is None,
        line="Does the server listen at {address}, and does it speak TLS (--tls-ca)?",
    ),
    Advice(
        says="Socket closed|Connection reset",
        fits=lambda credentials: credentials.tls_cert is None,
        line="Does the server ask for a certificate of its clients (--tls-cert, --tls-key)?",
    ),
    Advice(says=AWAY, line="Does the server listen at {address}?"),
    Advice(
        code=grpc.StatusCode.UNAUTHENTICATED,
        fits=lambda credentials: credentials.api_key is not None,
        line="Is the key in --api-key-file, or else in OUTFIT_API_KEY, known to this server?",
    ),
    Advice(
        code=grpc.StatusCode.UNAUTHENTICATED,
        line="Give --api-key-file FILE, or a key in OUTFIT_API_KEY.",
    ),
    Advice(
        code=grpc.StatusCode.DEADLINE_EXCEEDED,
        line="Give a longer --deadline-s; is the server at {address} busy, or loading an encoder "
        "for its first words or picture?",
    ),
    Advice(
        code=grpc.StatusCode.UNIMPLEMENTED,
        line="The server at {address} does not serve this; it has a BundleService only where it "
        "runs with `outfit serve --bundles FOLDER`.",
    ),
)
"""The first that fits is given."""


def advice_for(error: CallError, address: str, credentials: Credentials) -> str:
    """What to try after an error, empty where nothing is known."""
    fitting = (
        advice.line.format(address=address)
        for advice in ADVICE
        if error.code is advice.code
        and re.search(advice.says, error.message)
        and advice.fits(credentials)
    )
    return next(fitting, "")


@contextmanager
def advised(address: str, credentials: Credentials) -> Iterator[None]:
    """Put the advice, where there is any, as a note on a CallError of the block."""
    try:
        yield
    except CallError as error:
        advice = advice_for(error, address, credentials)
        if advice:
            error.add_note(advice)
        raise
