"""Two kinds of query whose similarities lie on different scales."""

import pytest
import torch

from engine.items import ItemTokens
from engine.relevance_fit import fit_line, fit_relevance, relevance_figures, relevance_loss
from engine.relevance_questions import RelevanceQuestions

STAND_INS = 4


def questions(num: int = 2000, seed: int = 0) -> RelevanceQuestions:
    """Items worn lie one deviation above the others; kind 1 lies six lower and three times as wide.

    One global threshold therefore confuses the kinds; the log-odds are s - 1/2 for kind 2 and
    (s + 6) / 3 - 1/2 for kind 1.
    """
    generator = torch.Generator().manual_seed(seed)
    kind = torch.arange(num) % 2 + 1
    scores = torch.randn(num, 1 + STAND_INS, generator=generator)
    scores[:, 0] += 1
    scores[kind == 1] = 3 * scores[kind == 1] - 6
    valid = torch.ones_like(scores, dtype=torch.bool)
    valid[::5, 2] = False
    scores[::5, 2] = 1e3
    targets = torch.nn.functional.normalize(torch.randn(num, 3, generator=generator), dim=1)
    wanted = ItemTokens(category=kind, slot=torch.ones_like(kind), vectors=torch.zeros(num, 3))
    return RelevanceQuestions(targets=targets, wanted=wanted, similarities=scores, valid=valid)


def fit(train: RelevanceQuestions, valid: RelevanceQuestions):
    return fit_relevance(train, valid, num_categories=3, num_slots=2, seed=0)


@pytest.mark.usefixtures("one_thread")
def test_each_kind_of_query_gets_the_scale_of_its_own() -> None:
    train, valid = questions(), questions(seed=1)
    adapter = fit(train, valid)
    with torch.no_grad():
        maps = adapter(valid.targets, valid.wanted)
    wide = valid.wanted.category == 1
    assert maps.slope[~wide].mean() == pytest.approx(1, abs=0.25)
    assert maps.slope[wide].mean() == pytest.approx(1 / 3, abs=0.1)
    figures = relevance_figures(adapter, questions(seed=2))
    ours, single = figures["adapter"], figures["one map"]
    assert ours["ece"] < 0.04
    for name in ("log_loss", "brier"):
        assert ours[name] < single[name] - 0.01
    for recall in (0.5, 0.8):
        name = f"precision at recall {recall}"
        assert ours[name] > single[name] + 0.02


@pytest.mark.usefixtures("one_thread")
def test_a_model_that_is_too_sure_on_what_it_learned_is_put_right_on_validation() -> None:
    train, valid = questions(), questions(seed=1)
    sure = RelevanceQuestions(
        targets=train.targets,
        wanted=train.wanted,
        similarities=train.similarities.clone(),
        valid=train.valid,
    )
    sure.similarities[:, 0] += 3 * torch.where(train.wanted.category == 1, 3, 1)
    adapter = fit(sure, valid)
    with torch.no_grad():
        relevance = adapter(valid.targets, valid.wanted).relevance(valid.similarities)
    balance = relevance[:, 0].mean() + (relevance[:, 1:] * valid.valid[:, 1:]).sum() / (
        valid.valid[:, 1:].sum()
    )
    assert balance == pytest.approx(1, abs=0.05)


def test_the_same_seed_fits_the_same() -> None:
    first, again = (fit(questions(200), questions(200, seed=1)) for _ in range(2))
    for one, other in zip(first.parameters(), again.parameters(), strict=True):
        assert one.equal(other)


def test_a_line_is_found_and_rises_even_where_the_scores_fall() -> None:
    asked = questions()
    narrow = asked.take((asked.wanted.category == 2).nonzero()[:, 0])
    slope, offset = fit_line(narrow.similarities, narrow.valid)
    assert slope == pytest.approx(1, abs=0.1)
    assert offset == pytest.approx(-0.5, abs=0.1)
    slope, _ = fit_line(-narrow.similarities, narrow.valid)
    assert 0 < slope < 0.05


def test_constant_similarities_say_even_odds() -> None:
    slope, offset = fit_line(torch.zeros(50, 3), torch.ones(50, 3, dtype=torch.bool))
    assert slope > 0
    assert offset == pytest.approx(0, abs=1e-3)


def test_the_loss_weighs_stand_ins_together_as_much_as_the_item_worn() -> None:
    logits = torch.tensor([[2.0, 1.0, -1.0], [0.0, 3.0, 50.0]])
    valid = torch.tensor([[True, True, True], [True, True, False]])
    probability = torch.sigmoid(logits)
    first = -probability[0, 0].log() - ((1 - probability[0, 1:]).log()).mean()
    second = -probability[1, 0].log() - (1 - probability[1, 1]).log()
    assert relevance_loss(logits, valid).item() == pytest.approx(float(first + second) / 4)


def test_perfect_scores_have_no_loss() -> None:
    logits = torch.tensor([[50.0, -50.0, -50.0]])
    assert relevance_loss(logits, torch.ones(1, 3, dtype=torch.bool)).item() == pytest.approx(0)
