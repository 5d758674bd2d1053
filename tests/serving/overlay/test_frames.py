import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.overlay.frames import HEADER_BYTES, frame, read_frames

PAYLOADS = st.lists(st.binary(min_size=1, max_size=20), max_size=5)


@given(PAYLOADS, st.binary(min_size=1, max_size=20), st.data())
def test_a_frame_torn_anywhere_is_left_and_those_before_it_are_read(payloads, last, data) -> None:
    sound = b"".join(map(frame, payloads))
    torn = frame(last)[: data.draw(st.integers(0, HEADER_BYTES + len(last) - 1))]
    assert read_frames(sound + torn) == (payloads, len(sound))
    assert read_frames(sound + frame(last)) == ([*payloads, last], len(sound + frame(last)))


def test_blocks_that_a_crash_left_empty_are_a_torn_end() -> None:
    assert read_frames(frame(b"one") + bytes(5000)) == ([b"one"], len(frame(b"one")))
    whole = frame(b"two" * 9)
    half_written = whole[: HEADER_BYTES + 3] + bytes(24)
    assert read_frames(frame(b"one") + half_written) == ([b"one"], len(frame(b"one")))


@given(st.lists(st.binary(min_size=1, max_size=20), min_size=2, max_size=4), st.data())
def test_a_flipped_bit_before_the_last_frame_is_damage(payloads, data) -> None:
    content = bytearray(b"".join(map(frame, payloads)))
    at = data.draw(st.integers(0, len(content) - len(frame(payloads[-1])) - 1))
    content[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(ValueError, match="damaged"):
        read_frames(bytes(content))
