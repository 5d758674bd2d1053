"""Models by name."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from data.errors import BundleError
from data.slots import SLOTS
from engine.controls.category_pmi import pmi_table
from engine.model_names import MODELS, ModelName
from engine.models.bare_model import BareModel
from engine.models.category_prior import CategoryPrior
from engine.models.mean_pool import MeanPool
from engine.models.model import Model
from engine.models.outfit_model import OutfitModel
from engine.models.pairwise import PairInteraction
from engine.models.summed import SummedInteractions
from engine.models.tower import ItemTower
from engine.models.transformer import EncoderConfig, OutfitTransformer
from engine.preparation import Preparation
from engine.training_counts import TrainingCounts


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
    interaction = _interaction(config.name, config, tower.dim, preparation)
    if config.pair_head:
        pairs = _interaction("pairwise", config, tower.dim, preparation)
        interaction = SummedInteractions([interaction, pairs])
    if not config.residual:
        return BareModel(tower=tower, interaction=interaction)
    pmi = _prior_table(preparation, counts)
    return OutfitModel(
        tower=tower,
        prior=CategoryPrior(pmi),
        choice_prior=CategoryPrior(pmi),
        interaction=interaction,
    )


def _interaction(name: str, config: ModelConfig, dim: int, preparation: Preparation) -> nn.Module:
    num_categories = len(preparation.categories) + 1
    if name == "transformer":
        return OutfitTransformer(
            _encoder(config),
            widths=list(preparation.widths.values()) or [dim],
            num_categories=num_categories,
            num_slots=len(SLOTS) + 1,
        )
    if name == "pairwise":
        return PairInteraction(
            dim=dim, width=config.width, num_categories=num_categories, dropout=config.dropout
        )
    if name == "mean-pool":
        return MeanPool(dim=dim, hidden=config.width, dropout=config.dropout)
    raise BundleError(f"expected a model among {', '.join(MODELS)}, got {name!r}")


def _encoder(config: ModelConfig) -> EncoderConfig:
    return EncoderConfig(
        width=config.width,
        layers=config.layers,
        heads=config.heads,
        dropout=config.dropout,
        anova=config.anova,
        attention_bias=config.attention_bias,
    )


def _prior_table(preparation: Preparation, counts: TrainingCounts) -> torch.Tensor:
    """The pmi of category numbers: the neutral category first, where the table has it last."""
    table = np.roll(pmi_table(counts, preparation.categories), (1, 1), axis=(0, 1))
    return torch.from_numpy(table.astype(np.float32))
