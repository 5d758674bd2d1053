"""What every model keeps to; a model joins by its name in `MODELS`."""

from dataclasses import replace

import pytest
import torch

from data.dataset import Dataset
from engine.examples import draw_example
from engine.items import ItemFeatures, ItemTokens
from engine.models.build import ModelConfig, build_model
from engine.models.model import Model
from engine.models.outfit_model import PlacedItems
from engine.negatives import NegativeSampler
from engine.objective import objective
from engine.objective_config import ObjectiveConfig
from engine.training import Trained
from graph.outfits import OutfitBatch, pad_outfits
from tests.engine.planted import shaken

OUTFITS = [[3, 33, 63], [4, 40], [5, 50, 70, 10], [20, 45], [0, 31, 62], [29]]
CLOSE = {"atol": 1e-5, "rtol": 0}


@pytest.fixture
def tokens(model: Model, trained: Trained) -> ItemTokens:
    with torch.no_grad():
        return model.encode(trained.features)


@torch.no_grad()
def logits_of(model: Model, tokens: ItemTokens, batch: OutfitBatch) -> torch.Tensor:
    """Both logits of every outfit, side by side."""
    judged = model.judge(tokens, batch)
    return torch.stack([judged.compatibility, judged.choice], dim=1)


def slot(tokens: ItemTokens, *, category: int = 1, coarse: int = 1, title: int = -1) -> ItemTokens:
    """What is wanted: a category, its slot, and the description of the item in row `title`."""
    vector = tokens.vectors[title] if title >= 0 else torch.zeros(tokens.vectors.shape[1])
    return ItemTokens(
        category=torch.tensor([category]), slot=torch.tensor([coarse]), vectors=vector[None]
    )


@torch.no_grad()
def target_of(
    model: Model, tokens: ItemTokens, wanted: ItemTokens, context: tuple[int, ...] = (33, 63)
) -> torch.Tensor:
    return model.embed_target(tokens, pad_outfits([context]), wanted)[0]


def change(features: ItemFeatures, row: int, **changes: object) -> ItemFeatures:
    """The features with one item's category, slot or block of content replaced."""
    parts = {field: getattr(features, field).clone() for field in ("category", "slot", "content")}
    for field, value in changes.items():
        parts[field][row] = value
    return ItemFeatures(**parts)


def test_the_order_of_items_makes_no_difference(model, tokens) -> None:
    for outfit in OUTFITS:
        logits = logits_of(model, tokens, pad_outfits([outfit]))
        torch.testing.assert_close(
            logits_of(model, tokens, pad_outfits([outfit[::-1]])), logits, **CLOSE
        )


def test_the_order_of_the_context_makes_no_difference_to_the_target(model, tokens) -> None:
    wanted = slot(tokens, title=7)
    torch.testing.assert_close(
        target_of(model, tokens, wanted, (33, 63, 64)),
        target_of(model, tokens, wanted, (64, 33, 63)),
        **CLOSE,
    )


def test_padding_and_what_lies_under_it_make_no_difference(model, tokens) -> None:
    plain = pad_outfits([[3, 33, 63]])
    wide = OutfitBatch(
        rows=torch.tensor([[80, 3, 33, 7, 63, 12]]),
        mask=torch.tensor([[False, True, True, False, True, False]]),
    )
    torch.testing.assert_close(
        logits_of(model, tokens, wide), logits_of(model, tokens, plain), **CLOSE
    )
    wanted = slot(tokens)
    torch.testing.assert_close(
        model.embed_target(tokens, wide, wanted),
        model.embed_target(tokens, plain, wanted),
        **CLOSE,
    )


def test_the_company_of_other_outfits_makes_no_difference(model, tokens) -> None:
    together = logits_of(model, tokens, pad_outfits(OUTFITS))
    alone = torch.cat([logits_of(model, tokens, pad_outfits([outfit])) for outfit in OUTFITS])
    torch.testing.assert_close(together, alone, **CLOSE)


def test_the_company_of_other_contexts_makes_no_difference(model, tokens) -> None:
    one, two = slot(tokens, category=1), slot(tokens, category=3, coarse=5, title=66)
    with torch.no_grad():
        both = model.embed_target(tokens, pad_outfits([[33, 63], [4, 40, 7]]), one.join(two))
    torch.testing.assert_close(both[0], target_of(model, tokens, one, (33, 63)), **CLOSE)
    torch.testing.assert_close(both[1], target_of(model, tokens, two, (4, 40, 7)), **CLOSE)


def test_the_company_of_other_items_makes_no_difference_to_an_embedding(model, trained) -> None:
    rows = torch.tensor([5, 80, 0])
    with torch.no_grad():
        alone, all_items = model.encode(trained.features.take(rows)), model.encode(trained.features)
    torch.testing.assert_close(alone.vectors, all_items.vectors[rows], **CLOSE)
    assert alone.category.equal(trained.features.category[rows])
    assert alone.slot.equal(trained.features.slot[rows])


def test_targets_have_unit_length(model, tokens) -> None:
    described, plain = slot(tokens, title=8), slot(tokens, category=2, coarse=2)
    contexts = pad_outfits([[], [63], [5, 50, 70]])
    wanted = described.join(plain).join(described)
    lengths = model.embed_target(tokens, contexts, wanted).norm(dim=-1)
    torch.testing.assert_close(lengths, torch.ones(3), **CLOSE)


@pytest.mark.parametrize("block", range(3), ids=["look", "words", "attributes"])
@torch.no_grad()
def test_every_block_of_content_changes_logits_and_target(model, trained, block) -> None:
    widths = list(trained.preparation.widths.values())
    start = sum(widths[:block])
    content = trained.features.content[33].clone()
    content[start : start + widths[block]] *= -1
    assert not content.equal(trained.features.content[33])
    before = model.encode(trained.features)
    after = model.encode(change(trained.features, 33, content=content))
    batch = pad_outfits([[3, 33, 63]])
    moved = logits_of(model, after, batch) - logits_of(model, before, batch)
    assert (moved.abs() > 1e-3).all()
    wanted = slot(before)
    assert (target_of(model, after, wanted) - target_of(model, before, wanted)).norm() > 1e-3


@torch.no_grad()
def test_the_category_of_an_item_changes_both_logits(model, trained) -> None:
    batch = pad_outfits([[3, 33, 63]])
    before = logits_of(model, model.encode(trained.features), batch)
    after = logits_of(model, model.encode(change(trained.features, 33, category=3)), batch)
    assert ((after - before).abs() > 1e-3).all()


IGNORED = {"pairwise": ["slot"], "mean-pool": ["category", "slot"]}
"""What the target embedding of a model does not depend on, beside the choice of partition."""


@pytest.mark.parametrize("part", ["category", "slot", "description"])
def test_what_is_wanted_changes_the_target(model, tokens, name, part) -> None:
    plain = target_of(model, tokens, slot(tokens))
    other = {"category": {"category": 2}, "slot": {"coarse": 5}, "description": {"title": 8}}
    changed = target_of(model, tokens, slot(tokens, **other[part]))
    assert ((plain - changed).norm() > 1e-3) == (part not in IGNORED.get(name, []))


def test_the_context_changes_the_target(model, tokens) -> None:
    wanted = slot(tokens)
    first, other = (target_of(model, tokens, wanted, context) for context in ((33, 63), (34, 63)))
    assert (first - other).norm() > 1e-3


@torch.no_grad()
def test_untrained_the_product_of_two_items_is_the_sum_of_their_whitened_cosines(trained) -> None:
    content = trained.features.content
    cosines = sum(
        block @ block.T for block in content.split(list(trained.preparation.widths.values()), dim=1)
    )
    vectors = trained.model.eval().encode(trained.features).vectors
    torch.testing.assert_close(vectors @ vectors.T, cosines, **CLOSE)


@torch.no_grad()
def test_untrained_outfits_rank_by_mean_whitened_cosine_where_categories_agree(trained) -> None:
    tokens = trained.model.eval().encode(trained.features)
    outfits = [[row, 30 + row, 60 + row] for row in range(1, 30)]
    means = []
    for outfit in outfits:
        known = [tokens.vectors[row] for row in outfit if tokens.vectors[row].any()]
        pairs = [float(a @ b) for at, a in enumerate(known) for b in known[at + 1 :]]
        means.append(sum(pairs) / max(len(pairs), 1))
    logits = trained.model.judge(tokens, pad_outfits(outfits)).compatibility
    assert torch.tensor(means).argsort().equal(logits.argsort())


@torch.no_grad()
def test_untrained_the_target_points_at_the_mean_of_the_context(trained) -> None:
    tokens = trained.model.eval().encode(trained.features)
    mean = tokens.vectors[[33, 63]].mean(0)
    target = target_of(trained.model, tokens, slot(tokens))
    torch.testing.assert_close(target, mean / mean.norm(), **CLOSE)


@torch.no_grad()
def test_started_at_zero_an_interaction_adds_nothing(model, tokens) -> None:
    model.interaction.start_at_zero()
    items = PlacedItems.gather(tokens, pad_outfits(OUTFITS))
    wanted = tokens.take(torch.arange(len(OUTFITS)))
    assert not model.interaction.logit(items).any()
    assert not model.interaction.target(items, wanted).any()


@torch.no_grad()
def test_a_missing_modality_a_missing_item_or_none_at_all_gives_finite_numbers(
    model, trained
) -> None:
    bare = trained.features.without_content(torch.ones(len(trained.features), dtype=torch.bool))
    tokens = model.encode(bare)
    assert not tokens.vectors.any()
    batch = pad_outfits([[3, 33, 63], [4], []])
    assert logits_of(model, tokens, batch).isfinite().all()
    wanted = slot(tokens)
    assert target_of(model, tokens, wanted).isfinite().all()


def test_gradients_of_missing_modalities_are_finite(model, trained) -> None:
    bare = trained.features.without_content(torch.arange(len(trained.features)) % 2 == 0)
    tokens = model.encode(bare)
    batch = pad_outfits([[2, 32, 62], [4, 33, 63], [5], []])
    wanted = slot(tokens).join(slot(tokens)).join(slot(tokens)).join(slot(tokens))
    judged = model.judge(tokens, batch)
    target = model.embed_target(tokens, batch, wanted)
    (judged.compatibility.sum() + judged.choice.sum() + target.sum()).backward()
    for label, parameter in model.named_parameters():
        assert parameter.grad is None or parameter.grad.isfinite().all(), label


def example_loss(model: Model, trained: Trained, dataset: Dataset) -> torch.Tensor:
    generator = torch.Generator().manual_seed(2)
    outfits = dataset.outfit_rows("train")[:64]
    sampler = NegativeSampler(outfits, trained.features, list(trained.preparation.widths.values()))
    config = ObjectiveConfig(slot_text=0.5)
    example = draw_example(pad_outfits(outfits), sampler, config, generator)
    return objective(model, trained.features, example, config)


def test_gradient_reaches_every_parameter(model, trained, planted) -> None:
    example_loss(model, trained, planted).backward()
    for label, parameter in model.named_parameters():
        if parameter.requires_grad:
            assert parameter.grad is not None, label
            assert parameter.grad.any(), label


def built(trained: Trained, config: ModelConfig, *, seed: int) -> Model:
    torch.manual_seed(seed)
    return build_model(config, trained.preparation, trained.counts)


def test_the_same_random_state_builds_the_same_weights_and_another_does_not(trained) -> None:
    def weights(seed: int) -> torch.Tensor:
        model = built(trained, trained.config.model, seed=seed)
        return torch.cat([parameter.flatten() for parameter in model.parameters()])

    assert weights(1).equal(weights(1))
    assert not weights(1).equal(weights(2))


@pytest.mark.parametrize(
    "other", [{"dropout": 0.5}, {"content_dropout": 0.5}, {"modality_dropout": 0.5}]
)
def test_every_kind_of_dropout_changes_training_and_none_changes_answers(
    trained, planted, other
) -> None:
    none = replace(trained.config.model, dropout=0.0, content_dropout=0.0, modality_dropout=0.0)
    plain, dropping = (
        shaken(built(trained, config, seed=3)) for config in (none, replace(none, **other))
    )

    def difference() -> float:
        losses = [example_loss(model, trained, planted) for model in (plain, dropping)]
        return abs((losses[0] - losses[1]).item())

    plain.train()
    dropping.train()
    assert difference() > 1e-4
    dropping.eval()
    assert difference() == pytest.approx(0, abs=1e-4)


def test_width_is_that_of_the_model(trained) -> None:
    def size(width: int) -> int:
        model = built(trained, replace(trained.config.model, width=width), seed=0)
        return sum(parameter.numel() for parameter in model.interaction.parameters())

    assert size(8) < size(16) < size(32)
