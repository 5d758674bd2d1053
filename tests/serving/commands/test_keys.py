"""`outfit keys`, and `outfit call` with what it printed."""

import json
from pathlib import Path

import pytest

from serving.security.key_file import read_keys
from serving.security.keys import Scope, sha256_of
from serving.server_config import ServerConfig
from tests.serving.background_server import background_server
from tests.serving.commands.test_call import outfit
from tests.serving.planted_shop import PlantedShop
from tests.serving.security.certificates import Authority, protected

pytestmark = pytest.mark.filterwarnings(  # `main` reads sys.argv on purpose
    "ignore:Cyclopts application invoked without tokens:UserWarning"
)

Captured = pytest.CaptureFixture[str]


def added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> tuple[Path, str]:
    path = tmp_path / "keys.json"
    line = f"keys add shop --scope read --scope write --keys {path}"
    assert outfit(monkeypatch, line) == 0
    return path, capsys.readouterr().out.strip()


def test_a_key_is_printed_and_only_its_hash_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
):
    path, secret = added(tmp_path, monkeypatch, capsys)
    [key] = read_keys(path)
    assert (key.name, key.scopes) == ("shop", {Scope.READ, Scope.WRITE})
    assert key.sha256 == sha256_of(secret)
    assert secret not in path.read_text()


def test_keys_are_listed_and_removed_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
):
    path, _ = added(tmp_path, monkeypatch, capsys)
    assert outfit(monkeypatch, f"keys add ops --scope operate --keys {path}") == 0
    capsys.readouterr()
    assert outfit(monkeypatch, f"keys list --keys {path}") == 0
    assert capsys.readouterr().out == "shop: read, write\nops: operate\n"
    assert outfit(monkeypatch, f"keys remove shop --keys {path}") == 0
    assert [key.name for key in read_keys(path)] == ["ops"]


def test_a_key_goes_to_a_new_file_in_the_place_of_the_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
):
    path, out = tmp_path / "keys.json", tmp_path / "shop.key"
    line = f"keys add shop --scope read --keys {path} --out {out}"
    assert outfit(monkeypatch, line) == 0
    secret, told = out.read_text().strip(), capsys.readouterr()
    assert read_keys(path)[0].sha256 == sha256_of(secret)
    assert out.stat().st_mode & 0o777 == 0o600
    assert secret not in told.out + told.err
    before = path.read_text()
    assert outfit(monkeypatch, line) == 1
    assert outfit(monkeypatch, line.replace("add shop", "add other")) == 1
    assert "expected a new file" in capsys.readouterr().err
    assert (path.read_text(), out.read_text().strip()) == (before, secret)


def test_no_file_for_a_key_is_left_where_its_name_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    line = f"keys add 'two words' --scope read --keys {tmp_path}/keys.json --out {tmp_path}/key"
    assert outfit(monkeypatch, line) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("add shop --scope read", 1, "outfit keys remove shop --keys"),
        ("add 'two words' --scope read", 1, "field 'name'"),
        ("add other --scope admin", 2, "admin"),
        ("add other", 2, "--scope"),
        ("remove other", 1, "got 'other'"),
    ],
)
def test_what_is_wrong_changes_no_file_and_prints_no_key(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
    line: str,
    code: int,
    said: str,
):
    path, _ = added(tmp_path, monkeypatch, capsys)
    before = path.read_text()
    assert outfit(monkeypatch, f"keys {line} --keys {path}") == code
    told = capsys.readouterr()
    assert path.read_text() == before
    assert said in told.out + told.err
    assert "outfit_" not in told.out + told.err


def test_a_call_over_tls_with_the_key_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
):
    path, secret = added(tmp_path, monkeypatch, capsys)
    authority = Authority(tmp_path)
    mine = authority.issue("client")
    protection = protected(authority.issue(), client_ca=authority.pem, keys=path)
    (tmp_path / "key").write_text(secret)
    flags = f"--tls-ca {authority.pem} --tls-cert {mine.cert} --tls-key {mine.key}"
    ask = "call score --items navy-shirt --json"
    with background_server(PlantedShop(), ServerConfig(port=0, protection=protection)) as server:
        line = f"{ask} --address {server.address} {flags}"
        assert outfit(monkeypatch, f"{line} --api-key-file {tmp_path / 'key'}") == 0
        assert json.loads(capsys.readouterr().out)["bundle_id"] == "planted-1"
        assert outfit(monkeypatch, line) == 1
        assert "UNAUTHENTICATED" in capsys.readouterr().err
        monkeypatch.setenv("OUTFIT_API_KEY", secret)
        assert outfit(monkeypatch, line) == 0
    told = capsys.readouterr()
    assert secret not in told.out + told.err
