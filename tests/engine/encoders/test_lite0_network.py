import logging
from functools import cache
from pathlib import Path

import pytest
import torch

from engine.encoders import lite0_network
from engine.encoders.lite0_network import build_lite0, cache_folder, export_onnx, lite0_onnx


@cache
def export() -> bytes:
    """Takes seconds, so that the tests share one."""
    return export_onnx(build_lite0())


@pytest.fixture
def exported() -> bytes:
    return export()


@pytest.fixture
def exports(exported: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """An empty cache, and a note of each export, which would take seconds."""
    made: list[int] = []

    def note(_: object) -> bytes:
        made.append(1)
        return exported

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(lite0_network, "export_onnx", note)
    return made


def test_the_features_have_unit_length() -> None:
    pixels = torch.arange(224 * 224 * 3).reshape(1, 224, 224, 3).remainder(256).byte()
    with torch.inference_mode():
        features = build_lite0()(pixels)
    assert features.shape == (1, 1280)
    assert features.norm().item() == pytest.approx(1, abs=1e-5)


def test_exporting_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    export.cache_clear()
    export()
    assert capfd.readouterr() == ("", "")


def test_the_network_is_exported_once(exports: list[int], exported: bytes, tmp_path: Path) -> None:
    assert cache_folder() == tmp_path / "outfit-engine"
    assert lite0_onnx() == lite0_onnx() == exported
    assert len(exports) == 1


@pytest.mark.parametrize("pattern", ["*.onnx", "*.sha256"])
def test_a_damaged_cache_entry_is_exported_again(
    exports: list[int], exported: bytes, pattern: str, caplog: pytest.LogCaptureFixture
) -> None:
    lite0_onnx()
    (entry,) = cache_folder().glob(pattern)
    entry.write_bytes(entry.read_bytes()[:-1])
    with caplog.at_level(logging.WARNING):
        assert lite0_onnx() == exported
    assert "damaged" in caplog.text
    assert lite0_onnx() == exported
    assert len(exports) == 2


def test_a_cache_that_cannot_be_written_costs_only_time(
    exports: list[int], exported: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "outfit-engine").write_text("a file where the folder should be")
    assert lite0_onnx() == exported
    assert "not cached" in caplog.text
    assert len(exports) == 1


def test_the_cache_is_in_the_home_folder_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert cache_folder() == Path.home() / ".cache" / "outfit-engine"
