"""How questions are joined, how long they wait, and how full their answers are."""

from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Histogram

from data.errors import OutfitError
from engine.questions import ComplementsQuestion, ExplainQuestion, Question, ScoreQuestion
from serving.answered_batch import AnsweredBatch
from serving.metrics.call_metrics import SECONDS
from serving.reply import Reply

QUESTIONS: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256)
"""Upper bounds of the buckets of batch sizes."""


class BatchMetrics:
    """A `BatchObserver` that counts into a registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._size = Histogram(
            "outfit_batch_questions",
            "Questions that the model answered in one pass.",
            registry=registry,
            buckets=QUESTIONS,
        )
        self._took = Histogram(
            "outfit_batch_duration_seconds",
            "Seconds that the model's thread took for one pass.",
            registry=registry,
            buckets=SECONDS,
        )
        self._waited = Histogram(
            "outfit_queue_wait_seconds",
            "Seconds that a question waited for its turn.",
            registry=registry,
            buckets=SECONDS,
        )
        self._answers, self._empty, self._fallback = (
            Counter(name, text, ("question",), registry=registry)
            for name, text in (
                ("outfit_answers", "Answers that the model gave."),
                ("outfit_empty_answers", "Searches that found nothing."),
                ("outfit_fallback_answers", "Answers that judged an item without a modality."),
            )
        )

    def answered(self, batch: AnsweredBatch) -> None:
        """Count a batch; a question that is at fault has no answer."""
        self._size.observe(len(batch.questions))
        self._took.observe(batch.took_s)
        for waited_s in batch.waited_s:
            self._waited.observe(waited_s)
        replies = [
            (question, outcome)
            for question, outcome in zip(batch.questions, batch.outcomes, strict=True)
            if not isinstance(outcome, OutfitError)
        ]
        kind = _kind(batch.questions[0])
        self._answers.labels(kind).inc(len(replies))
        self._empty.labels(kind).inc(sum(_is_empty(*each) for each in replies))
        self._fallback.labels(kind).inc(sum(_falls_back(*each) for each in replies))


def _is_empty(question: Question, reply: Reply) -> bool:
    """A search found nothing; other answers are never empty."""
    return isinstance(question, ComplementsQuestion) and reply.answer == []


def _falls_back(question: Question, reply: Reply) -> bool:
    """Something was judged though an item lacks a modality."""
    answer: Any = reply.answer
    match question:
        case ScoreQuestion():
            return any(score.missing for score in answer)
        case ExplainQuestion():
            return bool(answer.score.missing)
    return bool(reply.missing)


def _kind(question: Question) -> str:
    """`score` of a ScoreQuestion."""
    return type(question).__name__.removesuffix("Question").lower()
