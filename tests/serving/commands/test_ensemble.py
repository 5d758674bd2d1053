from pathlib import Path

import pytest

from data.errors import SchemaError
from engine.bundle import read_manifest
from serving.cli import app


def test_too_few_bundles_are_refused_and_nothing_is_written(tiny_bundle: Path, tmp_path) -> None:
    with pytest.raises(SchemaError, match="at least two bundles"):
        app(
            ["ensemble", str(tiny_bundle), "--out", str(tmp_path / "out")],
            exit_on_error=False,
            result_action="return_value",
        )
    assert not (tmp_path / "out").exists()


def test_bundles_are_joined(tiny_shop: Path, tmp_path, capsys) -> None:
    flags = ["--model", "mean-pool", "--epochs", "1", "--out", str(tmp_path / "other")]
    app(["train", str(tiny_shop), *flags], exit_on_error=False, result_action="return_value")
    app(
        ["train", str(tiny_shop), "--seed", "1", *flags[:-1], str(tmp_path / "more")],
        exit_on_error=False,
        result_action="return_value",
    )
    members = [str(tmp_path / "other"), str(tmp_path / "more")]
    app(
        ["ensemble", *members, "--out", str(tmp_path / "out")],
        exit_on_error=False,
        result_action="return_value",
    )
    assert "ensemble-" in capsys.readouterr().out
    assert len(read_manifest(tmp_path / "out")["members"]) == 2
