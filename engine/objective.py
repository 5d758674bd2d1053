"""The training objective: outfits against outfits, candidates against candidates."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from engine.examples import Example, distinct
from engine.items import ItemFeatures, ItemTokens
from engine.losses.binary import binary_loss
from engine.losses.bpr import bpr_loss
from engine.losses.focal import focal_loss
from engine.losses.multi_similarity import mine, multi_similarity_loss
from engine.losses.outfit_ranking import outfit_ranking_loss
from engine.losses.softmax import softmax_loss
from engine.losses.uniformity import uniformity_loss
from engine.metric import TEMPERATURE, distance, longest, similarity
from engine.models.model import Model
from engine.objective_config import CompatibilityLoss, ObjectiveConfig, RetrievalLoss
from graph.outfits import join_batches

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
    """
    tokens = model.encode(items)
    places = example.part(part)
    compatibility, choice = _candidate_logits(model, tokens, places)
    broken = model.judge(tokens, places.broken).compatibility
    losses = (
        _compatibility_losses(compatibility, broken, places.valid, config.compatibility)
        + config.choice_weight * softmax_loss(choice, places.valid)
        + config.target_weight * _retrieval_losses(model, tokens, items, places, config=config)
        + model.regularisation(tokens, places.outfits)
    )
    if config.uniformity == 0:
        return losses
    return losses + config.uniformity * uniformity_loss(tokens.vectors)


def _candidate_logits(
    model: Model, tokens: ItemTokens, example: Example
) -> tuple[Float[Tensor, "outfits candidates"], Float[Tensor, "outfits candidates"]]:
    """Compatibility and choice of the outfit that each candidate completes."""
    completed = [
        example.outfits.replaced(example.blank, rows) for rows in example.candidates.unbind(1)
    ]
    logits = model.judge(tokens, join_batches(completed))
    shape = (len(completed), -1)
    return logits.compatibility.view(shape).T, logits.choice.view(shape).T


def _compatibility_losses(
    logits: Float[Tensor, "outfits candidates"],
    broken: Float[Tensor, " outfits"],
    valid: Bool[Tensor, "outfits candidates"],
    loss: CompatibilityLoss,
) -> Float[Tensor, " outfits"]:
    """Real outfits, outfits with a stand-in and broken ones; the last two share one weight."""
    real, others = logits[:, 0], torch.cat([logits[:, 1:], broken[:, None]], dim=1)
    if loss == "bpr":
        losses = bpr_loss(real, others)
        return _mean_of_others(losses[:, :-1], losses[:, -1], valid)
    per_logit = {"bce": binary_loss, "focal": focal_loss}[loss]
    of_real = per_logit(real, torch.ones_like(real, dtype=torch.bool))
    losses = per_logit(others, torch.zeros_like(others, dtype=torch.bool))
    return of_real + _mean_of_others(losses[:, :-1], losses[:, -1], valid)


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
