import pytest

from serving.security.loopback import is_loopback, stays_here


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost"])
def test_loopback_is_this_machine(host: str):
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "0.0.0.0",  # noqa: S104 - nothing listens
        "::",
        "",
        "10.0.0.1",
        "127.0.0.1.example.com",
        "localhost.example.com",
    ],
)
def test_everything_else_may_be_reached_from_elsewhere(host: str):
    assert not is_loopback(host)


@pytest.mark.parametrize(
    "target",
    ["127.0.0.1:1", "localhost:1", "[::1]:1", "dns:///localhost:1", "ipv4:127.0.0.1:1", "unix:/a"],
)
def test_a_target_on_this_machine_stays_here(target: str):
    assert stays_here(target)


@pytest.mark.parametrize(
    "target",
    ["shop.example:1", "dns:///shop.example:1", "dns://127.0.0.1/shop.example:1", "[fe80::1]:1"],
)
def test_a_target_elsewhere_does_not(target: str):
    assert not stays_here(target)
