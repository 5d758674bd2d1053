"""`make audit` with a stand-in for pip-audit that says what the real one says in each case."""

import os
from pathlib import Path
from subprocess import CompletedProcess, run

import pytest

ROOT = Path(__file__).parents[1]
REACHED = """#!/bin/sh
case "$*" in *json*) echo '{"dependencies": [{"name": "grpcio", "vulns": []}], "fixes": []}';; esac
"""
FOUND = f"""{REACHED}
case "$*" in *constraints.txt*) echo "Found 1 known vulnerability"; exit 1;; esac
"""
FOUND_AT_ONCE = """#!/bin/sh
echo '{"dependencies": [{"name": "grpcio", "vulns": [{"id": "PYSEC-1"}]}], "fixes": []}'
exit 1
"""
NOT_REACHED = """#!/bin/sh
echo "ERROR:pip_audit._cli:grpcio: Dependency not found on PyPI and could not be audited" >&2
exit 1
"""


def audited(folder: Path, program: str) -> CompletedProcess[str]:
    tool = folder / "pip-audit"
    tool.write_text(program)
    tool.chmod(0o700)
    command = ["make", "--no-print-directory", "audit", f"AUDIT={tool}"]
    outside = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    return run(command, cwd=ROOT, env=outside, check=False, capture_output=True, text=True)  # noqa: S603


def test_pins_that_are_known_to_be_sound_pass_quietly(tmp_path: Path):
    done = audited(tmp_path, REACHED)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("program", [FOUND, FOUND_AT_ONCE], ids=["any pin", "the first one"])
def test_a_known_vulnerability_is_a_failure(tmp_path: Path, program: str):
    assert audited(tmp_path, program).returncode != 0


def test_where_nobody_knows_vulnerabilities_it_says_so_loudly_and_passes(tmp_path: Path):
    done = audited(tmp_path, NOT_REACHED)
    assert done.returncode == 0
    assert done.stderr.startswith("WARNING: THE DEPENDENCIES WERE NOT AUDITED: ")
