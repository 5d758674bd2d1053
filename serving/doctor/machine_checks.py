"""Does this machine have the memory, the file descriptors and the port that a server needs."""

import os
import resource
import socket
from pathlib import Path
from typing import Final

from serving.doctor.finding import Finding, failure, warning, well

MIB: Final = 2**20
CONNECTIONS: Final = 1_024
"""File descriptors that are enough for about as many callers."""
MEMINFO: Final = Path("/proc/meminfo")
LIMITS: Final = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def check_memory() -> Finding:
    """What this process came to, against what there is; to be asked after the bundle was examined.

    By then it has read every vector, so they count as a server's do once all were searched.
    """
    needed, there = _peak_bytes(), _available_bytes()
    found = f"needs about {needed // MIB} MiB; {there // MIB} MiB are there"
    if needed > there:
        advice = "Give the server more memory, or end what else runs here."
        return failure("memory", found, advice)
    if needed > there // 2:
        advice = "Switching bundles holds two of them for a moment: leave as much again."
        return warning("memory", found, advice)
    return well("memory", found)


def check_descriptors() -> Finding:
    """Every connection takes one."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < CONNECTIONS:
        advice = f"Raise it: `ulimit -n {CONNECTIONS}`, or LimitNOFILE in the systemd unit."
        return warning("descriptors", f"{soft} files may be open", advice)
    return well("descriptors", f"{soft} files may be open")


def check_port(host: str, port: int, flag: str = "port") -> Finding:
    """A server can listen there.

    Args:
        host: an address of this machine.
        port: 0 is any that is free.
        flag: that says the port.
    """
    check = flag.replace("-", " ")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = (error.strerror or "an error").lower()
            advice = f"End what listens there, or serve on another --{flag}."
            return failure(check, f"{host}:{port}: {reason}", advice)
    return well(check, f"{host}:{port} is free")


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _available_bytes() -> int:
    """Of this machine or this container, were this process not here."""
    lines = MEMINFO.read_text("ascii").splitlines() if MEMINFO.exists() else []
    fields = dict(line.split(":", 1) for line in lines)
    if "MemAvailable" in fields:
        free = int(fields["MemAvailable"].split()[0]) * 1024 + _peak_bytes()
    else:
        free = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    texts = [path.read_text("ascii").strip() for path in LIMITS if path.exists()]
    return min([free, *(int(text) for text in texts if text.isdigit())])
