"""What is known of a batch that the model has answered, and who may be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from data.errors import OutfitError
from engine.questions import Question
from serving.reply import Reply


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AnsweredBatch:
    """Questions that were answered together.

    Args:
        questions: of one kind.
        outcomes: one for each of them, in their order.
        waited_s: seconds that each waited for its turn.
        took_s: seconds that the model's thread took for all of them.
    """

    questions: Sequence[Question]
    outcomes: Sequence[Reply | OutfitError]
    waited_s: Sequence[float]
    took_s: float


@runtime_checkable
class BatchObserver(Protocol):
    """Is told of batches on the event loop, so it has to be quick; it must not raise."""

    def answered(self, batch: AnsweredBatch) -> None:
        """The model has answered a batch."""
        ...
