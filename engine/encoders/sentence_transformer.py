"""Any sentence-transformers model as an encoder of texts or of pictures."""

import copy
import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
import torch
from huggingface_hub import snapshot_download
from jaxtyping import Float32
from PIL import Image
from sentence_transformers import SentenceTransformer
from transformers.utils import logging as transformers_logging

from data.errors import InputError
from engine.encoders.image import Encoded
from engine.encoders.picture import read_pictures

BATCH = 32
MAX_WORKERS = 8
SIZE = 512  # no smaller than what the usual models scale down to


class SentenceTextEncoder:
    """Text vectors of unit length from a sentence-transformers model.

    Of many texts, several batches are encoded at once, each on its share of the threads: on a
    busy machine that is several times as fast as all threads on one batch. Each worker has its own
    tokenizer, as these cannot be shared; the weights are.

    Args:
        encoder_id: the name that loads this encoder again.
        model: the loaded model.

    Raises:
        InputError: the model takes no texts.
    """

    def __init__(self, encoder_id: str, model: SentenceTransformer) -> None:
        _check_takes("text", encoder_id, model)
        self.id = encoder_id
        self.dim = _encode(model, ["a"]).shape[1]
        self._models: SimpleQueue[SentenceTransformer] = SimpleQueue()
        self._models.put(model)
        self._num_workers = _num_workers(model)
        for _ in range(1, self._num_workers):
            shared: dict[int, Any] = {id(weight): weight for weight in model.parameters()}
            self._models.put(copy.deepcopy(model, shared))

    def encode(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts dim"]:
        """One unit vector a text; a repeated text is computed once."""
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        distinct = sorted(dict.fromkeys(texts), key=len)
        batches = [distinct[start : start + BATCH] for start in range(0, len(distinct), BATCH)]
        if len(batches) == 1:
            vectors = self._encode_batch(batches[0])
        else:
            with _shared_threads(self._num_workers), ThreadPoolExecutor(self._num_workers) as pool:
                vectors = np.concatenate(list(pool.map(self._encode_batch, batches)))
        row_of = {text: row for row, text in enumerate(distinct)}
        return vectors[[row_of[text] for text in texts]]

    def _encode_batch(self, texts: list[str]) -> Float32[np.ndarray, "texts dim"]:
        model = self._models.get()
        try:
            return _encode(model, texts)
        finally:
            self._models.put(model)


class SentenceImageEncoder:
    """Picture vectors of unit length from a sentence-transformers model such as CLIP or SigLIP.

    Args:
        encoder_id: the name that loads this encoder again.
        model: the loaded model; its own processor scales the pictures.

    Raises:
        InputError: the model takes no pictures.
    """

    def __init__(self, encoder_id: str, model: SentenceTransformer) -> None:
        _check_takes("image", encoder_id, model)
        self.id = encoder_id
        self._model = model
        self.dim = _encode(model, [Image.new("RGB", (SIZE, SIZE))]).shape[1]

    def encode(self, images: Sequence[Path | bytes]) -> Encoded:
        """One unit vector a picture, and where there is one; an unreadable picture is zero."""
        vectors = np.zeros((len(images), self.dim), dtype=np.float32)
        present = np.zeros(len(images), dtype=np.bool_)
        for start in range(0, len(images), BATCH):
            rows, pixels = read_pictures(images[start : start + BATCH], SIZE)
            if rows:
                where = np.asarray(rows) + start
                vectors[where] = _encode(self._model, [Image.fromarray(image) for image in pixels])
                present[where] = True
        return vectors, present


def _check_takes(modality: str, encoder_id: str, model: SentenceTransformer) -> None:
    if modality not in model.modalities:
        raise InputError(
            expected=f"{encoder_id!r} to be a model that takes {modality}",
            got=f"one that takes {', '.join(map(str, model.modalities))}",
        )


def _encode(model: SentenceTransformer, inputs: list[Any]) -> Float32[np.ndarray, "inputs dim"]:
    vectors = model.encode(
        inputs, batch_size=BATCH, show_progress_bar=False, normalize_embeddings=True
    )
    return np.asarray(vectors, dtype=np.float32)


def load_sentence_transformer(name: str) -> SentenceTransformer:
    """The model in a folder, in the local cache, or fetched, in that order of preference.

    The network is asked only for a name that is neither a folder nor cached, and once.

    Raises:
        InputError: there is no such model here, and it cannot be fetched.
    """
    with _quiet():
        try:
            return SentenceTransformer(name, local_files_only=True).eval()
        except (OSError, ValueError, KeyError) as error:
            if Path(name).is_dir():
                raise _missing_model(name, error) from error
        try:
            snapshot_download(name, allow_patterns="*.json")
            return SentenceTransformer(name).eval()
        except (OSError, ValueError, KeyError) as error:
            raise _missing_model(name, error) from error


def _missing_model(name: str, error: Exception) -> InputError:
    """The error that names the model and the first line of the reason."""
    return InputError(
        expected=f"'st:{name}' to name a sentence-transformers model: a folder, or a model that "
        "is cached here or can be fetched",
        got=str(error).strip().partition("\n")[0] or type(error).__name__,
    )


def _num_workers(model: SentenceTransformer) -> int:
    """Batches at once: one on an accelerator, as many as threads on a CPU, within reason."""
    return min(MAX_WORKERS, torch.get_num_threads()) if model.device.type == "cpu" else 1


@contextmanager
def _shared_threads(num_workers: int) -> Iterator[None]:
    """Threads that start meanwhile share the torch threads among them."""
    num_threads = torch.get_num_threads()
    torch.set_num_threads(max(1, num_threads // num_workers))
    try:
        yield
    finally:
        torch.set_num_threads(num_threads)


@contextmanager
def _quiet() -> Iterator[None]:
    """No progress bars and no advice from the model libraries meanwhile."""
    bars: Any = transformers_logging
    loggers = [
        logging.getLogger(name)
        for name in ("sentence_transformers", "transformers", "huggingface_hub")
    ]
    levels = [logger.level for logger in loggers]
    shown = bars.is_progress_bar_enabled()
    bars.disable_progress_bar()
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
        if shown:
            bars.enable_progress_bar()
