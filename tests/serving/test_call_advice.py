from pathlib import Path

import grpc
import pytest

from serving.call_advice import advice_for, advised
from serving.call_error import CallError
from serving.client import OutfitClient
from serving.security.channel import Credentials
from serving.security.key_file import write_keys
from serving.server_config import ServerConfig
from tests.serving.background_server import background_server
from tests.serving.commands.test_call import outfit
from tests.serving.planted_shop import PlantedShop
from tests.serving.security.certificates import Authority, protected, trusting

pytestmark = pytest.mark.filterwarnings(  # `main` reads sys.argv on purpose
    "ignore:Cyclopts application invoked without tokens:UserWarning"
)


def told(address: str, credentials: Credentials) -> str:
    """The advice after a call that fails."""
    with (
        pytest.raises(CallError) as caught,
        OutfitClient(address, attempts=1, credentials=credentials) as client,
        advised(address, credentials),
    ):
        client.score([["navy-shirt"]])
    [advice] = caught.value.__notes__
    return advice


def test_who_mistook_tls_learns_what_to_try(tmp_path: Path):
    authority, other = Authority(tmp_path), Authority(tmp_path, "other")
    here, elsewhere = authority.issue(), authority.issue("far", "shop.example")
    write_keys(tmp_path / "keys.json", [])
    for protection, credentials, said in (
        (protected(here), trusting(other), "Is --tls-ca"),
        (protected(elsewhere), trusting(authority), "--tls-name NAME"),
        (protected(here), Credentials(), "speak TLS (--tls-ca)"),
        (protected(here, client_ca=authority.pem), trusting(authority), "--tls-cert"),
        (protected(here, keys=tmp_path / "keys.json"), trusting(authority), "Give --api-key-file"),
        (
            protected(here, keys=tmp_path / "keys.json"),
            trusting(authority, api_key="of-nobody"),
            "known to this server",
        ),
    ):
        config = ServerConfig(port=0, protection=protection)
        with background_server(PlantedShop(), config) as server:
            assert said in told(server.address, credentials)


def test_who_asks_nobody_or_a_server_in_clear_learns_it(tmp_path: Path, address: str):
    encrypted = trusting(Authority(tmp_path))
    assert "If not, leave out --tls-ca" in told(address, encrypted)
    assert told("127.0.0.1:1", encrypted) == "Does the server listen at 127.0.0.1:1?"
    assert "listen at 127.0.0.1:1, and" in told("127.0.0.1:1", Credentials())


def test_of_an_error_that_explains_itself_nothing_is_added():
    error = CallError(code=grpc.StatusCode.UNAVAILABLE, message="no bundle", reason="NOT_LOADED")
    assert advice_for(error, "a:1", Credentials()) == ""


def test_whose_deadline_passed_learns_how_to_wait_longer():
    error = CallError(code=grpc.StatusCode.DEADLINE_EXCEEDED, message="Deadline Exceeded")
    assert "--deadline-s; is the server at a:1 busy" in advice_for(error, "a:1", Credentials())


def test_the_command_line_prints_the_advice_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert outfit(monkeypatch, "call categories --address 127.0.0.1:1") == 1
    assert capsys.readouterr().err.endswith(
        "\n  Does the server listen at 127.0.0.1:1, and does it speak TLS (--tls-ca)?\n"
    )
