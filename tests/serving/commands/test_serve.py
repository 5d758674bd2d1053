"""`outfit serve` as a process."""

import socket
import subprocess
import sys
from pathlib import Path


def test_a_taken_port_is_one_line_of_error(tiny_bundle: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = subprocess.run(  # noqa: S603 - our own program
            [
                *(sys.executable, "-c", "from serving.cli import main; main()"),
                *("serve", str(tiny_bundle), "--port", address.rpartition(":")[2]),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 1
    assert done.stderr == (
        f"outfit: field 'port': expected a free port on a host of this machine, got {address}\n"
    )
