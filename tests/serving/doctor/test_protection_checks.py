"""Real certificates and files of keys, right and wrong."""

from pathlib import Path

import pytest

from serving.doctor.finding import Finding
from serving.doctor.protection_checks import check_protection
from serving.security.key_file import write_keys
from serving.security.keys import ApiKey, Scope, new_secret, sha256_of
from serving.security.protection import Protection
from tests.serving.security.certificates import Authority, lasting, protected

NETWORK = "192.0.2.1"


def examined(protection: Protection, host: str = "127.0.0.1") -> dict[str, Finding]:
    return {finding.check: finding for finding in check_protection(protection, host)}


def keys_of(path: Path, *scopes: Scope) -> Path:
    write_keys(
        path,
        [
            ApiKey(name=scope, sha256=sha256_of(new_secret()), scopes=frozenset({scope}))
            for scope in scopes
        ],
    )
    return path


def test_nothing_is_said_of_what_is_not_wanted():
    assert examined(Protection()) == {}


def test_a_server_on_a_network_with_certificate_and_keys_is_well(tmp_path: Path):
    keys = keys_of(tmp_path / "keys.json", Scope.READ, Scope.WRITE)
    found = examined(protected(lasting(tmp_path, days=90.1), keys=keys), NETWORK)
    assert {check: finding.level for check, finding in found.items()} == {"tls": "ok", "keys": "ok"}
    assert "ends in 90 days" in found["tls"].found
    assert found["keys"].found == "2 keys: read of 1, write of 1, operate of 0"


def test_a_server_on_a_network_without_them_is_a_failure():
    found = examined(Protection(), NETWORK)
    assert found["protection"].level == "failure"
    assert "--tls-cert and --tls-key" in found["protection"].found


@pytest.mark.parametrize(("days", "level"), [(13, "warning"), (15, "ok"), (-1, "failure")])
def test_a_certificate_that_ends_soon_is_a_warning(tmp_path: Path, days: int, level: str):
    assert examined(protected(lasting(tmp_path, days=days)))["tls"].level == level


def test_files_that_cannot_be_used_are_failures_that_name_them(tmp_path: Path):
    authority = Authority(tmp_path)
    mine, other = authority.issue(), authority.issue("other")
    gone = tmp_path / "gone"
    wrong = {
        "server.crt": Protection(tls_cert=mine.cert, tls_key=other.key),
        "gone": Protection(tls_cert=mine.cert, tls_key=gone),
        "keys.json": protected(mine, client_ca=keys_of(tmp_path / "keys.json")),
    }
    for name, protection in wrong.items():
        finding = examined(protection)["tls"]
        assert (finding.level, name in finding.found) == ("failure", True), finding


@pytest.mark.parametrize("content", ["", "{}", '{"keys": [{"name": "shop"}]}', None])
def test_a_file_of_keys_that_is_wrong_or_missing_is_a_failure(tmp_path: Path, content: str | None):
    keys = tmp_path / "keys.json"
    if content is not None:
        keys.write_text(content)
    finding = examined(protected(Authority(tmp_path).issue(), keys=keys))["keys"]
    assert finding.level == "failure"
    assert "keys.json" in finding.found


@pytest.mark.parametrize(
    ("scopes", "host", "operates", "lacking"),
    [
        ((), NETWORK, None, "--scope read"),
        ((Scope.WRITE,), NETWORK, None, "--scope read"),
        ((Scope.READ,), NETWORK, True, "--scope operate"),
        ((Scope.READ,), NETWORK, None, ""),
        ((Scope.READ, Scope.OPERATE), NETWORK, True, ""),
        ((Scope.READ, Scope.OPERATE), "127.0.0.1", None, ""),
    ],
)
def test_calls_that_nobody_has_a_key_for_are_a_warning(
    tmp_path: Path, scopes: tuple[Scope, ...], host: str, lacking: str, *, operates: bool | None
):
    keys = keys_of(tmp_path / "keys.json", *scopes)
    mine = Authority(tmp_path).issue()
    finding = examined(protected(mine, keys=keys, operator_calls=operates), host)["keys"]
    assert finding.level == ("warning" if lacking else "ok")
    assert lacking in finding.advice
