"""What batches count, on answers of the planted shop."""

import pytest
from prometheus_client import CollectorRegistry

from engine.questions import (
    ComplementsQuestion,
    ExplainQuestion,
    FillQuestion,
    Question,
    ScoreQuestion,
    TargetQuestion,
)
from engine.requests import Filters, Slot
from serving.answered_batch import AnsweredBatch
from serving.engine_slot import EngineSlot
from serving.metrics.batch_metrics import BatchMetrics
from serving.overlay.state import OverlayState
from serving.reply import ReplyDesk
from tests.serving.metrics.exposition import samples
from tests.serving.planted_shop import PlantedShop

SHOES = Slot(category="shoes")


def counted(*questions: Question) -> dict[str, float]:
    """What a registry says after one batch; the first question waited 0.3 s, others not."""
    registry = CollectorRegistry()
    BatchMetrics(registry).answered(
        AnsweredBatch(
            questions=questions,
            outcomes=ReplyDesk(EngineSlot(PlantedShop()), OverlayState)(questions),
            waited_s=[0.3, *[0.0] * (len(questions) - 1)],
            took_s=0.04,
        )
    )
    return samples(registry)


def test_a_batch_counts_its_questions_its_time_and_how_long_each_waited():
    found = counted(*[ScoreQuestion(outfits=[["navy-shirt"]])] * 3)
    assert found['outfit_batch_questions_bucket{le="2.0"}'] == 0
    assert found['outfit_batch_questions_bucket{le="4.0"}'] == 1
    assert found["outfit_batch_duration_seconds_sum"] == 0.04
    assert found["outfit_queue_wait_seconds_count"] == 3
    assert found["outfit_queue_wait_seconds_sum"] == 0.3
    assert found['outfit_answers_total{question="score"}'] == 3


def test_a_question_that_is_at_fault_is_no_answer():
    found = counted(*(ScoreQuestion(outfits=[[name]]) for name in ("navy-shirt", "nope")))
    assert found['outfit_answers_total{question="score"}'] == 1
    assert found['outfit_batch_questions_bucket{le="2.0"}'] == 1


def test_a_search_that_finds_nothing_is_an_empty_answer():
    nothing = ComplementsQuestion(
        context=["navy-shirt"], slot=SHOES, k=3, filters=Filters(max_price=1.0)
    )
    found = counted(nothing, ComplementsQuestion(context=["navy-shirt"], slot=SHOES, k=3))
    assert found['outfit_answers_total{question="complements"}'] == 2
    assert found['outfit_empty_answers_total{question="complements"}'] == 1


@pytest.mark.parametrize(
    ("full", "lacking", "kind"),
    [
        (
            ScoreQuestion(outfits=[["navy-shirt"], ["navy-jeans"]]),
            ScoreQuestion(outfits=[["navy-shirt"], ["red-dress"]]),
            "score",
        ),
        (
            FillQuestion(context=["navy-shirt"], candidates=["navy-shoes"]),
            FillQuestion(context=["red-dress"], candidates=["navy-shoes"]),
            "fill",
        ),
        (
            ComplementsQuestion(context=["navy-shirt"], slot=SHOES, k=3),
            ComplementsQuestion(context=["red-dress"], slot=SHOES, k=3),
            "complements",
        ),
        (
            TargetQuestion(context=["navy-shirt"], slot=SHOES),
            TargetQuestion(context=["red-dress"], slot=SHOES),
            "target",
        ),
        (ExplainQuestion(items=["navy-shirt"]), ExplainQuestion(items=["red-dress"]), "explain"),
    ],
)
def test_an_item_judged_without_a_modality_makes_a_fallback_answer(full, lacking, kind):
    found = counted(full, lacking, lacking)
    assert found[f'outfit_answers_total{{question="{kind}"}}'] == 3
    assert found[f'outfit_fallback_answers_total{{question="{kind}"}}'] == 2
    assert found[f'outfit_empty_answers_total{{question="{kind}"}}'] == 0
