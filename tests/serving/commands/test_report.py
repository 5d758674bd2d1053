from pathlib import Path

import pytest

from serving.commands.report import report
from tests.serving.evaluations import Said, evaluation, reports


def test_evaluations_become_one_page_and_a_missing_dataset_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = reports(Said())
    evaluation({"a0": said}, data=str(tmp_path / "gone")).write(tmp_path / "a.json")
    evaluation({"b0": said}).write(tmp_path / "b.json")
    report([tmp_path / "a.json", tmp_path / "b.json"], html=tmp_path / "page.html")
    printed = capsys.readouterr().out
    assert f"no dataset at {tmp_path / 'gone'}" in printed
    assert f"wrote {tmp_path / 'page.html'}" in printed
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "model-a" in page
    assert "model-b" in page


def test_another_dataset_folder_may_be_given(
    tmp_path: Path, tiny_shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluation({"a0": reports(Said())}, data="gone").write(tmp_path / "a.json")
    report([tmp_path / "a.json"], html=tmp_path / "page.html", data=tiny_shop)
    assert "no dataset" not in capsys.readouterr().out
