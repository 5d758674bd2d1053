"""Are the folders of bundles and of updates there, to be read and to be written to."""

import asyncio
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from engine.bundle import MANIFEST
from serving.activations import Activations
from serving.doctor.bundle_checks import check_bundle
from serving.doctor.finding import Finding, failure, warning, well
from serving.overlay.errors import UpdateLogError
from serving.overlay.file_log import FileLog

WRITABLE = "Give the user of the server the right to write there, and room on the disk."


def check_bundles(folder: Path) -> Iterator[Finding]:
    """Findings on a folder of bundles, and on each of them."""
    names = sorted(path.parent.name for path in folder.glob(f"[!.]*/{MANIFEST}"))
    if not names:
        advice = "Copy a folder that `outfit train` wrote into it."
        yield failure("bundles", f"{folder} holds none", advice)
        return
    yield check_active(names, Activations(folder).names)
    if reason := _unwritable(folder):
        found = f"{folder}: {reason}: it cannot remember which one is active"
        yield warning("bundles folder", found, WRITABLE)
    for name in names:
        yield from (
            replace(finding, found=f"{name}: {finding.found}")
            for finding in check_bundle(folder / name)
        )


def check_active(names: list[str], activated: list[str]) -> Finding:
    """A server that starts has one to answer from.

    Args:
        names: of the bundles that are there, at least one.
        activated: names that were active, the last one is the latest.
    """
    there = ", ".join(names)
    activate = "Start it and choose one: `outfit call activate NAME`."
    if not activated and len(names) > 1:
        return warning("bundles", f"{there}; none was ever activated", activate)
    active = activated[-1] if activated else names[0]
    if active not in names:
        return failure("bundles", f"{there}; but {active}, which was active, is gone", activate)
    return well("bundles", f"{there}; {active} will answer")


def check_updates(folder: Path) -> Finding:
    """A server can keep its updates in a folder, and read those that are there."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if reason := _unwritable(there):
        return failure("updates", f"{there}: {reason}", WRITABLE)
    if not (folder / "updates.log").exists():
        return well("updates", f"{folder} holds none yet")
    try:
        version = asyncio.run(_version(folder))
    except UpdateLogError as error:
        advice = "Take the files of a copy; docs/operations.md says what a server does of a loss."
        return failure("updates", str(error), advice)
    return well("updates", f"{folder} can be read, up to version {version}")


async def _version(folder: Path) -> int:
    """The last update of a log; raises UpdateLogError."""
    log = FileLog(folder)
    try:
        replay = await log.replay()
    finally:
        await log.close()
    return 0 if replay is None else replay.state().version


def _unwritable(folder: Path) -> str:
    """Why nothing can be written there, empty where it can."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"outfit")
    except OSError as error:
        return (error.strerror or "an error").lower()
    return ""
