"""Which commit of this project is running."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def commit(root: Path = ROOT) -> str | None:
    """The hash, followed by `-dirty` where files differ from it; None outside a git checkout."""
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        return None
    command = [git, "-C", str(root), "describe", "--always", "--dirty", "--abbrev=40"]
    found = subprocess.run(  # noqa: S603 - git itself, in our own folder
        [*command, "--exclude=*"], capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or None
