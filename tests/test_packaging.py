import sys
import zipfile
from pathlib import Path
from subprocess import run

ROOT = Path(__file__).parents[1]


def test_the_wheel_holds_the_four_packages_their_templates_and_nothing_else(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    run([*command, "--directory", str(tmp_path)], cwd=ROOT, check=True, capture_output=True)  # noqa: S603
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    packages = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert packages == {"data", "graph", "engine", "serving"}
    tracked = run(
        ["git", "ls-files", "data", "graph", "engine", "serving"],  # noqa: S607
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert set(tracked) <= set(names)
