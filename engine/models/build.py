"""Models by name."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from data.errors import BundleError
from data.slots import SLOTS
from engine.controls.category_pmi import pmi_table
from engine.model_names import MODELS, ModelName
from engine.models.attribute_interaction import AttributeInteraction
from engine.models.bare_model import BareModel
from engine.models.category_prior import CategoryPrior
from engine.models.category_subspaces import CategorySubspaces
from engine.models.chance import Chance
from engine.models.mean_pool import MeanPool
from engine.models.model import Model
from engine.models.outfit_model import OutfitModel
from engine.models.pairwise import PairInteraction
from engine.models.price_level import PriceLevel
from engine.models.summed import SummedInteractions
from engine.models.tower import ItemTower
from engine.models.transformer import EncoderConfig, OutfitTransformer
from engine.numbered_counts import numbered_outfits, numbered_pairs
from engine.preparation import ATTRIBUTES, Preparation
from engine.training_counts import TrainingCounts
from graph.category_groups import CategoryGroups
from graph.fashion_graph import EdgeWeights, FashionGraph

_UNKNOWN = ""
"""The name of no category."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig:
    """The sizes of a model.

    Args:
        name: of the interaction.
        residual: whether the interaction is added to category prior and similarity, or stands
            alone as in the papers.
        width: of the encoder, the pair space or the hidden layer.
        layers: of the transformer; the other models have one.
        heads: of each transformer layer.
        anova: whether the transformer reads products of two and of three items beside attention.
        attention_bias: whether similarity and slots of two items move the transformer's attention.
        pair_head: whether the pairwise interaction is added to the named one.
        attributes: whether what two and three items say by their attributes is added.
        prices: whether what the prices tell is added; a model that is not residual reads none.
        steps: of the graph network.
        edge_weights: of the graph network: every two items of an outfit alike, or as their
            categories are worn together in training outfits.
        min_count: training outfits that a category must be in for the graph network to learn
            parameters of its own for it; the others share those of their slot.
        dropout: in the interaction.
        content_dropout: share of content numbers hidden in training.
        modality_dropout: share of present modalities hidden from each item in training.
    """

    name: ModelName = "transformer"
    residual: bool = True
    width: int = 64
    layers: int = 2
    heads: int = 4
    anova: bool = True
    attention_bias: bool = False
    pair_head: bool = False
    attributes: bool = True
    prices: bool = True
    steps: int = 2
    edge_weights: EdgeWeights = "co-occurrence"
    min_count: int = 100
    dropout: float = 0.1
    content_dropout: float = 0.1
    modality_dropout: float = 0.1


def build_model(config: ModelConfig, preparation: Preparation, counts: TrainingCounts) -> Model:
    """An untrained model for items prepared in this way, its weights drawn from torch's state."""
    tower = ItemTower(
        preparation.widths,
        modality_dropout=config.modality_dropout,
        dropout=config.content_dropout,
    )
    interaction = _all_interactions(config, tower.dim, preparation, counts)
    if not config.residual:
        return BareModel(tower=tower, interaction=interaction)
    prior = CategoryPrior(_prior_table(preparation, counts))
    num_categories = len(preparation.categories) + 1
    return OutfitModel(
        tower=tower,
        prior=prior,
        price_level=PriceLevel(num_categories),
        chance=Chance(num_categories),
        interaction=interaction,
    )


def _all_interactions(
    config: ModelConfig, dim: int, preparation: Preparation, counts: TrainingCounts
) -> nn.Module:
    """The named interaction and what is added to it."""
    parts = [_interaction(config, dim, preparation, counts)]
    if config.pair_head:
        parts.append(_interaction(replace(config, name="pairwise"), dim, preparation, counts))
    if config.attributes and ATTRIBUTES in preparation.widths:
        parts.append(_attribute_interaction(config, preparation.widths))
    return SummedInteractions(parts) if len(parts) > 1 else parts[0]


def _attribute_interaction(config: ModelConfig, widths: Mapping[str, int]) -> AttributeInteraction:
    before = list(widths).index(ATTRIBUTES)
    return AttributeInteraction(
        start=sum(list(widths.values())[:before]),
        width=widths[ATTRIBUTES],
        rank=config.width // 2,
        num_slots=len(SLOTS) + 1,
    )


def _interaction(
    config: ModelConfig, dim: int, preparation: Preparation, counts: TrainingCounts
) -> nn.Module:
    num_categories = len(preparation.categories) + 1
    if config.name == "transformer":
        return OutfitTransformer(
            _encoder(config),
            widths=list(preparation.widths.values()) or [dim],
            num_categories=num_categories,
            num_slots=len(SLOTS) + 1,
        )
    if config.name == "pairwise":
        return PairInteraction(
            dim=dim, width=config.width, num_categories=num_categories, dropout=config.dropout
        )
    if config.name == "mean-pool":
        return MeanPool(dim=dim, hidden=config.width, dropout=config.dropout)
    if config.name == "csa":
        return CategorySubspaces(
            dim=dim,
            width=config.width,
            num_categories=num_categories,
            num_slots=len(SLOTS) + 1,
            dropout=config.dropout,
        )
    if config.name == "ngnn":
        return _node_wise(config, preparation, counts)
    raise BundleError(f"expected a model among {', '.join(MODELS)}, got {config.name!r}")


def _encoder(config: ModelConfig) -> EncoderConfig:
    return EncoderConfig(
        width=config.width,
        layers=config.layers,
        heads=config.heads,
        dropout=config.dropout,
        anova=config.anova,
        attention_bias=config.attention_bias,
    )


def _node_wise(config: ModelConfig, preparation: Preparation, counts: TrainingCounts) -> nn.Module:
    from engine.models.node_wise import NodeWise  # noqa: PLC0415 - torch-geometric takes seconds

    outfits = numbered_outfits(counts, preparation.categories)
    pairs = numbered_pairs(counts, preparation.categories)
    return NodeWise(
        widths=preparation.widths,
        groups=CategoryGroups(outfits, min_count=config.min_count, num_slots=len(SLOTS) + 1),
        fashion_graph=FashionGraph.of(pairs, outfits, config.edge_weights),
        width=config.width,
        steps=config.steps,
        dropout=config.dropout,
    )


def _prior_table(preparation: Preparation, counts: TrainingCounts) -> torch.Tensor:
    """The pmi of category numbers; the unknown one, number 0, is one that outfits never hold.

    Add-one smoothing then says that it is worn with its like rather than with what is known.
    """
    names = [_UNKNOWN, *preparation.categories]
    return torch.from_numpy(pmi_table(counts, names)[:-1, :-1].astype(np.float32))
