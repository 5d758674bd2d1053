"""The runtime that answers quickest on this machine, found by measurement, for a model that serves.

PyTorch runs every model. ONNX Runtime runs those whose operations it knows, and is several times
as quick for the few outfits of one question, though not with every model. What answers otherwise
than PyTorch is not considered.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from engine.items import ItemFeatures, ItemTokens
from engine.models.model import Model, OutfitLogits
from engine.models.onnx_model import OnnxJudge, OnnxTarget
from graph.outfits import OutfitBatch, pad_outfits

TOLERANCE: Final = 1e-4
"""Of logits and of numbers of a target; of the largest logits float32 keeps fewer digits."""

DIGITS: Final = 1e-5

TURNS: Final = 15
MIN_ITEMS, MAX_ITEMS = 12, 256
NUM_OUTFITS: Final = 128
TIMED: Final = [[0, 1, 2, 3, 4, candidate] for candidate in range(5, 9)]
"""Rows of the outfits that are timed: four candidates for a blank."""

logger = logging.getLogger(__name__)

Answer = Callable[..., Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Choice:
    """One of a model's methods in the runtime that was quickest.

    Args:
        answer: the method.
        runtime: its name.
        seconds: for four outfits, by the name of each runtime that gives the same answers.
    """

    answer: Answer
    runtime: str
    seconds: dict[str, float]


class QuickestModel(Model):
    """A model whose every method runs where it is quickest; see `quickest`."""

    def __init__(self, model: Model, judge: Choice, embed_target: Choice) -> None:
        super().__init__()
        self.model = model
        self.choices = {"judge": judge, "embed_target": embed_target}

    def encode(self, items: ItemFeatures) -> ItemTokens:
        """Embed items, whatever outfit they are in."""
        return self.model.encode(items)

    def judge(self, tokens: ItemTokens, batch: OutfitBatch) -> OutfitLogits:
        """Logits of each outfit, without regard to the order of its items."""
        logits: OutfitLogits = self.choices["judge"].answer(tokens, batch)
        return logits

    def embed_target(
        self, tokens: ItemTokens, batch: OutfitBatch, wanted: ItemTokens
    ) -> Float[Tensor, "outfits dim"]:
        """Unit vector of the item that each context wants; as of `Model.embed_target`."""
        target: Tensor = self.choices["embed_target"].answer(tokens, batch, wanted)
        return target


def quickest(model: Model, tokens: ItemTokens) -> Model:
    """The model where it is quickest; the model itself where there are too few items to ask about.

    Args:
        model: in evaluation mode, on the CPU; it learns no more.
        tokens: of a catalogue, from which questions are made.
    """
    some = _some(tokens)
    if len(some) < MIN_ITEMS:
        return model
    return QuickestModel(
        model,
        judge=_choose("judge", model.judge, lambda: OnnxJudge(model, some), _outfits(some)),
        embed_target=_choose(
            "embed_target", model.embed_target, lambda: OnnxTarget(model, some), _wishes(some)
        ),
    )


def _some(tokens: ItemTokens) -> ItemTokens:
    """Items to ask about."""
    rng = np.random.default_rng(0)
    rows = rng.choice(len(tokens), min(len(tokens), MAX_ITEMS), replace=False)
    return tokens.take(torch.from_numpy(rows))


def _outfits(tokens: ItemTokens) -> list[tuple[Any, ...]]:
    """Arguments of `Model.judge`: one item, outfits of many sizes, and the timed ones."""
    rng = np.random.default_rng(0)
    sizes = rng.integers(1, MIN_ITEMS, size=NUM_OUTFITS)
    drawn = [rng.choice(len(tokens), size, replace=False) for size in sizes]
    return [(tokens, pad_outfits(outfits)) for outfits in ([[0]], drawn, TIMED)]


def _wishes(tokens: ItemTokens) -> list[tuple[Any, ...]]:
    """Arguments of `Model.embed_target`, the timed ones last."""
    return [
        (tokens, batch, tokens.take(torch.arange(len(batch)) % len(tokens)))
        for _, batch in _outfits(tokens)
    ]


@torch.inference_mode()
def _choose(
    name: str, answer: Answer, other: Callable[[], Answer], asked: Sequence[tuple[Any, ...]]
) -> Choice:
    """PyTorch's answer, or the other where it is the same and comes sooner."""
    answers = {"torch": answer}
    try:
        exported = other()
        same = all(_same(answer(*each), exported(*each)) for each in asked)
    except Exception as error:  # noqa: BLE001 - whatever an exporter cannot do, PyTorch can
        reason = str(error).partition("\n")[0]
        logger.info("ONNX Runtime does not run the model", extra={"method": name, "cause": reason})
    else:
        if same:
            answers["onnxruntime"] = exported
        else:
            logger.warning("ONNX Runtime answers otherwise", extra={"method": name})
    seconds = _medians(answers, asked[-1])
    runtime = min(seconds, key=seconds.__getitem__)
    told = {key: round(1e6 * value) for key, value in seconds.items()}
    logger.info("runtime", extra={"method": name, "chosen": runtime, "microseconds": told})
    return Choice(answer=answers[runtime], runtime=runtime, seconds=seconds)


def _same(first: Any, second: Any) -> bool:
    return all(
        torch.allclose(one, other, rtol=DIGITS, atol=TOLERANCE)
        for one, other in zip(_numbers(first), _numbers(second), strict=True)
    )


def _numbers(answer: OutfitLogits | Tensor) -> tuple[Tensor, ...]:
    if isinstance(answer, OutfitLogits):
        return answer.compatibility, answer.choice
    return (answer,)


def _medians(answers: dict[str, Answer], asked: tuple[Any, ...]) -> dict[str, float]:
    """Seconds of each, asked in turns."""
    taken: dict[str, list[float]] = {name: [] for name in answers}
    for _ in range(TURNS):
        for name, answer in answers.items():
            began = time.perf_counter()
            answer(*asked)
            taken[name].append(time.perf_counter() - began)
    return {name: float(np.median(each)) for name, each in taken.items()}
