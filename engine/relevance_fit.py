"""Training the relevance adapter, with the model frozen, and measuring what it gains."""

import copy

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from engine.calibration_fit import FOLDS, probability_figures
from engine.relevance import RelevanceAdapter
from engine.relevance_questions import RelevanceQuestions

EPOCHS, PATIENCE, BATCH = 40, 5, 512
LEARNING_RATE, WEIGHT_DECAY = 3e-3, 1e-2
LEAST_SLOPE = 1e-6
RECALLS = (0.5, 0.8, 0.9)


def fit_relevance(
    train: RelevanceQuestions,
    valid: RelevanceQuestions,
    *,
    num_categories: int,
    num_slots: int,
    seed: int,
) -> RelevanceAdapter:
    """Train on `train` from the best single map, keep the epoch of least loss on `valid`.

    A model is surer of the outfits that it learned than of new ones, so the log-odds are stretched
    at the end to fit `valid`: two numbers.
    """
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        adapter = RelevanceAdapter(
            dim=train.targets.shape[1], num_categories=num_categories, num_slots=num_slots
        )
    adapter.to(train.targets.device)
    slope, offset = fit_line(train.similarities, train.valid)
    adapter.start_from(slope=slope, offset=offset)
    _train(adapter, train, valid, generator)
    with torch.no_grad():
        logits = adapter(valid.targets, valid.wanted).logit(valid.similarities)
    scale, shift = fit_line(logits, valid.valid)
    adapter.rescale(scale=scale, shift=shift)
    return adapter.eval()


@torch.no_grad()
def relevance_figures(
    adapter: RelevanceAdapter, questions: RelevanceQuestions
) -> dict[str, dict[str, float]]:
    """What the adapter, one map for all queries, and the raw similarity say of the same items.

    Log loss, Brier and calibration error are at even odds: the item worn and one stand-in a query.
    The two numbers that were fitted on these questions are fitted again without each fold, for the
    adapter as for the single map. Precision at recall is over all items of all queries, by one
    threshold; the raw similarity and a single map order items alike.
    """
    adapted = adapter(questions.targets, questions.wanted).logit(questions.similarities)
    figures = {}
    for name, logits in (("adapter", adapted), ("one map", questions.similarities)):
        crossed = _cross_fitted(logits, questions.valid)
        figures[name] = _even_odds(torch.sigmoid(crossed), questions.valid) | {
            f"precision at recall {recall}": _precision(logits, questions.valid, recall)
            for recall in RECALLS
        }
    return figures


def fit_line(scores: Float[Tensor, "queries items"], valid: Tensor) -> tuple[float, float]:
    """The slope, positive, and offset of the log-odds that a score is of the item worn.

    The item worn counts as much as all stand-ins of its query together.
    """
    log_slope = torch.zeros((), device=scores.device, requires_grad=True)
    offset = torch.zeros((), device=scores.device, requires_grad=True)
    spread = scores[valid].std().clamp(min=1e-6)
    centre = scores[valid].mean()
    standard = (scores - centre) / spread
    solver = torch.optim.LBFGS([log_slope, offset], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> float:
        solver.zero_grad()
        with torch.enable_grad():
            value = relevance_loss(log_slope.exp() * standard + offset, valid)
            value.backward()  # type: ignore[no-untyped-call]
        return float(value.detach())

    solver.step(loss)  # type: ignore[no-untyped-call]
    slope = max(float(log_slope.detach().exp() / spread), LEAST_SLOPE)
    return slope, float(offset.detach() - slope * centre)


def relevance_loss(logits: Float[Tensor, "queries items"], valid: Tensor) -> Float[Tensor, ""]:
    """Binary cross-entropy at even odds: the item worn weighs as much as its stand-ins together."""
    weights = valid[:, 1:] / valid[:, 1:].sum(1, keepdim=True)
    worn = functional.softplus(-logits[:, 0])
    others = (functional.softplus(logits[:, 1:]) * weights).sum(1)
    return (worn + others).mean() / 2


def _train(
    adapter: RelevanceAdapter,
    train: RelevanceQuestions,
    valid: RelevanceQuestions,
    generator: torch.Generator,
) -> None:
    optimizer = torch.optim.AdamW(adapter.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    best, best_state, waited = _loss(adapter, valid), copy.deepcopy(adapter.state_dict()), 0
    for _ in range(EPOCHS):
        order = torch.randperm(len(train), generator=generator).to(train.targets.device)
        for numbers in torch.split(order, BATCH):
            optimizer.zero_grad()
            _question_loss(adapter, train.take(numbers)).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        loss, waited = _loss(adapter, valid), waited + 1
        if loss < best:
            best, best_state, waited = loss, copy.deepcopy(adapter.state_dict()), 0
        if waited >= PATIENCE:
            break
    adapter.load_state_dict(best_state)


def _question_loss(adapter: RelevanceAdapter, questions: RelevanceQuestions) -> Tensor:
    maps = adapter(questions.targets, questions.wanted)
    return relevance_loss(maps.logit(questions.similarities), questions.valid)


def _loss(adapter: RelevanceAdapter, questions: RelevanceQuestions) -> float:
    """Loss once the scale is fitted, for the scale is fitted again at the end."""
    with torch.no_grad():
        logits = adapter(questions.targets, questions.wanted).logit(questions.similarities)
        slope, offset = fit_line(logits, questions.valid)
        return float(relevance_loss(slope * logits + offset, questions.valid))


def _cross_fitted(
    scores: Float[Tensor, "queries items"], valid: Tensor
) -> Float[Tensor, "queries items"]:
    fold = torch.arange(len(scores), device=scores.device) % FOLDS
    crossed = torch.zeros_like(scores)
    for number in range(FOLDS):
        held = fold == number
        slope, offset = fit_line(scores[~held], valid[~held])
        crossed[held] = slope * scores[held] + offset
    return crossed


def _even_odds(relevance: Float[Tensor, "queries items"], valid: Tensor) -> dict[str, float]:
    first = valid[:, 1:].int().argmax(1, keepdim=True) + 1
    pair = torch.cat([relevance[:, :1], relevance.gather(1, first)], dim=1).cpu().double().numpy()
    labels = np.tile([1, 0], len(pair))
    return probability_figures(pair.ravel(), labels)


def _precision(scores: Float[Tensor, "queries items"], valid: Tensor, recall: float) -> float:
    """Share of items worn among those at or above the threshold that finds `recall` of them."""
    threshold = torch.quantile(scores[:, 0].double(), 1 - recall, interpolation="lower")
    passed = (scores.double() >= threshold) & valid
    return float(passed[:, 0].sum() / passed.sum())
