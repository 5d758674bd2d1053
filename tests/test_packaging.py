import os
import shutil
import sys
import zipfile
from pathlib import Path
from subprocess import run

ROOT = Path(__file__).parents[1]


LIBRARY = "engine/libbyte_scan.so"


def wheel_of(folder: Path, out: Path, **environment: str) -> tuple[str, set[str]]:
    """The name of the wheel of a checkout, and of the files in it."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    told = os.environ | environment
    run([*command, "--directory", str(out)], cwd=folder, env=told, check=True, capture_output=True)  # noqa: S603
    (wheel,) = out.glob("*.whl")
    return wheel.name, set(zipfile.ZipFile(wheel).namelist())


def tracked(*paths: str) -> list[str]:
    listed = run(["git", "ls-files", *paths], cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603, S607
    return listed.stdout.split()


def test_the_wheel_holds_the_four_packages_their_templates_and_nothing_else(tmp_path: Path) -> None:
    name, files = wheel_of(ROOT, tmp_path)
    packages = {file.split("/")[0] for file in files if ".dist-info" not in file}
    assert packages == {"data", "graph", "engine", "serving"}
    assert set(tracked("data", "graph", "engine", "serving")) | {LIBRARY} <= files
    assert "none-any" not in name


def test_without_a_compiler_there_is_a_wheel_for_every_machine(tmp_path: Path) -> None:
    for file in tracked("engine", "pyproject.toml", "hatch_build.py", "README.md", "LICENSE"):
        (tmp_path / "source" / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / file, tmp_path / "source" / file)
    for package in ("data", "graph", "serving"):
        (tmp_path / "source" / package).mkdir()
    name, files = wheel_of(tmp_path / "source", tmp_path / "out", CC=str(tmp_path / "no-compiler"))
    assert "engine/byte_scan.py" in files
    assert LIBRARY not in files
    assert name.endswith("py3-none-any.whl")
