"""Real certificates, whose end is chosen."""

import subprocess
import time
from pathlib import Path

import pytest

from data.errors import UnreadableError
from serving.security.expiry import expiry_of
from tests.serving.security.certificates import Identity, lasting

DAY_S = 86_400


def for_clients(folder: Path) -> Identity:
    """A certificate with which only clients may prove themselves."""
    mine = Identity(folder / "server.crt", folder / "server.key")
    line = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=shop"
    files = ["-keyout", str(mine.key), "-out", str(mine.cert)]
    use = ["-addext", "extendedKeyUsage=clientAuth"]
    subprocess.run([*line.split(), *use, *files], check=True, capture_output=True)  # noqa: S603 - our own files
    return mine


def test_the_end_is_that_of_the_certificate_and_not_of_its_authority(tmp_path: Path):
    mine = lasting(tmp_path, days=9)
    assert expiry_of(mine.cert, mine.key) == pytest.approx(time.time() + 9 * DAY_S, abs=600)


def test_one_that_has_ended_is_refused_as_by_a_client(tmp_path: Path):
    mine = lasting(tmp_path, days=-1)
    with pytest.raises(UnreadableError, match=r"server.crt: .*got certificate has expired"):
        expiry_of(mine.cert, mine.key)


def test_one_that_is_not_for_servers_is_refused(tmp_path: Path):
    mine = for_clients(tmp_path)
    with pytest.raises(UnreadableError, match="certificate purpose"):
        expiry_of(mine.cert, mine.key)
