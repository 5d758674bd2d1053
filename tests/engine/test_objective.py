import math

import pytest
import torch

from engine.items import ItemFeatures
from engine.models.build import ModelConfig, build_model
from engine.models.model import Model
from engine.negatives import NegativeSampler
from engine.objective import (
    Example,
    ObjectiveConfig,
    _candidate_logits,
    _choice_loss,
    _compatibility_loss,
    _distinct,
    _retrieval_loss,
    draw_example,
    objective,
)
from engine.training import Trained, prepare
from graph.outfits import OutfitBatch, pad_outfits
from tests.engine.planted import shaken, tiny_config

OUTFITS = [[0, 4, 8], [1, 5], [2, 6, 9, 3], [7, 1]]
CATEGORIES = torch.tensor([1, 1, 1, 1, 2, 2, 2, 2, 3, 3])


@pytest.fixture(scope="module")
def trained(planted) -> Trained:
    return prepare(planted, tiny_config("transformer"))[0]


@pytest.fixture
def model(trained: Trained) -> Model:
    torch.manual_seed(0)
    config = ModelConfig(name="transformer", width=16, layers=1, heads=2)
    return shaken(build_model(config, trained.preparation, trained.counts)).eval()


@pytest.fixture
def example(planted, trained) -> Example:
    outfits = planted.outfit_rows("train")[:24]
    widths = list(trained.preparation.widths.values())
    return draw_example(
        pad_outfits([outfit[: 2 + at % 2] for at, outfit in enumerate(outfits)]),
        NegativeSampler(planted.outfit_rows("train"), trained.features, widths),
        ObjectiveConfig(slot_text=0.5),
        torch.Generator().manual_seed(4),
    )


def sigmoid_loss(logit: float, label: int) -> float:
    return math.log1p(math.exp(-logit if label else logit))


def test_compatibility_is_the_mean_cross_entropy_of_each_kind_of_outfit() -> None:
    logits = torch.tensor([[2.0, -1.0, 0.5], [-0.3, 4.0, 1.0]])
    broken = torch.tensor([-2.0, 0.7])
    valid = torch.tensor([[True, True, False], [True, True, True]])
    real = (sigmoid_loss(2.0, 1) + sigmoid_loss(-0.3, 1)) / 2
    stand_ins = (sigmoid_loss(-1.0, 0) + sigmoid_loss(4.0, 0) + sigmoid_loss(1.0, 0)) / 4
    whole = (sigmoid_loss(-2.0, 0) + sigmoid_loss(0.7, 0)) / 2
    loss = _compatibility_loss(logits, broken, valid).item()
    assert loss == pytest.approx(real + (stand_ins + whole) / 2, rel=1e-5)


def test_choice_is_the_cross_entropy_of_the_real_item_among_valid_candidates() -> None:
    logits = torch.tensor([[2.0, -1.0, 0.5], [-0.3, 4.0, 1.0]])
    valid = torch.tensor([[True, True, False], [True, True, True]])
    first = math.exp(2) / (math.exp(2) + math.exp(-1))
    second = math.exp(-0.3) / (math.exp(-0.3) + math.exp(4) + math.exp(1))
    expected = -(math.log(first) + math.log(second)) / 2
    assert _choice_loss(logits, valid).item() == pytest.approx(expected, rel=1e-5)


def test_perfect_logits_lose_nothing_and_inverted_ones_much() -> None:
    logits, broken = torch.tensor([[50.0, -50.0], [50.0, -50.0]]), torch.full((2,), -50.0)
    valid = torch.ones(2, 2, dtype=torch.bool)
    assert _compatibility_loss(logits, broken, valid).item() == pytest.approx(0, abs=1e-6)
    assert _choice_loss(logits, valid).item() == pytest.approx(0, abs=1e-6)
    assert _compatibility_loss(-logits, -broken, valid).item() == pytest.approx(100)
    assert _choice_loss(-logits, valid).item() == pytest.approx(100)


def test_an_invalid_stand_in_has_no_gradient_and_leaves_the_loss_finite() -> None:
    logits = torch.zeros(1, 3, requires_grad=True)
    valid = torch.tensor([[True, False, True]])
    loss = _choice_loss(logits, valid) + _compatibility_loss(logits, torch.zeros(1), valid)
    loss.backward()
    assert loss.isfinite()
    assert logits.grad is not None
    assert logits.grad[0, 1] == 0
    assert (logits.grad[0, [0, 2]] != 0).all()


def test_a_choice_without_valid_stand_ins_teaches_nothing() -> None:
    valid = torch.tensor([[True, False, False]])
    assert _choice_loss(torch.tensor([[-3.0, 2.0, 2.0]]), valid).item() == 0


@torch.no_grad()
def test_candidate_logits_are_those_of_each_completed_outfit_alone(model, trained, example) -> None:
    rows, places = _distinct(example)
    tokens = model.encode(trained.features.take(rows))
    compatibility, choice = _candidate_logits(model, tokens, places)
    everything = model.encode(trained.features)
    for number in range(len(example.outfits)):
        size = int(example.outfits.mask[number].sum())
        outfit = example.outfits.rows[number, :size].tolist()
        for at, candidate in enumerate(example.candidates[number].tolist()):
            outfit[int(example.blank[number])] = candidate
            alone = model.judge(everything, pad_outfits([outfit]))
            assert compatibility[number, at].item() == pytest.approx(
                alone.compatibility.item(), abs=1e-4
            )
            assert choice[number, at].item() == pytest.approx(alone.choice.item(), abs=1e-4)


def items_of(example: Example) -> list[int]:
    """Every row that the example really holds, once."""
    outfits, broken = example.outfits, example.broken
    parts = [outfits.rows[outfits.mask], broken.rows[broken.mask], example.candidates.flatten()]
    return sorted(set(torch.cat(parts).tolist()))


@pytest.mark.parametrize("in_batch", [False, True])
@torch.no_grad()
def test_retrieval_tells_the_item_from_its_stand_ins_or_from_the_batch_but_for_its_own_outfit(
    model, trained, example, in_batch
) -> None:
    rows, places = _distinct(example)
    features = trained.features.take(rows)
    loss = _retrieval_loss(model, model.encode(features), features, places, in_batch=in_batch)
    everything = model.encode(trained.features)
    expected = []
    for number in range(len(example.outfits)):
        size = int(example.outfits.mask[number].sum())
        outfit = example.outfits.rows[number, :size].tolist()
        answer = outfit.pop(int(example.blank[number]))
        wanted = trained.features.take(torch.tensor([answer]))
        wanted = wanted.without_content(~example.described[number : number + 1])
        wanted = wanted.without_category(example.coarse[number : number + 1])
        target = model.embed_target(everything, pad_outfits([outfit]), model.encode(wanted))[0]
        if in_batch:
            others = [row for row in items_of(example) if row not in (answer, *outfit)]
        else:
            others = [row for row in example.candidates[number].tolist() if row != answer]
        scores = everything.vectors[[answer, *others]] @ target / 0.1
        expected.append(float(scores.logsumexp(0) - scores[0]))
    assert example.described.any()
    assert example.coarse.any()
    assert not example.described.all()
    assert loss.item() == pytest.approx(sum(expected) / len(expected), rel=1e-4)


@torch.no_grad()
def test_the_objective_is_the_sum_of_its_terms_and_weighs_retrieval(
    model, trained, example
) -> None:
    rows, places = _distinct(example)
    features = trained.features.take(rows)
    tokens = model.encode(features)
    compatibility, choice = _candidate_logits(model, tokens, places)
    broken = model.judge(tokens, places.broken).compatibility
    retrieval = _retrieval_loss(model, tokens, features, places, in_batch=False)
    outfits = _compatibility_loss(compatibility, broken, places.valid)
    outfits += _choice_loss(choice, places.valid)
    for weight in (0.0, 1.0, 2.5):
        config = ObjectiveConfig(target_weight=weight)
        total = objective(model, trained.features, example, config)
        assert total.item() == pytest.approx((outfits + weight * retrieval).item(), rel=1e-5)


def test_distinct_rows_say_what_the_example_says(example) -> None:
    rows, places = _distinct(example)
    assert rows.tolist() == items_of(example)
    assert not example.outfits.mask.all()
    for batch, other in ((example.outfits, places.outfits), (example.broken, places.broken)):
        assert rows[other.rows].where(batch.mask, 0).equal(batch.rows)
        assert other.mask.equal(batch.mask)
    assert rows[places.candidates].equal(example.candidates)
    assert places.blank.equal(example.blank)


@torch.no_grad()
def test_the_answer_is_hidden_from_its_own_target(model, trained, example) -> None:
    """Neither context nor category tells the answer where no description is given."""
    hidden = replace_described(example, described=False)
    rows, places = _distinct(hidden)
    features = trained.features.take(rows)
    targets = []
    for content in (features.content, features.content.index_fill(0, places.candidates[0, :1], 0)):
        changed = ItemFeatures(category=features.category, slot=features.slot, content=content)
        wanted = model.encode(
            changed.take(places.candidates[:1, 0]).without_content(~places.described[:1])
        )
        first = OutfitBatch(rows=places.outfits.rows[:1], mask=places.outfits.mask[:1])
        context = first.without(places.blank[:1])
        targets.append(model.embed_target(model.encode(changed), context, wanted))
    torch.testing.assert_close(targets[0], targets[1])


def replace_described(example: Example, *, described: bool) -> Example:
    return Example(
        outfits=example.outfits,
        blank=example.blank,
        candidates=example.candidates,
        valid=example.valid,
        broken=example.broken,
        described=torch.full_like(example.described, fill_value=described),
        coarse=torch.zeros_like(example.coarse),
    )


@torch.no_grad()
def test_a_described_target_is_found_more_easily(trained, example) -> None:
    """Untrained, the description is the answer's own direction."""
    losses = [
        objective(
            trained.model.eval(),
            trained.features,
            replace_described(example, described=described),
            ObjectiveConfig(),
        ).item()
        for described in (True, False)
    ]
    assert losses[0] < losses[1] - 0.5
