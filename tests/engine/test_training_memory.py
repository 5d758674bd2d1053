"""Training gathers content from the disk: its memory does not grow with the catalogue."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.engine.planted import store

WORN, FEW, MANY = 600, 10_000, 40_000
DIM = 512
FEATURES = ("look", "feel")


def shop(folder: Path, *, unused: int) -> Path:
    """The same outfits whatever stands beside their items."""
    rng = np.random.default_rng(0)
    num = WORN + unused
    items = pl.DataFrame(
        {
            "item_id": [f"i{row}" for row in range(num)],
            "category": np.resize(["tops", "bottoms", "shoes"], num),
        }
    )
    outfits = rng.integers(WORN // 3, size=(200, 3)) * 3 + np.arange(3)
    vectors = {name: rng.random((num, DIM), np.float32) - 0.5 for name in FEATURES}
    store(folder, items, outfits.tolist(), vectors)
    return folder


def peak_of_training(data: Path) -> int:
    """The most bytes that the command held, looked at every few milliseconds."""
    command = ["train", data, "--out", data / "bundle", "--epochs", "1"]
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "serving", *map(str, command)],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
    )
    peak = 0
    while process.poll() is None:
        peak = max(peak, anonymous(process.pid))
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.005)
    assert process.returncode == 0
    return peak


def anonymous(pid: int) -> int:
    """Bytes that a process holds now, pages of mapped files not among them."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = [line.split()[1] for line in status.splitlines() if line.startswith("RssAnon")]
    return 1024 * int(found[0]) if found else 0


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_does_not_grow_with_items_that_no_outfit_wears(tmp_path) -> None:
    small, large = (shop(tmp_path / str(unused), unused=unused) for unused in (FEW, MANY))
    with ThreadPoolExecutor() as threads:
        fewer, more = threads.map(peak_of_training, (small, large))
    content = 4 * (MANY - FEW) * DIM * len(FEATURES)
    assert more - fewer < content / 3
