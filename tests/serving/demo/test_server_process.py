import signal
from pathlib import Path

import pytest

from serving.demo.server_process import ServerStartError, server_process


def test_a_server_that_cannot_start_is_an_error_that_names_its_log_and_leaves_no_trace(
    tmp_path: Path,
) -> None:
    log = tmp_path / "server.log"
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGHUP)

    with (
        pytest.raises(ServerStartError, match=r"ended with 1; .*server\.log says why"),
        server_process(tmp_path / "absent", log),
    ):
        pass

    assert "absent" in log.read_text("utf-8")
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGHUP)) == before
