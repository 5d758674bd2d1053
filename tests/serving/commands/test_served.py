"""What a command line of `outfit serve` comes to."""

import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest

from engine.recommender import Recommender
from serving.cli import app
from serving.commands.serve_flags import ServeFlags
from serving.commands.served import server_config, server_parts
from serving.server_config import ServerConfig

LOADED = """
import sys
from pathlib import Path
from serving.commands.served import load

load(Path(sys.argv[1]))
print("torch" in sys.modules, "sklearn" in sys.modules, "transformers" in sys.modules)
"""


def flags_of(line: str, bundle: str = "bundle") -> ServeFlags:
    """Of `outfit serve BUNDLE` with further flags."""
    words = ["serve", bundle, *line.split()]
    _, bound, _ = app.parse_args(words, exit_on_error=False, print_error=False)
    bound.apply_defaults()
    return ServeFlags(**bound.arguments)


def config_of(line: str) -> ServerConfig:
    return server_config(flags_of(line))


def test_without_flags_a_server_is_as_its_configuration_says():
    assert config_of("") == ServerConfig()


def test_every_limit_has_a_flag():
    config = config_of("--batch-size 1 --batch-delay-s 0.5 --max-waiting 3 --max-held-mib 64")
    batches = config.batches
    assert (batches.max_size, batches.max_delay_s, batches.max_waiting) == (1, 0.5, 3)
    assert config.max_held_bytes == 64 * 2**20


def test_a_server_imports_nothing_that_only_fitting_and_encoding_need(tiny_bundle: Path) -> None:
    command = [sys.executable, "-c", LOADED, str(tiny_bundle)]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    assert loaded.stdout.split() == ["True", "False", "False"]


@pytest.mark.parametrize(("flag", "times"), [("", 0), ("--preload-encoders", 1)])
def test_encoders_are_loaded_with_the_bundle_where_a_flag_says_so(
    tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flag: str, times: int
) -> None:
    load_encoders = Mock()
    monkeypatch.setattr(Recommender, "load_encoders", load_encoders)
    server_parts(flags_of(f"--updates {tmp_path} {flag}", str(tiny_bundle)))
    assert load_encoders.call_count == times
