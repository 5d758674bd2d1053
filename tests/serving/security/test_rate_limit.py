import pytest

from serving.security.rate_limit import RateLimit, RateLimits, TokenBucket


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_passes_and_the_next_waits_for_its_token():
    clock = Clock()
    bucket = TokenBucket(RateLimit(rate=4.0, burst=3), clock)
    assert [bucket.take() for _ in range(4)] == [0, 0, 0, 0.25]
    clock.now += 0.125
    assert bucket.take() == 0.125
    clock.now += 0.125
    assert [bucket.take() for _ in range(2)] == [0, 0.25]


def test_a_pause_saves_no_more_than_a_burst():
    clock = Clock()
    bucket = TokenBucket(RateLimit(rate=4.0, burst=2), clock)
    clock.now += 3_600
    assert [bucket.take() for _ in range(3)] == [0, 0, 0.25]


def test_asking_too_often_does_not_push_the_next_token_away():
    clock = Clock()
    bucket = TokenBucket(RateLimit(rate=1.0, burst=1), clock)
    bucket.take()
    for _ in range(8):
        clock.now += 0.125
        waited = bucket.take()
    assert waited == 0


def test_over_time_the_rate_holds():
    clock = Clock()
    bucket = TokenBucket(RateLimit(rate=10.0, burst=5), clock)
    passed = 0
    for _ in range(1_000):
        clock.now += 0.01
        passed += bucket.take() == 0
    assert passed == pytest.approx(10 * 10 + 5, abs=1)


def test_each_name_has_a_bucket_of_its_own():
    limits = RateLimits(RateLimit(rate=2.0, burst=1), Clock())
    assert [limits.take("a"), limits.take("a"), limits.take("b")] == [0, 0.5, 0]
