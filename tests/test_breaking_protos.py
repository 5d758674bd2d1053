"""`make breaking-protos` in scratch repositories of the contract, with and without a tag."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PARTS = ("Makefile", ".ci", "buf.yaml", "protos")
TOOLS = ("make", "sh", "bash", "env", "dirname", "git", "mktemp", "tar", "rm")
"""What the target needs beside npm."""

needs_npm = pytest.mark.skipif(shutil.which("npm") is None, reason="npm installs buf")


def run(folder: Path, *command: str, env: dict[str, str] | None = None) -> tuple[int, str]:
    """Exit code and output."""
    done = subprocess.run(  # noqa: S603 - our own programs
        command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=300
    )
    return done.returncode, done.stdout + done.stderr


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=tests", "-c", "user.email=tests@shop.example")
    code, said = run(folder, "git", *identity, *words)
    assert code == 0, said


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository of the contract, whose only commit has no tag."""
    folder = tmp_path / "clone"
    folder.mkdir()
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, folder / part)
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "contract")
    return folder


@pytest.fixture(scope="session")
def buf() -> str:
    """As `make` installs it for this project."""
    (version,) = re.findall(r"^BUF_VERSION := (.+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    program = f".venv/buf-{version}/node_modules/.bin/buf"
    code, said = run(ROOT, "make", program)
    assert code == 0, said
    return str(ROOT / program)


def compared(clone: Path, flags: Sequence[str] = (), **env: str) -> tuple[int, str]:
    return run(clone, "make", "--no-print-directory", "breaking-protos", *flags, env=env or None)


def edit(clone: Path, old: str, new: str) -> None:
    path = clone / "protos/outfit/v1/outfit_service.proto"
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


@needs_npm
def test_a_contract_that_breaks_the_latest_tag_fails_and_is_told(clone: Path, buf: str):
    git(clone, "tag", "v0.1.0")
    edit(clone, "rpc EmbedTarget(", "rpc EmbedSlot(")
    code, said = compared(clone, [f"BUF={buf}"])
    assert code != 0
    assert 'RPC "EmbedTarget" on service "OutfitService" was deleted' in said
    assert "breaks nothing" not in said


@needs_npm
def test_a_contract_that_only_grows_passes_and_the_tag_is_named(clone: Path, buf: str):
    git(clone, "tag", "v0.1.0")
    edit(clone, "service OutfitService {", "message New {}\n\nservice OutfitService {")
    code, said = compared(clone, [f"BUF={buf}"])
    assert (code, said) == (0, "the contract was compared with v0.1.0 and breaks nothing of it\n")


def test_without_a_tag_it_is_said_that_nothing_was_compared(clone: Path):
    edit(clone, "rpc EmbedTarget(", "rpc EmbedSlot(")
    code, said = compared(clone)
    assert code == 0
    assert said.startswith("the contract was compared with nothing: there is no tag yet")


def test_a_shallow_clone_that_cannot_know_the_tags_warns(clone: Path, tmp_path: Path):
    git(clone, "tag", "v0.1.0")
    git(clone, "commit", "--quiet", "--allow-empty", "--message", "later")
    shallow = ("clone", "--quiet", "--depth", "1", "--no-tags", f"file://{clone}", "shallow")
    git(tmp_path, *shallow)
    code, said = compared(tmp_path / "shallow")
    assert code == 0
    assert "WARNING: THE CONTRACT WAS NOT COMPARED: this shallow clone holds no tag" in said


def test_without_npm_a_contract_that_has_a_tag_fails(clone: Path, tmp_path: Path):
    git(clone, "tag", "v0.1.0")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in TOOLS:
        (tools / name).symlink_to(str(shutil.which(name)))
    code, said = compared(clone, PATH=str(tools))
    assert code != 0
    assert "THE CONTRACT WAS NOT COMPARED: npm" in said
