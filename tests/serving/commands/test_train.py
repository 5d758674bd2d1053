import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from data.errors import InputError
from engine.bundle import load_bundle
from serving.commands.train import train

ROOT = Path(__file__).parents[3]
EPOCHS = 10
"""So many that a run is killed long before its last, however late that is noticed."""
FLAGS = ("--model", "mean-pool", "--batch-size", "16", "--epochs", str(EPOCHS))


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """As many as the processes here have, or a run would not go on."""
    num_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(num_threads)


def start(*command: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603 - this interpreter, this package
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_for_epochs(run: Path, process: "subprocess.Popen[str]", number: int) -> None:
    """Return once so many epochs are written; the process must not have ended."""
    while len(history(run)) < number:
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.01)


def history(run: Path) -> list[dict[str, object]]:
    """The epochs of a run, but for the time they took."""
    file = run / "metrics.jsonl"
    lines = file.read_text().splitlines() if file.exists() else []
    return [{**json.loads(line), "seconds": None} for line in lines]


def weights(bundle: Path) -> torch.Tensor:
    parts = load_bundle(bundle).model.state_dict().values()
    return torch.cat([part.flatten().float() for part in parts])


def test_a_run_killed_and_resumed_equals_one_that_was_not(tiny_shop, tmp_path, capsys) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    train(tiny_shop, out=whole, model="mean-pool", batch_size=16, epochs=EPOCHS)
    process = start("serving", "train", str(tiny_shop), *FLAGS, "--out", str(killed))
    wait_for_epochs(tmp_path / "killed.run", process, 2)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert not killed.exists()
    before = history(tmp_path / "killed.run")
    assert 2 <= len(before) < 1 + EPOCHS
    capsys.readouterr()
    train(tiny_shop, out=killed, model="mean-pool", batch_size=16, epochs=EPOCHS, resume=True)
    assert history(tmp_path / "killed.run") == history(tmp_path / "whole.run")
    assert history(tmp_path / "killed.run")[: len(before)] == before
    assert weights(killed).equal(weights(whole))
    vectors = [(bundle / "vectors.npy").read_bytes() for bundle in (killed, whole)]
    assert vectors[0] == vectors[1]
    assert len(capsys.readouterr().out.splitlines()) >= len(history(tmp_path / "whole.run"))


@pytest.mark.slow
def test_two_processes_write_one_bundle(tiny_shop, tmp_path) -> None:
    launch = ("torch.distributed.run", "--standalone", "--nproc-per-node=2", "-m", "serving")
    out = tmp_path / "bundle"
    process = start(*launch, "train", str(tiny_shop), *FLAGS[:-1], "1", "--out", str(out))
    printed, _ = process.communicate(timeout=300)
    assert process.returncode == 0, printed
    assert printed.count("epoch  1") == printed.count(f"wrote {out}") == 1
    record = json.loads((tmp_path / "bundle.run" / "config.json").read_text())
    assert record["machine"]["processes"] == 2
    assert [epoch["number"] for epoch in history(tmp_path / "bundle.run")] == [0, 1]
    assert load_bundle(out).manifest["epochs"] == 1


def test_a_run_of_two_processes_does_not_go_on_as_one(tiny_shop, tmp_path) -> None:
    train(tiny_shop, out=tmp_path / "one", model="mean-pool", epochs=1)
    config = tmp_path / "one.run" / "config.json"
    config.write_text(config.read_text().replace('"processes": 1', '"processes": 2'))
    with pytest.raises(InputError, match=r"'machine\.processes': expected 2 .*got 1"):
        train(
            tiny_shop,
            out=tmp_path / "two",
            model="mean-pool",
            epochs=1,
            run=tmp_path / "one.run",
            resume=True,
        )


def test_a_run_folder_is_not_written_over_and_what_is_not_there_not_resumed(
    tiny_shop, tmp_path
) -> None:
    train(tiny_shop, out=tmp_path / "one", model="mean-pool", epochs=1, run=tmp_path / "run")
    with pytest.raises(InputError, match="run: expected a new or empty folder"):
        train(tiny_shop, out=tmp_path / "two", model="mean-pool", epochs=1, run=tmp_path / "run")
    with pytest.raises(InputError, match=r"config\.json: expected a run to resume, got none"):
        train(tiny_shop, out=tmp_path / "two", model="mean-pool", epochs=1, resume=True)
    assert not (tmp_path / "two").exists()


def test_accumulation_and_precision_reach_the_configuration(tiny_shop, tmp_path) -> None:
    out = tmp_path / "bundle"
    train(tiny_shop, out=out, model="mean-pool", epochs=1, accumulate=3, precision="bfloat16")
    config = load_bundle(out).manifest["config"]
    assert (config["accumulate"], config["precision"]) == (3, "bfloat16")


def test_a_taught_bundle_names_its_teacher_and_differs_from_one_that_was_not(
    tiny_shop, tmp_path
) -> None:
    flags = {"model": "mean-pool", "epochs": 1}
    train(tiny_shop, out=tmp_path / "teacher", seed=1, **flags)
    train(tiny_shop, out=tmp_path / "alone", **flags)
    train(tiny_shop, out=tmp_path / "taught", teacher=tmp_path / "teacher", **flags)
    teacher = load_bundle(tmp_path / "teacher").manifest["bundle_id"]
    assert load_bundle(tmp_path / "taught").manifest["config"]["teacher"] == teacher
    assert not weights(tmp_path / "taught").equal(weights(tmp_path / "alone"))
