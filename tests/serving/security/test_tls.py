"""Wire tests with real certificates."""

import asyncio
import logging
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from data.errors import UnreadableError
from serving.call_error import CallError
from serving.client import OutfitClient
from serving.security.channel import NO_CREDENTIALS, Credentials, open_async_channel
from serving.security.key_file import write_keys
from serving.security.tls import Certificates, TlsFiles
from serving.server_config import ServerConfig
from tests.serving.background_server import background_server
from tests.serving.planted_shop import PlantedShop
from tests.serving.repeated_calls import PATIENCE_S
from tests.serving.security.certificates import Authority, Identity, protected, trusting

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def identity(authority: Authority) -> Identity:
    return authority.issue()


@pytest.fixture
def encrypted(identity: Identity) -> Iterator[str]:
    config = ServerConfig(port=0, protection=protected(identity))
    with background_server(PlantedShop(), config) as server:
        yield server.address


def ask(address: str, credentials: Credentials) -> int:
    with OutfitClient(address, credentials=credentials, attempts=1) as client:
        return len(client.score([["navy-shirt"]]).scores)


def served(address: str) -> str:
    """The certificate that a new connection gets."""
    host, _, port = address.rpartition(":")
    return ssl.get_server_certificate((host, int(port)), timeout=PATIENCE_S)


def refused(address: str, credentials: Credentials) -> None:
    with pytest.raises(CallError) as caught:
        ask(address, credentials)
    assert caught.value.code is grpc.StatusCode.UNAVAILABLE


def test_an_encrypted_call_is_answered(encrypted: str, authority: Authority):
    assert ask(encrypted, trusting(authority)) == 1


def test_a_call_in_clear_is_refused(encrypted: str):
    refused(encrypted, NO_CREDENTIALS)


def test_a_client_that_trusts_another_authority_does_not_call(encrypted: str, tmp_path: Path):
    refused(encrypted, trusting(Authority(tmp_path, "other")))


def test_a_server_is_reached_by_another_name_than_that_of_its_certificate(
    encrypted: str, authority: Authority
):
    authority.issue("server", "shop.example")
    refused(encrypted, trusting(authority))
    refused(encrypted, trusting(authority, tls_name="other.example"))
    named = trusting(authority, tls_name="shop.example")
    assert ask(encrypted, named) == 1
    assert asyncio.run(ready(encrypted, named))


async def ready(address: str, credentials: Credentials) -> bool:
    """Whether an asynchronous client is let in."""
    async with open_async_channel(address, credentials, ()) as channel:
        await asyncio.wait_for(channel.channel_ready(), PATIENCE_S)
    return True


@contextmanager
def health_of(address: str, authority: Authority) -> Iterator[health_pb2_grpc.HealthStub]:
    """As grpc_health_probe asks with `-tls -tls-ca-cert ca.pem`: no key, no certificate."""
    credentials = grpc.ssl_channel_credentials(authority.pem.read_bytes())
    with grpc.secure_channel(address, credentials) as channel:
        yield health_pb2_grpc.HealthStub(channel)


@pytest.mark.parametrize("service", ["", "outfit.v1.OutfitService"])
def test_health_is_checked_over_tls(encrypted: str, authority: Authority, service: str):
    with health_of(encrypted, authority) as health:
        answer = health.Check(health_pb2.HealthCheckRequest(service=service), timeout=PATIENCE_S)
    assert answer.status == SERVING


@pytest.mark.parametrize("service", ["", "outfit.v1.OutfitService"])
def test_health_is_watched_over_tls_until_the_server_ends(
    identity: Identity, authority: Authority, tmp_path: Path, service: str
):
    write_keys(keys := tmp_path / "keys.json", [])  # nobody may ask anything else
    config = ServerConfig(port=0, protection=protected(identity, keys=keys))
    with (
        background_server(PlantedShop(), config) as server,
        health_of(server.address, authority) as health,
    ):
        told = health.Watch(health_pb2.HealthCheckRequest(service=service), timeout=PATIENCE_S)
        assert next(told).status == SERVING
        server.stop()
        assert [answer.status for answer in told] == [NOT_SERVING]


def test_what_is_older_than_tls_1_2_is_refused(encrypted: str):
    host, _, port = encrypted.rpartition(":")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        ssl.create_connection((host, int(port)), timeout=PATIENCE_S) as plain,
        pytest.raises(ssl.SSLError),
    ):
        context.wrap_socket(plain)


def test_a_client_without_a_certificate_is_refused_where_one_is_asked(
    authority: Authority, identity: Identity, tmp_path: Path
):
    other = Authority(tmp_path, "other")
    mine, strange = authority.issue("client"), other.issue("stranger")
    config = ServerConfig(port=0, protection=protected(identity, client_ca=authority.pem))
    with background_server(PlantedShop(), config) as server:
        refused(server.address, trusting(authority))
        refused(server.address, trusting(authority, tls_cert=strange.cert, tls_key=strange.key))
        known = trusting(authority, tls_cert=mine.cert, tls_key=mine.key)
        assert ask(server.address, known) == 1


def test_another_authority_of_clients_holds_from_the_next_connection_on(
    authority: Authority, identity: Identity, tmp_path: Path
):
    other = Authority(tmp_path, "other")
    mine, theirs = authority.issue("client"), other.issue("other-client")
    accepted = tmp_path / "accepted.pem"
    shutil.copy(authority.pem, accepted)
    config = ServerConfig(port=0, protection=protected(identity, client_ca=accepted))
    before = trusting(authority, tls_cert=mine.cert, tls_key=mine.key)
    after = trusting(authority, tls_cert=theirs.cert, tls_key=theirs.key)
    with background_server(PlantedShop(), config) as server:
        assert ask(server.address, before) == 1
        refused(server.address, after)
        shutil.copy(other.pem, accepted)
        assert ask(server.address, after) == 1
        refused(server.address, before)


def test_a_replaced_certificate_is_served_and_open_connections_go_on(
    encrypted: str, authority: Authority, identity: Identity, caplog: pytest.LogCaptureFixture
):
    first = served(encrypted)
    with (
        caplog.at_level(logging.INFO, "serving.security.tls"),
        OutfitClient(encrypted, credentials=trusting(authority)) as client,
    ):
        client.score([["navy-shirt"]])
        authority.issue()
        second = served(encrypted)
        client.score([["navy-shirt"]])
        assert ask(encrypted, trusting(authority)) == 1
    assert second != first
    assert identity.cert.read_text().startswith(second)
    told = [record.message for record in caplog.records if record.name == "serving.security.tls"]
    assert told == ["renewed the certificate"]


@pytest.mark.parametrize("half", ["no certificate", None])
def test_a_certificate_whose_key_is_not_there_yet_is_not_served(
    encrypted: str,
    authority: Authority,
    identity: Identity,
    half: str | None,
    caplog: pytest.LogCaptureFixture,
):
    first = served(encrypted)
    old_key = identity.key.read_bytes()
    authority.issue()
    new_key = identity.key.read_bytes()
    identity.key.write_text(half) if half else identity.key.write_bytes(old_key)
    assert [served(encrypted), served(encrypted)] == [first, first]
    kept = [record for record in caplog.records if record.message == "kept the certificate"]
    assert len(kept) == 1
    assert str(identity.cert) in vars(kept[0])["cause"]
    identity.key.write_bytes(new_key)
    assert identity.cert.read_text().startswith(served(encrypted))


def test_a_certificate_that_went_missing_goes_on_being_served(encrypted: str, identity: Identity):
    first = served(encrypted)
    identity.cert.unlink()
    assert served(encrypted) == first


def test_files_that_cannot_be_used_are_named_at_the_start(
    authority: Authority, identity: Identity, tmp_path: Path
):
    other, text = authority.issue("other"), tmp_path / "text"
    text.write_text("hello")
    locked = tmp_path / "locked.key"
    subprocess.run(  # noqa: S603 - a key with a password
        [
            *("openssl", "pkey", "-in", str(identity.key), "-aes256", "-passout", "pass:x"),
            *("-out", str(locked)),
        ],
        check=True,
    )
    wrong = [
        (TlsFiles(cert=tmp_path / "none", key=identity.key), "none.*No such file"),
        (TlsFiles(cert=identity.cert, key=other.key), "server.crt.*MISMATCH"),
        (TlsFiles(cert=text, key=identity.key), "text: expected a certificate"),
        (TlsFiles(cert=identity.cert, key=locked), "key without a password in .*locked.key"),
        (TlsFiles(cert=identity.cert, key=identity.key, client_ca=text), "text: .*authorities"),
    ]
    for files, reason in wrong:
        with pytest.raises(UnreadableError, match=reason):
            Certificates(files)
