"""Any sentence-transformers model as an encoder of texts."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from huggingface_hub import snapshot_download
from jaxtyping import Float32
from sentence_transformers import SentenceTransformer
from transformers.utils import logging as transformers_logging

from data.errors import InputError


class SentenceTextEncoder:
    """Text vectors of unit length from a sentence-transformers model.

    Args:
        encoder_id: the name that loads this encoder again.
        model: the loaded model.
    """

    def __init__(self, encoder_id: str, model: SentenceTransformer) -> None:
        self.id = encoder_id
        self.dim = model.get_embedding_dimension() or 0
        self._model = model

    def encode(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts dim"]:
        """One unit vector a text; a repeated text is computed once."""
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        vectors = self._model.encode(
            list(rows), batch_size=64, show_progress_bar=False, normalize_embeddings=True
        )
        return np.asarray(vectors[[rows[text] for text in texts]], dtype=np.float32)


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
