from pathlib import Path

import pytest

from data.errors import SchemaError
from serving.security.protection import Protection

FILE = Path("file")
ANYWHERE = "0.0.0.0"  # noqa: S104 - nothing listens
TLS = {"tls_cert": FILE, "tls_key": FILE}


@pytest.mark.parametrize(
    ("flags", "field"),
    [
        ({"tls_cert": FILE}, "tls_cert"),
        ({"tls_key": FILE}, "tls_key"),
        ({"client_ca": FILE}, "client_ca"),
        ({"rate_limit": 1.0}, "rate_limit"),
        ({"keys": FILE, "rate_burst": 1}, "rate_burst"),
    ],
)
def test_a_flag_that_changes_nothing_is_refused(flags: dict[str, object], field: str):
    with pytest.raises(SchemaError, match=f"'{field}'.*beside it, got none"):
        Protection(**flags)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_on_loopback_everything_is_served_to_everybody(host: str):
    protection = Protection()
    protection.check(host)
    assert protection.reflects(host)
    assert protection.operates(host)


@pytest.mark.parametrize("host", [ANYWHERE, "::", "10.0.0.1", "shop.example"])
@pytest.mark.parametrize(
    ("flags", "missing"),
    [
        ({}, "--tls-cert and --tls-key, and --keys or --client-ca, to listen"),
        ({"keys": FILE}, "expected --tls-cert and --tls-key, to listen"),
        (TLS, "expected --keys or --client-ca, to listen"),
    ],
)
def test_beyond_it_what_protection_lacks_is_named(
    host: str, flags: dict[str, object], missing: str
):
    with pytest.raises(SchemaError, match=missing) as caught:
        Protection(**flags).check(host)
    assert "--allow-unprotected" in str(caught.value)
    Protection(**flags, allow_unprotected=True).check(host)


@pytest.mark.parametrize("flags", [{"keys": FILE}, {"client_ca": FILE}])
def test_encrypted_and_authenticated_it_may_listen_anywhere(flags: dict[str, object]):
    Protection(**TLS, **flags).check(ANYWHERE)


def test_beyond_loopback_reflection_and_operator_calls_are_switched_on_in_words():
    assert not Protection().reflects(ANYWHERE)
    assert not Protection().operates(ANYWHERE)
    assert Protection(reflection=True).reflects(ANYWHERE)
    assert Protection(operator_calls=True).operates(ANYWHERE)
    assert not Protection(reflection=False).reflects("127.0.0.1")
    assert not Protection(operator_calls=False).operates("127.0.0.1")
