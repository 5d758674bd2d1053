"""Which addresses do not leave this machine."""

import re
from ipaddress import ip_address
from typing import Final

SCHEME: Final = re.compile(r"(dns:(//[^/]*/)?|ipv4:|ipv6:)", re.IGNORECASE)


def is_loopback(host: str) -> bool:
    """Whether nobody beyond this machine can reach a host; a name is not looked up."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def stays_here(target: str) -> bool:
    """Whether a call to a gRPC target (`host:port`, `dns:///host:port`, `unix:path`) stays here."""
    if target.startswith("unix:"):
        return True
    address = SCHEME.sub("", target, count=1)
    return is_loopback(re.sub(r":\d+$", "", address) if "]" in address else address.split(":")[0])
