"""Image encoders: what turns pictures into vectors."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime
import torch
from jaxtyping import Bool, Float32

from data.errors import InputError
from engine.encoders.lite0_network import DIM, SIZE, lite0_onnx
from engine.encoders.picture import readable_batches
from engine.encoders.text import PREFIX

Encoded = tuple[Float32[np.ndarray, "images dim"], Bool[np.ndarray, " images"]]


class ImageEncoder(Protocol):
    """Turns pictures into vectors of unit length; `id` loads the same encoder again."""

    id: str
    dim: int

    def encode(self, images: Sequence[Path | bytes]) -> Encoded:
        """One vector a picture, and where there is one; an unreadable picture is zero."""
        ...


class Lite0Encoder:
    """EfficientNet-Lite0 features on ONNX Runtime; threads decode ahead of it.

    Args:
        batch_size: pictures a network call; more than 16 gains nothing on a CPU.
    """

    id = "efficientnet-lite0"
    dim = DIM

    def __init__(self, *, batch_size: int = 16) -> None:
        self._batch_size = batch_size
        self._num_threads = torch.get_num_threads()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._num_threads
        self._session = onnxruntime.InferenceSession(
            lite0_onnx(), options, providers=["CPUExecutionProvider"]
        )

    def encode(self, images: Sequence[Path | bytes]) -> Encoded:
        """One vector a picture, and where there is one; an unreadable picture is zero."""
        vectors = np.zeros((len(images), self.dim), dtype=np.float32)
        present = np.zeros(len(images), dtype=np.bool_)
        for rows, pixels in readable_batches(images, SIZE, self._batch_size, self._num_threads):
            present[rows] = True
            vectors[rows] = self._session.run(None, {"pixels": pixels})[0]
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
