from dataclasses import replace

import pytest
import torch

from data.dataset import Dataset
from data.errors import BundleError
from engine.models.attribute_interaction import AttributeInteraction
from engine.models.build import MODELS, ModelConfig, build_model
from engine.models.category_subspaces import CategorySubspaces
from engine.models.mean_pool import MeanPool
from engine.models.node_wise import NodeWise
from engine.models.pairwise import PairInteraction
from engine.models.transformer import OutfitTransformer
from engine.training import Trained, prepare
from tests.engine.planted import tiny_config

KINDS = {
    "transformer": OutfitTransformer,
    "pairwise": PairInteraction,
    "mean-pool": MeanPool,
    "ngnn": NodeWise,
    "csa": CategorySubspaces,
}


@pytest.fixture(scope="module")
def any_trained(planted: Dataset) -> Trained:
    return prepare(planted, tiny_config("mean-pool"))[0]


def build(trained: Trained, **changes: object) -> torch.nn.Module:
    config = replace(ModelConfig(), **changes)
    return build_model(config, trained.preparation, trained.counts).interaction


def test_every_name_has_a_model_of_its_own(any_trained) -> None:
    assert set(KINDS) == set(MODELS)
    for name, kind in KINDS.items():
        assert type(build(any_trained, name=name, attributes=False)) is kind


def test_layers_and_heads_are_those_of_the_transformer(any_trained) -> None:
    encoder = build(any_trained, layers=3, heads=8, attributes=False).encoder
    assert len(encoder.layers) == 3
    assert encoder.layers[0].attention.heads == 8


def test_a_pair_head_stands_beside_the_named_interaction(any_trained) -> None:
    named, pairs, _ = build(any_trained, pair_head=True).parts
    assert type(named) is OutfitTransformer
    assert type(pairs) is PairInteraction


def test_attributes_are_read_where_items_have_them(any_trained) -> None:
    named, attributes = build(any_trained, name="mean-pool").parts
    assert type(named) is MeanPool
    assert type(attributes) is AttributeInteraction
    widths = any_trained.preparation.widths
    assert attributes.block == slice(widths["look"] + widths["words"], sum(widths.values()))


def test_without_attributes_the_named_interaction_stands_alone(any_trained) -> None:
    plain = replace(any_trained, preparation=any_trained.preparation.only({"look", "words"}))
    assert type(build(plain, name="mean-pool")) is MeanPool


def test_steps_edge_weights_and_min_count_are_those_of_the_graph_network(any_trained) -> None:
    plain, _ = build(any_trained, name="ngnn").parts
    # 240 outfits, each with an item of each of the three categories
    assert plain.fashion_graph.weights[1:, 1:].tolist() == [[0, 1, 1], [1, 0, 1], [1, 1, 0]]
    assert plain.groups.own.tolist() == [-1, 12, 13, 14]
    changes = {"steps": 3, "edge_weights": "uniform", "min_count": 241}
    other, _ = build(any_trained, name="ngnn", **changes).parts
    assert [channel.network.steps for channel in other.channels] == [3, 3]
    assert other.fashion_graph.weights.unique().tolist() == [1]
    assert other.groups.own.tolist() == [-1] * 4


def test_an_unknown_name_is_refused_with_the_known_ones(any_trained) -> None:
    broken = ModelConfig()
    object.__setattr__(broken, "name", "oracle")
    with pytest.raises(
        BundleError, match="transformer, pairwise, mean-pool, ngnn, csa, got 'oracle'"
    ):
        build_model(broken, any_trained.preparation, any_trained.counts)


def test_the_prior_holds_the_pmi_of_the_training_outfits_with_the_unknown_one_first(
    any_trained,
) -> None:
    model = build_model(ModelConfig(), any_trained.preparation, any_trained.counts)
    pmi = model.prior.pmi
    # 240 outfits of a top, a bottom and shoes: 241 of each mixed pair; 1 of each pair of equals and
    # of each pair with the unknown category
    total = 6 * 241 + 3 + 7
    known, unknown = (2 * 241 + 2) / total, 4 / total
    expected = torch.full((4, 4), 241 / total / known**2).fill_diagonal_(1 / total / known**2)
    expected[0] = expected[:, 0] = 1 / total / known / unknown
    expected[0, 0] = 1 / total / unknown**2
    torch.testing.assert_close(pmi, expected.log())


def test_no_model_remembers_items(any_trained) -> None:
    """Weights depend on modalities and categories, so a model fits items that it never saw."""
    num_items = len(any_trained.features)
    for name in MODELS:
        model = build_model(ModelConfig(name=name), any_trained.preparation, any_trained.counts)
        assert all(num_items not in weight.shape for weight in model.state_dict().values())
