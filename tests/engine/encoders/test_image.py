from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from data.errors import InputError
from engine.encoders.image import ImageEncoder, Lite0Encoder, load_image_encoder
from engine.encoders.lite0_network import build_lite0
from engine.encoders.picture import read_picture

PHOTOS = Path(__file__).parents[4] / "shared" / "data" / "clothing-photos"


@pytest.fixture(scope="module")
def encoder() -> ImageEncoder:
    return load_image_encoder()


def _picture(seed: int) -> bytes:
    small = np.random.default_rng(seed).integers(0, 256, (6, 5, 3), dtype=np.uint8)
    buffer = BytesIO()
    Image.fromarray(small).resize((250, 300)).save(buffer, "JPEG")
    return buffer.getvalue()


def test_the_default_is_lite0_and_its_id_loads_it_again(encoder: ImageEncoder) -> None:
    assert (encoder.id, encoder.dim) == ("efficientnet-lite0", 1280)
    assert isinstance(load_image_encoder(encoder.id), Lite0Encoder)


def test_vectors_equal_those_of_the_network_in_torch(encoder: ImageEncoder) -> None:
    pictures = [_picture(seed) for seed in range(3)]
    pixels = torch.from_numpy(np.stack([read_picture(content, 224) for content in pictures]))
    with torch.inference_mode():
        expected = build_lite0()(pixels).numpy()
    vectors, present = encoder.encode(pictures)
    assert present.all()
    np.testing.assert_allclose(vectors, expected, atol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_batch_size_and_neighbours_change_nothing(tmp_path: Path) -> None:
    images: list[Path | bytes] = [_picture(seed) for seed in range(5)]
    images.insert(1, b"broken")
    images.insert(4, tmp_path / "missing.jpg")
    one, present_one = Lite0Encoder(batch_size=1).encode(images)
    three, present_three = Lite0Encoder(batch_size=3).encode(images)
    assert present_one.tolist() == [True, False, True, True, False, True, True]
    np.testing.assert_array_equal(present_one, present_three)
    np.testing.assert_allclose(one, three, atol=1e-5)
    assert not one[~present_one].any()


def test_a_batch_of_only_unreadable_pictures_is_absent(encoder: ImageEncoder) -> None:
    vectors, present = encoder.encode([b"", b"x"])
    assert vectors.shape == (2, 1280)
    assert not present.any()


def test_no_pictures_give_no_vectors(encoder: ImageEncoder) -> None:
    vectors, present = encoder.encode([])
    assert (vectors.shape, present.shape) == ((0, 1280), (0,))


@pytest.mark.parametrize("spec", ["", "resnet", "minilm"])
def test_an_unknown_name_is_refused_with_the_known_ones(spec: str) -> None:
    with pytest.raises(InputError, match=r"efficientnet-lite0 or st:NAME_OR_PATH"):
        load_image_encoder(spec)


@pytest.mark.realdata
@pytest.mark.skipif(not PHOTOS.is_dir(), reason="clothing-photos is not beside the project")
def test_photographs_of_one_class_are_nearest_neighbours(encoder: ImageEncoder) -> None:
    photos = sorted(PHOTOS.glob("*/*.jpg"))[::3]
    classes = np.array([photo.parent.name for photo in photos])
    vectors, present = encoder.encode(photos)
    assert present.all()
    similarity = vectors @ vectors.T
    np.fill_diagonal(similarity, -1)
    assert (classes == classes[similarity.argmax(axis=1)]).mean() >= 0.65
