import contextlib
import io
import json
import re
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from data.errors import InputError
from serving.commands.demo import demo
from serving.demo.server_process import server_process

SIZE = {"items": 200, "outfits": 300, "seed": 1}
HOLD = """
import sys, time
from pathlib import Path
from serving.demo.server_process import server_process
with server_process(Path(sys.argv[1]), Path(sys.argv[2])) as address:
    print(address, flush=True)
    time.sleep(300)
"""


@dataclass(frozen=True)
class Run:
    out: Path
    printed: str
    page: str


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = tmp_path_factory.mktemp("shop") / "demo"
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
        patch.setenv("COLUMNS", "160")
        demo(out=out, **SIZE)
    return Run(out=out, printed=printed.getvalue(), page=(out / "lookbook.html").read_text("utf-8"))


def answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


@pytest.mark.slow
def test_the_demo_goes_all_the_way_and_leaves_nothing_running(run: Run) -> None:
    for method in ("ScoreOutfits", "FillInTheBlank", "RetrieveComplements", "EmbedTarget"):
        assert method in run.printed
    assert "category_pmi" in run.printed
    address = re.search(r"a server answers on (\S+)", run.printed)
    assert address
    assert not answers(address[1])


@pytest.mark.slow
def test_the_lookbook_shows_what_was_evaluated(run: Run) -> None:
    report = json.loads((run.out / "evaluation.json").read_bytes())

    names = [Path(each["file"]).stem for each in report["files"]]
    assert names == ["fitb_test", "fitb_third_order", "compatibility_test"]
    for each in report["files"]:
        assert f"{each['model']['figure']:.3f}" in run.page
    assert report["bundles"][0]["bundle_id"] in run.page
    assert run.page.count("data:image/jpeg;base64,") > 40


@pytest.mark.slow
def test_the_server_ends_with_an_error_in_the_block(run: Run, tmp_path: Path) -> None:
    with (
        contextlib.suppress(KeyError),
        server_process(run.out / "bundle", tmp_path / "log") as address,
    ):
        assert answers(address)
        raise KeyError

    assert not answers(address)


@pytest.mark.slow
def test_the_server_ends_when_the_demo_is_told_to_end(run: Run, tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(run.out / "bundle"), str(tmp_path / "log")]
    with subprocess.Popen(  # noqa: S603 - this interpreter, this package
        command, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout
        address = holder.stdout.readline().strip()
        assert answers(address)
        holder.send_signal(signal.SIGTERM)
        assert holder.wait(120) == 128 + signal.SIGTERM

    assert not answers(address)


def test_a_folder_of_another_origin_is_refused_before_anything_is_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(InputError, match="a new folder or one that the demo made"):
        demo(out=tmp_path)

    assert capsys.readouterr().out == ""
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.mark.slow
def test_a_second_demo_replaces_the_first_and_says_the_same(run: Run) -> None:
    command = [sys.executable, "-c", "from serving.cli import main; main()", "demo"]
    flags = [f"--{name}={value}" for name, value in SIZE.items()]

    again = subprocess.run(  # noqa: S603 - this interpreter, this package
        [*command, f"--out={run.out}", *flags], capture_output=True, text=True, check=False
    )

    assert again.returncode == 0, again.stderr
    assert (run.out / "lookbook.html").read_text("utf-8") == run.page
