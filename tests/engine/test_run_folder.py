import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from data.dataset import Dataset
from data.errors import InputError, UnreadableError
from engine.epoch import Epoch
from engine.run_folder import RunFolder, run_record
from engine.state import State
from engine.training_config import TrainingConfig
from tests.engine.planted import tiny_config

CONFIG = tiny_config("mean-pool")


def begin(planted: Dataset, path: Path, config: TrainingConfig = CONFIG) -> RunFolder:
    return RunFolder.begin(path, run_record(planted.folder, config, command="outfit train x"))


def test_a_new_run_says_what_it_is(planted, tmp_path) -> None:
    run = begin(planted, tmp_path / "run")
    record = json.loads((run.path / "config.json").read_text())
    assert record["config"]["model"]["name"] == "mean-pool"
    assert record["config"]["batch_size"] == CONFIG.batch_size
    assert record["command"] == "outfit train x"
    assert record["versions"]["torch"] == torch.__version__
    assert record["machine"]["processes"] == 1
    assert len(record["data_sha256"]) == 64
    assert "commit" in record
    assert run.latest() is None
    assert not run.going_on


def test_a_folder_that_holds_a_run_is_refused(planted, tmp_path) -> None:
    begin(planted, tmp_path / "run")
    with pytest.raises(InputError, match="new or empty folder"):
        begin(planted, tmp_path / "run")


def test_states_and_figures_are_there_after_every_epoch(planted, tmp_path) -> None:
    run, history = begin(planted, tmp_path / "run"), []
    for number in range(3):
        loss = math.nan if number == 0 else 1 / number
        history.append(
            Epoch(number=number, loss=loss, validation={"mean": 0.5}, best=False, seconds=1.0)
        )
        run.save(State(tensors={"w": torch.ones(2) * number}, scalars={}), history)
        lines = (run.path / "metrics.jsonl").read_text().splitlines()
        assert [json.loads(line)["number"] for line in lines] == list(range(number + 1))
    latest = run.latest()
    assert latest is not None
    assert latest.tensors["w"].tolist() == [2.0, 2.0]
    assert json.loads(lines[0])["loss"] is None


def test_a_run_goes_on_under_another_command_and_commit(planted, tmp_path) -> None:
    begin(planted, tmp_path / "run")
    record = run_record(planted.folder, CONFIG, command="another") | {"commit": "abc"}
    assert RunFolder.go_on(tmp_path / "run", record).going_on


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        (replace(CONFIG, seed=4), "config.seed", "expected 0 .*got 4"),
        (
            replace(CONFIG, model=replace(CONFIG.model, width=32)),
            "config.model.width",
            "expected 16 .*got 32",
        ),
        (
            replace(CONFIG, objective=replace(CONFIG.objective, near="slot")),
            "config.objective.near",
            'expected "category" .*got "slot"',
        ),
    ],
)
def test_another_configuration_is_refused_with_the_field(
    planted, tmp_path, changed, field, words
) -> None:
    begin(planted, tmp_path / "run")
    with pytest.raises(InputError, match=f"field '{field}': {words}"):
        RunFolder.go_on(
            tmp_path / "run", run_record(planted.folder, changed, command="outfit train x")
        )


def test_other_data_or_another_machine_is_refused(planted, tiny_shop, tmp_path) -> None:
    begin(planted, tmp_path / "run")
    with pytest.raises(InputError, match="'data_sha256'"):
        RunFolder.go_on(tmp_path / "run", run_record(tiny_shop, CONFIG, command=""))
    record = run_record(planted.folder, CONFIG, command="")
    for part, field in (("machine", "threads"), ("machine", "processes"), ("versions", "torch")):
        changed = {**record, part: {**record[part], field: 99}}
        with pytest.raises(InputError, match=f"'{part}.{field}'"):
            RunFolder.go_on(tmp_path / "run", changed)


@pytest.mark.parametrize("content", [None, "", "[]"])
def test_where_there_is_no_run_there_is_nothing_to_resume(planted, tmp_path, content) -> None:
    if content is not None:
        (tmp_path / "config.json").write_text(content)
    with pytest.raises(UnreadableError, match="expected a run to resume"):
        RunFolder.go_on(tmp_path, run_record(planted.folder, CONFIG, command=""))
