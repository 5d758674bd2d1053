"""What only files do: crashes in the middle of a write, a full disk, several processes."""

import asyncio
import logging
import os
import resource
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import pytest

from engine.updates import ItemUpdate
from serving.overlay.errors import (
    LogDamagedError,
    LogFullError,
    LogLostError,
    LogRefusedError,
    UpdateLogError,
)
from serving.overlay.file_log import FileLog
from serving.overlay.log import Replay
from serving.overlay.overlay import Overlay, running_overlay
from serving.overlay.state import OverlayState
from tests.serving.overlay.log_places import (
    FilePlace,
    opened,
    read_anew_after,
    run,
    until,
)
from tests.serving.overlay.some_updates import change, new_item, prices
from tests.serving.repeated_calls import PATIENCE_S

WRITER = """
import asyncio, sys
from pathlib import Path
from engine.updates import ItemChange
from serving.overlay.file_log import FileLog
from serving.overlay.overlay import OverlayConfig, running_overlay

async def write():
    log, config = FileLog(Path(sys.argv[1])), OverlayConfig(snapshot_every=40)
    async with running_overlay(log, config) as overlay:
        for number in range(10**6):
            change = ItemChange(item_id=f"{sys.argv[2]}{number}", price=float(number))
            await overlay.apply([change])
            print(number, flush=True)

asyncio.run(write())
"""


def started(folder: Path, name: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(folder), name]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603


def killed_after(writer: subprocess.Popen[str], count: int) -> int:
    """The last number that a writer acknowledged before it was killed, at least `count`."""
    last = -1
    with writer:
        for line in writer.stdout or ():
            last = int(line)
            if last >= count:
                writer.kill()
    return last


async def replayed(place: FilePlace) -> Replay:
    async with opened(place) as log:
        replay = await log.replay()
    assert replay is not None
    return replay


def test_what_processes_acknowledged_is_there_after_they_were_killed_while_they_wrote(tmp_path):
    place = FilePlace(tmp_path / "log")
    both = {name: started(place.folder, name) for name in ("a", "b")}
    last = {name: killed_after(writer, 60) for name, writer in both.items()}

    async def story() -> None:
        found = prices((await replayed(place)).state())
        for name, number in last.items():
            assert all(found[f"{name}{each}"] == float(each) for each in range(number + 1))
        async with running_overlay(place.open()) as overlay:
            await overlay.apply([change("after", 1)])
            assert prices(overlay.current) == {**found, "after": 1.0}

    run(story())


def test_the_torn_end_of_a_crash_is_cut_with_a_warning(tmp_path, caplog):
    place = FilePlace(tmp_path / "log")

    async def story() -> None:
        async with opened(place) as log:
            await log.seed(OverlayState())
            await log.append([change("a", 1)])
        path = place.folder / "updates.log"
        sound = path.read_bytes()
        async with opened(place) as log:
            await log.append([change("lost", 2)])
        path.write_bytes(path.read_bytes()[:-5])
        assert prices((await replayed(place)).state()) == {"a": 1.0}
        assert caplog.text == ""
        async with opened(place) as log:
            mark = await log.append([change("b", 3)])
        assert mark.version == 2
        assert prices((await replayed(place)).state()) == {"a": 1.0, "b": 3.0}
        assert path.read_bytes().startswith(sound)

    with caplog.at_level(logging.WARNING):
        run(story())
    assert "cut the torn end of the update log" in caplog.text


def lengthen(path: Path, content: bytes) -> None:
    """Add what a file lacks of a content."""
    with path.open("ab") as file:
        file.write(content[path.stat().st_size :])


def test_a_follower_waits_for_the_end_of_a_frame_that_is_being_written(tmp_path):
    place = FilePlace(tmp_path / "log")

    async def story() -> None:
        async with opened(place) as log:
            await log.seed(OverlayState())
            path = place.folder / "updates.log"
            before = path.read_bytes()
            await log.append([change("a", 1)])
            whole = path.read_bytes()
            path.write_bytes(before)
            async with running_overlay(place.open()) as overlay:
                for size in (len(before) + 5, len(before) + 30, len(whole) - 1):
                    lengthen(path, whole[:size])
                    await asyncio.sleep(0.12)
                    assert overlay.current.version == 0
                    assert overlay.connected
                lengthen(path, whole)
                await until(lambda: overlay.current.version == 1)

    run(story())


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_refuses_and_leaves_no_part_of_what_it_refused(tmp_path):
    place = FilePlace(tmp_path / "log")

    async def story() -> None:
        async with running_overlay(place.open()) as overlay:
            await overlay.apply([change("a", 1)])
            size = (place.folder / "updates.log").stat().st_size
            with largest_file(size + 1000), pytest.raises(LogFullError):
                await overlay.apply([new_item("n", title="x" * 5000)])
            assert (place.folder / "updates.log").stat().st_size == size
            assert await overlay.apply([change("a", 2)]) == 2
            assert prices((await replayed(place)).state()) == {"a": 2.0}

    run(story())


def test_a_folder_that_is_none_is_named(tmp_path):
    (tmp_path / "log").write_text("a file")

    async def story() -> None:
        with pytest.raises(LogRefusedError, match="expected a folder to write to"):
            async with running_overlay(FileLog(tmp_path / "log")):
                pass

    run(story())


def test_a_follower_outlives_a_file_that_cannot_be_read_for_a_while(tmp_path):
    place = FilePlace(tmp_path / "log")

    async def story() -> None:
        path, aside = place.folder / "updates.log", place.folder / "aside"
        async with running_overlay(place.open()) as overlay:
            await overlay.apply([change("a", 1)])
            path.rename(aside)
            path.mkdir()  # also root cannot read it
            await until(lambda: not overlay.connected)
            with pytest.raises(LogRefusedError, match="a file that can be read, got is a dir"):
                await overlay.apply([change("a", 2)])
            path.rmdir()
            aside.rename(path)
            await until(lambda: overlay.connected)
            assert await overlay.apply([change("a", 3)]) == 2

    run(story())


def test_a_log_that_is_gone_beside_its_snapshot_is_begun_at_the_snapshot(tmp_path, caplog):
    place = FilePlace(tmp_path / "log")

    async def story() -> None:
        async with opened(place) as log:
            await log.seed(OverlayState())
            mark = await log.append([change("a", 1)])
            await log.snapshot((await replayed(place)).state())
        (place.folder / "updates.log").unlink()
        async with running_overlay(place.open()) as overlay:
            assert overlay.current.mark == mark
            assert await overlay.apply([change("a", 2)]) == 2

    run(story())
    assert "began the update log anew at its snapshot" in caplog.text


@pytest.mark.parametrize("cut", [-1, -30])
def test_a_snapshot_that_does_not_check_is_named(tmp_path, cut):
    place = FilePlace(tmp_path / "log")

    async def story() -> None:
        async with opened(place) as log:
            await log.seed(OverlayState())
        path = place.folder / "snapshot.bin"
        content = path.read_bytes()
        path.write_bytes(content[:cut] if cut == -1 else content + b"more than a snapshot")
        with pytest.raises(LogDamagedError, match=r"snapshot.bin: expected a snapshot"):
            await replayed(place)

    run(story())


@pytest.mark.parametrize("kept", ["nothing", "a beginning", "a part of the last", "all but one"])
@pytest.mark.parametrize("at_once", [True, False])
def test_a_log_that_is_cut_short_under_a_replica_gets_everything_back(tmp_path, kept, at_once):
    place = FilePlace(tmp_path / "log")
    path = place.folder / "updates.log"

    async def story() -> None:
        async with running_overlay(place.open()) as overlay, running_overlay(place.open()) as other:
            for number in range(4):
                await overlay.apply([change(f"i{number}", number)])
                whole, before = path.stat().st_size, whole if number else 0
            await until(lambda: other.current.version == 4)
            sizes = {"nothing": 0, "a beginning": 17, "a part of the last": whole - 5}
            os.truncate(path, sizes.get(kept, before))
            if not at_once:
                await asyncio.sleep(0.3)
            version = await applied_in_the_end(overlay, [change("new", 9)])
            assert version > 4
            expected = {"i0": 0.0, "i1": 1.0, "i2": 2.0, "i3": 3.0, "new": 9.0}
            for each in (overlay, other):
                await until(lambda each=each: prices(each.current) == expected)
            assert await applied_in_the_end(other, [change("i0", 5)]) > version
        assert prices((await replayed(place)).state()) == {**expected, "i0": 5.0}

    run(story())


async def applied_in_the_end(overlay: Overlay, updates: Sequence[ItemUpdate]) -> int:
    """The version of updates that a log takes again before long."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                return await overlay.apply(updates)
            except UpdateLogError:
                await asyncio.sleep(0.01)


def test_a_replica_that_has_nothing_goes_on_with_a_log_that_was_emptied(tmp_path):
    place = FilePlace(tmp_path / "log")

    async def story() -> None:
        async with running_overlay(place.open()) as overlay:
            os.truncate(place.folder / "updates.log", 0)
            await applied_in_the_end(overlay, [change("a", 1)])
        assert prices((await replayed(place)).state()) == {"a": 1.0}
        assert (place.folder / "updates.damaged").read_bytes() == b""

    run(story())


def test_nothing_is_written_behind_the_end_of_a_log_that_was_cut_short(tmp_path):
    place = FilePlace(tmp_path / "log")

    async def story() -> None:
        async with opened(place) as log:
            await log.seed(OverlayState())
            await log.append([change("a", 1)])
            os.truncate(place.folder / "updates.log", 17)
            with pytest.raises(LogLostError, match="a file cut short"):
                await log.append([change("b", 1)])
        assert (place.folder / "updates.log").stat().st_size == 17

    run(story())


def test_a_damaged_log_that_was_never_read_is_not_begun_anew(tmp_path):
    place = FilePlace(tmp_path / "log")

    async def story() -> None:
        async with opened(place) as log:
            await log.seed(OverlayState())
        os.truncate(place.folder / "updates.log", 17)
        with pytest.raises(LogDamagedError, match="the mark before the first entry, got none"):
            async with running_overlay(place.open()):
                pass
        assert (place.folder / "updates.log").stat().st_size == 17

    run(story())


def test_a_log_that_is_older_than_its_snapshot_is_refused_at_a_start_and_mended_by_who_knew_it(
    tmp_path, monkeypatch
):
    """As of a backup that read the log first, and the snapshot once it was kept."""
    place = FilePlace(tmp_path / "log")
    path = place.folder / "updates.log"

    async def story() -> None:
        followed, refused = place.open(), asyncio.Event()
        async with running_overlay(followed) as living, opened(place) as log:
            await living.apply([change("a", 1)])
            older = path.read_bytes()
            await living.apply([change("a", 2)])
            await log.snapshot(living.current)
            read_anew_after(refused, followed, monkeypatch)
            path.write_bytes(older)
            with pytest.raises(LogDamagedError, match="holds version 2, of its snapshot, got"):
                async with asyncio.timeout(PATIENCE_S), running_overlay(place.open()):
                    pass
            refused.set()
            await until(lambda: (place.folder / "updates.damaged").exists() and living.connected)
            assert await living.apply([change("b", 3)]) == 3
            assert prices((await replayed(place)).state()) == {"a": 2.0, "b": 3.0}

    run(story())


def test_a_log_is_begun_anew_at_the_later_snapshot_of_another_process(tmp_path):
    place = FilePlace(tmp_path / "log")

    async def story() -> None:
        async with opened(place) as log, opened(place) as other:
            await log.seed(OverlayState())
            await other.append([change("a", 1)])
            await other.snapshot((await replayed(place)).state())
            os.truncate(place.folder / "updates.log", 0)
            await log.seed(OverlayState())
        assert prices((await replayed(place)).state()) == {"a": 1.0}

    run(story())


def test_what_one_process_writes_another_follows(tmp_path):
    place = FilePlace(tmp_path / "log")
    writer = started(place.folder, "w")

    async def story() -> None:
        async with AsyncExitStack() as stack:
            overlay = await stack.enter_async_context(running_overlay(place.open()))
            await until(lambda: overlay.current.version >= 100)
            await overlay.apply([change("mine", 1)])
            number = overlay.current.version
            await until(lambda: overlay.current.version > number + 50)
            found = prices(overlay.current)
            assert found["mine"] == 1.0
            assert [found[f"w{each}"] for each in range(100)] == [float(n) for n in range(100)]

    run(story())
    killed_after(writer, 0)
