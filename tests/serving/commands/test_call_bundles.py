"""Bundles on the command line, against a real server with a folder of them."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving.commands.test_call import outfit
from tests.serving.test_bundle_servicer import serving

pytestmark = pytest.mark.filterwarnings(  # `main` reads sys.argv on purpose
    "ignore:Cyclopts application invoked without tokens:UserWarning"
)


@pytest.fixture
def at(tiny_bundle: Path, other_seed: Path, tmp_path: Path) -> Iterator[str]:
    shutil.copytree(tiny_bundle, tmp_path / "spring")
    shutil.copytree(other_seed, tmp_path / "autumn")
    with serving(tmp_path) as server:
        yield f"--address {server.address}"


def test_bundles_are_shown_activated_and_rolled_back(
    at: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert outfit(monkeypatch, f"call activate spring {at}") == 0
    assert "active" in capsys.readouterr().out
    assert outfit(monkeypatch, f"call activate autumn {at} --json") == 0
    assert json.loads(capsys.readouterr().out)[0]["active"]
    assert outfit(monkeypatch, f"call roll-back {at}") == 0
    capsys.readouterr()
    assert outfit(monkeypatch, f"call bundles {at} --json") == 0
    shown = {one["name"]: one["active"] for one in json.loads(capsys.readouterr().out)}
    assert shown == {"autumn": False, "spring": True}
    assert outfit(monkeypatch, f"call activate winter {at}") == 1
    assert "UNKNOWN_BUNDLE" in capsys.readouterr().err


def test_a_server_without_a_folder_of_bundles_is_told_apart(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    for command in ("bundles", "activate spring", "roll-back"):
        assert outfit(monkeypatch, f"call {command} --address {address}") == 1
        said = capsys.readouterr().err
        assert "has a BundleService only where it runs with `outfit serve --bundles" in said
