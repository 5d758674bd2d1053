import asyncio
from pathlib import Path
from typing import Any

import pytest

from data.errors import SchemaError, UnreadableError
from serving.client import OutfitClient
from serving.security.channel import Credentials, find_key, open_async_channel, open_channel
from tests.serving.security.certificates import Authority, trusting

SECRET = "outfit_secret"  # noqa: S105 - of nothing
FILE = Path("file")


def test_a_key_does_not_leave_this_machine_in_clear(tmp_path: Path):
    bearing = Credentials(api_key=SECRET)
    for target in ("shop.example:50051", "10.0.0.1:50051"):
        with pytest.raises(SchemaError, match="tls_ca") as caught:
            OutfitClient(target, credentials=bearing)
        assert SECRET not in str(caught.value)
    open_channel("127.0.0.1:50051", bearing, ()).close()
    encrypted = trusting(Authority(tmp_path), api_key=SECRET)
    open_channel("shop.example:50051", encrypted, ()).close()


def test_a_port_beyond_the_last_is_refused_where_grpc_would_ask_another():
    for target in ("localhost:99999", "[::1]:65536"):
        with pytest.raises(SchemaError, match=r"address.*65535, got (99999|65536)"):
            OutfitClient(target)
    for target in ("localhost:65535", "localhost", "::1"):
        open_channel(target, Credentials(), ()).close()


def test_an_async_channel_keeps_the_key_to_this_machine_too():
    async def attempt(target: str) -> None:
        await open_async_channel(target, Credentials(api_key=SECRET), ()).close()

    with pytest.raises(SchemaError, match="tls_ca"):
        asyncio.run(attempt("shop.example:50051"))
    asyncio.run(attempt("127.0.0.1:50051"))


def test_a_key_is_not_shown_with_the_rest():
    assert SECRET not in repr(Credentials(api_key=SECRET))


@pytest.mark.parametrize("key", ["", "two words", "line\n", "é", "x" * 513])
def test_what_cannot_be_a_key_is_refused_without_repeating_it(key: str):
    with pytest.raises(SchemaError, match="'api_key': expected one word") as caught:
        Credentials(api_key=key)
    assert caught.value.got == "another text"


@pytest.mark.parametrize(
    ("files", "field"),
    [
        ({"tls_ca": FILE, "tls_cert": FILE}, "tls_key"),
        ({"tls_ca": FILE, "tls_key": FILE}, "tls_key"),
        ({"tls_cert": FILE, "tls_key": FILE}, "tls_cert"),
        ({"tls_name": "shop.example"}, "tls_name"),
    ],
)
def test_what_changes_nothing_is_refused(files: dict[str, Any], field: str):
    with pytest.raises(SchemaError, match=f"'{field}'"):
        Credentials(**files)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(UnreadableError, match=str(tmp_path / "none")):
        open_channel("a:1", Credentials(tls_ca=tmp_path / "none"), ())


def test_authorities_without_a_certificate_are_refused_before_any_call(tmp_path: Path):
    key, empty = Authority(tmp_path).issue().key, tmp_path / "empty"
    empty.write_text("")
    for file in (key, empty):
        with pytest.raises(UnreadableError, match="PEM certificate, got none") as caught:
            OutfitClient("127.0.0.1:1", credentials=Credentials(tls_ca=file))
        assert str(file) in str(caught.value)


def test_a_key_comes_from_its_file_or_else_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("OUTFIT_API_KEY", raising=False)
    assert find_key(None) is None
    monkeypatch.setenv("OUTFIT_API_KEY", "of-the-environment")
    assert find_key(None) == "of-the-environment"
    (tmp_path / "key").write_text(f"{SECRET}\n")
    assert find_key(tmp_path / "key") == SECRET


def test_a_key_given_in_the_place_of_its_file_is_not_repeated(tmp_path: Path):
    for path in (Path(SECRET), tmp_path / SECRET):
        with pytest.raises(UnreadableError, match="'api_key_file'") as caught:
            find_key(path)
        assert SECRET not in str(caught.value)


def test_a_file_without_a_key_is_named(tmp_path: Path):
    (tmp_path / "binary").write_bytes(b"\xff")
    for path in (tmp_path / "none.key", tmp_path / "binary"):
        with pytest.raises(UnreadableError, match=str(path)):
            find_key(path)
