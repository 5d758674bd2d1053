"""Folders of bundles and of updates, sound and spoiled."""

import asyncio
import shutil
from pathlib import Path

import pytest

from serving.activations import Activations
from serving.doctor.folder_checks import check_active, check_bundles, check_updates
from serving.overlay.file_log import FileLog
from serving.overlay.state import OverlayState
from tests.serving.overlay.some_updates import change

NOWHERE = Path("/proc/no-such-folder")
"""Where not even root can write."""


def test_every_bundle_of_a_folder_is_examined_by_its_name(tiny_bundle: Path, tmp_path: Path):
    for name in ("autumn", "spring"):
        shutil.copytree(tiny_bundle, tmp_path / name)
    (tmp_path / "autumn" / "items.parquet").write_bytes(b"PAR1")
    findings = list(check_bundles(tmp_path))
    assert findings[0].level == "warning"
    assert "none was ever activated" in findings[0].found
    levels = {(each.check, each.found.split(":")[0]): each.level for each in findings[1:]}
    assert levels["files", "autumn"] == "failure"
    assert levels["files", "spring"] == levels["answers", "spring"] == "ok"


def test_a_folder_without_bundles_is_a_failure(tmp_path: Path):
    (finding,) = check_bundles(tmp_path)
    assert finding.level == "failure"


@pytest.mark.parametrize(
    ("names", "activated", "level"),
    [
        (["spring"], [], "ok"),
        (["autumn", "spring"], [], "warning"),
        (["autumn", "spring"], ["autumn", "spring"], "ok"),
        (["autumn"], ["autumn", "spring"], "failure"),
    ],
)
def test_a_server_that_starts_needs_a_bundle_to_answer_from(
    names: list[str], activated: list[str], level: str
):
    assert check_active(names, activated).level == level


def test_what_was_activated_is_read_from_the_folder(tiny_bundle: Path, tmp_path: Path):
    for name in ("autumn", "spring"):
        shutil.copytree(tiny_bundle, tmp_path / name)
    Activations(tmp_path).remember(["spring"])
    assert next(check_bundles(tmp_path)).found == "autumn, spring; spring will answer"


def written(folder: Path) -> Path:
    """A log with two updates."""

    async def write() -> None:
        log = FileLog(folder)
        await log.seed(OverlayState())
        for item_id in ("shirt", "shoes"):
            await log.append([change(item_id, 9.0)])
        await log.close()

    asyncio.run(write())
    return folder


def test_a_log_that_can_be_read_is_told_with_its_version(tmp_path: Path):
    finding = check_updates(written(tmp_path / "updates"))
    assert (finding.level, finding.found.split()[-1]) == ("ok", "2")


def test_a_folder_that_is_still_to_be_made_is_not_made_here(tmp_path: Path):
    folder = tmp_path / "not" / "yet"
    assert check_updates(folder).level == "ok"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("folder", [NOWHERE, Path(__file__)])
def test_a_folder_that_cannot_be_written_to_is_a_failure(folder: Path):
    assert check_updates(folder).level == "failure"


def test_a_damaged_log_is_a_failure_that_says_where(tmp_path: Path):
    log = written(tmp_path) / "updates.log"
    log.write_bytes(log.read_bytes().replace(b"shirt", b"skirt"))
    finding = check_updates(tmp_path)
    assert finding.level == "failure"
    assert "updates.log" in finding.found
