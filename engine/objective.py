"""The training objective: outfits against outfits, candidates against candidates."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from engine.examples import Example, distinct
from engine.items import ItemFeatures, ItemTokens
from engine.judged_example import JudgedExample, judge_example
from engine.losses.binary import binary_loss
from engine.losses.bpr import bpr_loss
from engine.losses.divergence import binary_divergence, choice_divergence
from engine.losses.focal import focal_loss
from engine.losses.multi_similarity import mine, multi_similarity_loss
from engine.losses.outfit_ranking import outfit_ranking_loss
from engine.losses.softmax import softmax_loss
from engine.losses.uniformity import uniformity_loss
from engine.metric import TEMPERATURE, distance, longest, similarity
from engine.models.model import Model
from engine.objective_config import CompatibilityLoss, ObjectiveConfig, RetrievalLoss

WHOLE = slice(None)


def objective(
    model: Model, features: ItemFeatures, example: Example, config: ObjectiveConfig
) -> Float[Tensor, ""]:
    """The mean loss of the outfits of an example.

    Args:
        model: to be trained.
        features: of every item that the example may name.
        example: drawn.
        config: of the objective.
    """
    rows, places = distinct(example)
    return outfit_losses(model, features.take(rows), places, config).mean()


def outfit_losses(
    model: Model,
    items: ItemFeatures,
    example: Example,
    config: ObjectiveConfig,
    *,
    part: slice = WHOLE,
    taught: JudgedExample | None = None,
) -> Float[Tensor, " part"]:
    """The loss of each outfit in `part` of an example, whose items are all embedded.

    Compatibility of real outfits against outfits with a stand-in and broken ones, choice of the
    item for the blank among its candidates, retrieval of it by the target embedding, and what the
    model asks of itself. So that processes may share an example, no loss depends on which outfits
    are in the part.

    Args:
        model: to be trained.
        items: of the example.
        example: in terms of `items`, as `distinct` gives it.
        config: of the objective.
        part: outfits of the example.
        taught: what a teacher says of that part, to be learned beside the truth.
    """
    tokens = model.encode(items)
    places = example.part(part)
    judged = judge_example(model, tokens, places)
    losses = (
        _compatibility_losses(judged, places.valid, config.compatibility)
        + config.choice_weight * softmax_loss(judged.choice, places.valid)
        + config.target_weight * _retrieval_losses(model, tokens, items, places, config=config)
        + model.regularisation(tokens, places.outfits)
    )
    if taught is not None:
        losses = losses + _divergences(judged, taught, places.valid)
    if config.uniformity == 0:
        return losses
    return losses + config.uniformity * uniformity_loss(tokens.vectors)


def _compatibility_losses(
    judged: JudgedExample,
    valid: Bool[Tensor, "outfits candidates"],
    loss: CompatibilityLoss,
) -> Float[Tensor, " outfits"]:
    """Real outfits, outfits with a stand-in and broken ones; the last two share one weight."""
    real, others = _real_and_others(judged)
    if loss == "bpr":
        losses = bpr_loss(real, others)
        return _mean_of_others(losses[:, :-1], losses[:, -1], valid)
    per_logit = {"bce": binary_loss, "focal": focal_loss}[loss]
    of_real = per_logit(real, torch.ones_like(real, dtype=torch.bool))
    losses = per_logit(others, torch.zeros_like(others, dtype=torch.bool))
    return of_real + _mean_of_others(losses[:, :-1], losses[:, -1], valid)


def _divergences(
    judged: JudgedExample, taught: JudgedExample, valid: Bool[Tensor, "outfits candidates"]
) -> Float[Tensor, " outfits"]:
    """How far choice and compatibility, weighted as its losses are, are from a teacher's."""
    pairs = zip(_real_and_others(judged), _real_and_others(taught), strict=True)
    real, others = (binary_divergence(logits, wanted) for logits, wanted in pairs)
    compatibility = real + _mean_of_others(others[:, :-1], others[:, -1], valid)
    return compatibility + choice_divergence(judged.choice, taught.choice, valid)


def _real_and_others(
    judged: JudgedExample,
) -> tuple[Float[Tensor, " outfits"], Float[Tensor, "outfits others"]]:
    """Compatibility of real outfits; of those with a stand-in, and last of the broken ones."""
    logits = judged.compatibility
    return logits[:, 0], torch.cat([logits[:, 1:], judged.broken[:, None]], dim=1)


def _mean_of_others(
    stand_ins: Float[Tensor, "outfits stand_ins"],
    broken: Float[Tensor, " outfits"],
    valid: Bool[Tensor, "outfits candidates"],
) -> Float[Tensor, " outfits"]:
    return (stand_ins.where(valid[:, 1:], 0).mean(1) + broken) / 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Candidates:
    """Similarities of targets to items: the answer first; `valid` is false for what is no item."""

    similarities: Float[Tensor, "outfits candidates"]
    valid: Bool[Tensor, "outfits candidates"]
    longest: Float[Tensor, ""]


def _retrieval_losses(
    model: Model,
    tokens: ItemTokens,
    items: ItemFeatures,
    example: Example,
    *,
    config: ObjectiveConfig,
) -> Float[Tensor, " outfits"]:
    """The nearness of each target to its answer against that to other items."""
    wish = items.take(example.candidates[:, 0]).without_category(example.coarse)
    wanted = model.encode(wish.without_content(~example.described))
    context = example.outfits.without(example.blank)
    similarities = similarity(model.embed_target(tokens, context, wanted), tokens.vectors)
    answers = similarities.gather(1, example.candidates)
    valid = example.valid
    if config.negatives != "stand-ins":
        answers = torch.cat([answers[:, :1], similarities], dim=1)
        valid = torch.cat([valid[:, :1], ~_own(example, similarities)], dim=1)
    found = _Candidates(similarities=answers, valid=valid, longest=longest(tokens.vectors))
    return _nearness_losses(found, config.retrieval)


def _nearness_losses(found: _Candidates, loss: RetrievalLoss) -> Float[Tensor, " outfits"]:
    if loss == "softmax":
        return softmax_loss(found.similarities / TEMPERATURE, found.valid)
    if loss == "ranking":
        return outfit_ranking_loss(distance(found.similarities, found.longest), found.valid)
    cosines = found.similarities / found.longest
    answer = torch.zeros_like(found.valid)
    answer[:, 0] = True
    return multi_similarity_loss(cosines, *mine(cosines, answer, found.valid & ~answer))


def _own(
    example: Example, similarities: Float[Tensor, "outfits items"]
) -> Bool[Tensor, "outfits items"]:
    """Which items of the batch are the outfit's own, its answer among them."""
    own = torch.zeros_like(similarities, dtype=torch.bool)
    outfit, place = example.outfits.mask.nonzero(as_tuple=True)
    own[outfit, example.outfits.rows[outfit, place]] = True
    return own
