import socket

import numpy as np
import pytest

from data.errors import InputError
from engine.encoders.text import TextEncoder, load_text_encoder


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return load_text_encoder()


def test_the_default_is_minilm_and_its_id_loads_it_again(encoder: TextEncoder) -> None:
    assert (encoder.id, encoder.dim) == ("minilm", 384)
    assert load_text_encoder(encoder.id).id == "minilm"


def test_vectors_have_unit_length(encoder: TextEncoder) -> None:
    vectors = encoder.encode(["red dress", ""])
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_like_titles_are_closer_than_unlike_ones(encoder: TextEncoder) -> None:
    dress, gown, drill = encoder.encode(["red summer dress", "crimson gown", "cordless drill"])
    assert dress @ gown > dress @ drill + 0.2


def test_a_title_gets_the_same_vector_alone_repeated_and_among_many(encoder: TextEncoder) -> None:
    many = [f"shirt number {number}" for number in range(40)] + ["blue jeans"] * 2
    vectors = encoder.encode(many)
    np.testing.assert_array_equal(vectors[-1], vectors[-2])
    np.testing.assert_allclose(encoder.encode(["blue jeans"])[0], vectors[-1], atol=1e-5)
    np.testing.assert_allclose(encoder.encode(many[7:8])[0], vectors[7], atol=1e-5)


def test_no_titles_give_no_vectors(encoder: TextEncoder) -> None:
    assert encoder.encode([]).shape == (0, 384)


def test_loading_the_packaged_model_touches_no_network(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    load_text_encoder("minilm").encode(["a"])
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("spec", ["", "bert", "minilm2"])
def test_an_unknown_name_is_refused_with_the_known_ones(spec: str) -> None:
    with pytest.raises(InputError, match=r"minilm or st:NAME_OR_PATH"):
        load_text_encoder(spec)
