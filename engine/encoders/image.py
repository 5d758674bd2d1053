"""Image encoders: what turns pictures into vectors."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import onnxruntime
import torch
from jaxtyping import Bool, Float32

from data.errors import InputError
from engine.encoders.lite0_network import DIM, SIZE, lite0_onnx
from engine.encoders.picture import read_pictures
from engine.encoders.text import PREFIX

Encoded = tuple[Float32[np.ndarray, "images dim"], Bool[np.ndarray, " images"]]


@runtime_checkable
class ImageEncoder(Protocol):
    """Turns pictures into vectors of unit length; `id` loads the same encoder again."""

    id: str
    dim: int

    def encode(self, images: Sequence[Path | bytes]) -> Encoded:
        """One vector a picture, and where there is one; an unreadable picture is zero."""
        ...


class Lite0Encoder:
    """EfficientNet-Lite0 features on ONNX Runtime.

    Each thread decodes a batch and runs the network on it alone: no thread waits for another,
    which on a busy machine is twice as fast as one call on all threads.

    Args:
        batch_size: pictures a network call; more than 16 gains nothing on a CPU.
    """

    id = "efficientnet-lite0"
    dim = DIM

    def __init__(self, *, batch_size: int = 16) -> None:
        self._batch_size = batch_size
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            lite0_onnx(), options, providers=["CPUExecutionProvider"]
        )

    def encode(self, images: Sequence[Path | bytes]) -> Encoded:
        """One vector a picture, and where there is one; an unreadable picture is zero."""
        vectors = np.zeros((len(images), self.dim), dtype=np.float32)
        present = np.zeros(len(images), dtype=np.bool_)

        def encode_from(start: int) -> None:
            rows, pixels = read_pictures(images[start : start + self._batch_size], SIZE)
            if rows:
                where = np.asarray(rows) + start
                vectors[where] = self._session.run(None, {"pixels": pixels})[0]
                present[where] = True

        with ThreadPoolExecutor(torch.get_num_threads()) as pool:
            list(pool.map(encode_from, range(0, len(images), self._batch_size)))
        return vectors, present


def load_image_encoder(spec: str = "efficientnet-lite0") -> ImageEncoder:
    """The encoder that `spec` names.

    Args:
        spec: `efficientnet-lite0` (1280 numbers a picture, from packages that carry its weights),
            or `st:NAME_OR_PATH` for a sentence-transformers model that takes pictures.

    Raises:
        InputError: no encoder has this name, or its model cannot be had, or takes no pictures.
    """
    if spec in LOADERS:
        return LOADERS[spec]()
    if not spec.startswith(PREFIX):
        raise InputError(
            expected=f"an image encoder: {', '.join(LOADERS)} or {PREFIX}NAME_OR_PATH",
            got=repr(spec),
        )
    from engine.encoders import sentence_transformer  # noqa: PLC0415 - takes seconds to import

    model = sentence_transformer.load_sentence_transformer(spec.removeprefix(PREFIX))
    return sentence_transformer.SentenceImageEncoder(spec, model)


LOADERS: dict[str, Callable[[], ImageEncoder]] = {Lite0Encoder.id: Lite0Encoder}
