import math
from dataclasses import replace

import pytest
import torch

from engine.examples import Example, distinct, draw_example
from engine.items import ItemFeatures, ItemTokens
from engine.judged_example import JudgedExample, judge_example
from engine.losses.softmax import softmax_loss
from engine.losses.uniformity import uniformity_loss
from engine.models.bare_model import BareModel
from engine.models.build import ModelConfig, build_model
from engine.models.model import Model
from engine.models.outfit_model import PlacedItems
from engine.negatives import NegativeSampler
from engine.objective import (
    _compatibility_losses,
    _retrieval_losses,
    objective,
    outfit_losses,
)
from engine.objective_config import CompatibilityLoss, ObjectiveConfig
from engine.training import Trained, prepare
from graph.outfits import OutfitBatch, pad_outfits
from tests.engine.planted import shaken, tiny_config

NEAR = {"atol": 1e-4, "rtol": 1e-4}


def compatibility_losses(
    logits: torch.Tensor, broken: torch.Tensor, valid: torch.Tensor, loss: CompatibilityLoss
) -> torch.Tensor:
    judged = JudgedExample(compatibility=logits, choice=logits, broken=broken)
    return _compatibility_losses(judged, valid, loss)


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


def focal(logit: float, label: int) -> float:
    wrongness = 1 - math.exp(-sigmoid_loss(logit, label))
    return 0.5 * wrongness**2 * sigmoid_loss(logit, label)


LOGITS = [[2.0, -1.0, 0.5], [-0.3, 4.0, 1.0]]
BROKEN = [-2.0, 0.7]
VALID = [[True, True, False], [True, True, True]]


def compatibility(loss: str) -> torch.Tensor:
    return compatibility_losses(
        torch.tensor(LOGITS), torch.tensor(BROKEN), torch.tensor(VALID), loss
    )


@pytest.mark.parametrize(("loss", "one"), [("bce", sigmoid_loss), ("focal", focal)])
def test_compatibility_weighs_each_kind_of_outfit_alike(loss: str, one) -> None:
    for number, found in enumerate(compatibility(loss).tolist()):
        stand_ins = [
            one(logit, 0) * valid
            for logit, valid in zip(LOGITS[number][1:], VALID[number][1:], strict=True)
        ]
        expected = one(LOGITS[number][0], 1) + (sum(stand_ins) / 2 + one(BROKEN[number], 0)) / 2
        assert found == pytest.approx(expected, rel=1e-5)


def test_bpr_compares_each_real_outfit_with_its_own_stand_ins_and_its_broken_form() -> None:
    for number, found in enumerate(compatibility("bpr").tolist()):
        real, *others = LOGITS[number]
        stand_ins = [
            sigmoid_loss(real - logit, 1) * valid
            for logit, valid in zip(others, VALID[number][1:], strict=True)
        ]
        expected = (sum(stand_ins) / 2 + sigmoid_loss(real - BROKEN[number], 1)) / 2
        assert found == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("loss", ["bce", "focal", "bpr"])
def test_perfect_logits_lose_nothing_and_inverted_ones_much(loss: str) -> None:
    logits, broken = torch.tensor([[50.0, -50.0], [50.0, -50.0]]), torch.full((2,), -50.0)
    valid = torch.ones(2, 2, dtype=torch.bool)
    perfect = compatibility_losses(logits, broken, valid, loss)
    assert perfect.tolist() == pytest.approx([0, 0], abs=1e-6)
    assert (compatibility_losses(-logits, -broken, valid, loss) > 40).all()


@pytest.mark.parametrize("loss", ["bce", "focal", "bpr"])
def test_an_invalid_stand_in_has_no_gradient(loss: str) -> None:
    logits = torch.zeros(1, 3, requires_grad=True)
    valid = torch.tensor([[True, False, True]])
    compatibility_losses(logits, torch.zeros(1), valid, loss).sum().backward()
    assert logits.grad is not None
    assert logits.grad.sign().tolist() == [[-1, 0, 1]]


@torch.no_grad()
def test_candidate_logits_are_those_of_each_completed_outfit_alone(model, trained, example) -> None:
    rows, places = distinct(example)
    tokens = model.encode(trained.features.take(rows))
    judged = judge_example(model, tokens, places)
    everything = model.encode(trained.features)
    for number in range(len(example.outfits)):
        size = int(example.outfits.mask[number].sum())
        outfit = example.outfits.rows[number, :size].tolist()
        for at, candidate in enumerate(example.candidates[number].tolist()):
            outfit[int(example.blank[number])] = candidate
            alone = model.judge(everything, pad_outfits([outfit]))
            compatibility, choice = judged.compatibility[number, at], judged.choice[number, at]
            assert compatibility.item() == pytest.approx(alone.compatibility.item(), abs=1e-4)
            assert choice.item() == pytest.approx(alone.choice.item(), abs=1e-4)


def items_of(example: Example) -> list[int]:
    """Every row that the example really holds, once."""
    outfits, broken = example.outfits, example.broken
    parts = [
        outfits.rows[outfits.mask],
        broken.rows[broken.mask],
        example.candidates.flatten(),
        example.catalogue,
    ]
    return sorted(set(torch.cat(parts).tolist()))


def targets_of(model: Model, trained: Trained, example: Example) -> list[torch.Tensor]:
    """The target of each context on its own."""
    everything = model.encode(trained.features)
    targets = []
    for number in range(len(example.outfits)):
        *context, answer = context_and_answer(example, number)
        wanted = trained.features.take(torch.tensor([answer]))
        wanted = wanted.without_content(~example.described[number : number + 1])
        wanted = wanted.without_category(example.coarse[number : number + 1])
        batch = pad_outfits([context])
        targets.append(model.embed_target(everything, batch, model.encode(wanted))[0])
    return targets


def context_and_answer(example: Example, number: int) -> list[int]:
    size = int(example.outfits.mask[number].sum())
    outfit = example.outfits.rows[number, :size].tolist()
    answer = outfit.pop(int(example.blank[number]))
    return [*outfit, answer]


def info_nce(similarities: torch.Tensor, *_: object) -> float:
    return float((similarities / 0.1).logsumexp(0) - similarities[0] / 0.1)


def ranking(similarities: torch.Tensor, length: float) -> float:
    answer, *others = (2 - 2 * similarities / length).sqrt().tolist()
    hinges = [max(0.0, answer - other + 0.3) for other in others]
    return sum(hinges) / max(len(hinges), 1) + max(hinges, default=0.0)


def multi_similarity(similarities: torch.Tensor, length: float) -> float:
    answer, *others = (similarities / length).tolist()
    mined = [other for other in others if other + 0.1 > answer]
    pull = math.exp(-2 * (answer - 0.5)) if mined else 0.0
    push = sum(math.exp(50 * (other - 0.5)) for other in mined)
    return math.log1p(pull) / 2 + math.log1p(push) / 50


RETRIEVAL = {"softmax": info_nce, "ranking": ranking, "multi-similarity": multi_similarity}


@pytest.mark.parametrize("negatives", ["stand-ins", "in-batch", "catalogue"])
@pytest.mark.parametrize("loss", RETRIEVAL)
@torch.no_grad()
def test_retrieval_tells_the_item_from_its_stand_ins_or_from_all_but_its_own_outfit(
    model, trained, example, negatives, loss
) -> None:
    if negatives == "catalogue":
        example = replace(example, catalogue=torch.arange(40))
    rows, places = distinct(example)
    items = trained.features.take(rows)
    config = ObjectiveConfig(negatives=negatives, retrieval=loss)
    losses = _retrieval_losses(model, model.encode(items), items, places, config=config)
    vectors = model.encode(trained.features).vectors
    length = float(vectors[items_of(example)].norm(dim=1).max())
    for number, target in enumerate(targets_of(model, trained, example)):
        *context, answer = context_and_answer(example, number)
        candidates = example.candidates[number].tolist()
        pool = candidates if negatives == "stand-ins" else items_of(example)
        others = [row for row in pool if row != answer]
        if negatives != "stand-ins":
            others = [row for row in others if row not in context]
        expected = RETRIEVAL[loss](vectors[[answer, *others]] @ target, length)
        assert losses[number].item() == pytest.approx(expected, rel=1e-3, abs=1e-3)
    assert example.described.any()
    assert example.coarse.any()
    assert not example.described.all()


@torch.no_grad()
def test_the_objective_is_the_mean_of_the_weighted_sum_of_its_terms(
    model, trained, example
) -> None:
    rows, places = distinct(example)
    items = trained.features.take(rows)
    tokens = model.encode(items)
    judged = judge_example(model, tokens, places)
    terms = {
        "choice_weight": softmax_loss(judged.choice, places.valid).mean(),
        "target_weight": _retrieval_losses(
            model, tokens, items, places, config=ObjectiveConfig()
        ).mean(),
        "uniformity": uniformity_loss(tokens.vectors),
    }
    rest = _compatibility_losses(judged, places.valid, "bce").mean()
    for weights in ((0.0, 0.0, 0.0), (1.0, 1.0, 0.0), (0.0, 2.5, 0.5), (0.3, 0.0, 2.0)):
        config = ObjectiveConfig(**dict(zip(terms, weights, strict=True)))
        expected = rest + sum(w * term for w, term in zip(weights, terms.values(), strict=True))
        total = objective(model, trained.features, example, config)
        assert total.item() == pytest.approx(expected.item(), rel=1e-4)


class Silent(torch.nn.Module):
    """An interaction that adds nothing."""

    def start_at_zero(self) -> None: ...

    def logit(self, items: PlacedItems) -> torch.Tensor:
        return items.vectors.new_zeros(len(items.mask))

    def target(self, context: PlacedItems, wanted: ItemTokens) -> torch.Tensor:
        return wanted.vectors.new_zeros(len(context.mask), wanted.vectors.shape[1])


class Opinionated(Silent):
    """An interaction that asks its outfits to be small."""

    def regularisation(self, items: PlacedItems) -> torch.Tensor:
        return items.mask.sum(1).float()


@pytest.mark.parametrize("bare", [True, False])
@torch.no_grad()
def test_what_an_interaction_asks_of_itself_is_added_for_each_outfit(
    model, trained, example, bare
) -> None:
    model = BareModel(tower=model.tower, interaction=model.interaction) if bare else model
    rows, places = distinct(example)
    items = trained.features.take(rows)
    model.interaction = Opinionated()
    asking = outfit_losses(model, items, places, ObjectiveConfig())
    model.interaction = Silent()
    plain = outfit_losses(model, items, places, ObjectiveConfig())
    torch.testing.assert_close(asking - plain, example.outfits.mask.sum(1).float(), **NEAR)


@pytest.mark.parametrize("negatives", ["stand-ins", "catalogue"])
@pytest.mark.parametrize("retrieval", ["softmax", "ranking"])
@torch.no_grad()
def test_the_losses_of_parts_of_an_example_are_those_of_the_whole(
    model, trained, example, negatives, retrieval
) -> None:
    config = ObjectiveConfig(negatives=negatives, retrieval=retrieval, uniformity=0.5)
    rows, places = distinct(example)
    items = trained.features.take(rows)
    whole = outfit_losses(model, items, places, config)
    parts = [
        outfit_losses(model, items, places, config, part=part)
        for part in (slice(0, 7), slice(7, None))
    ]
    torch.testing.assert_close(torch.cat(parts), whole, **NEAR)


def test_distinct_rows_say_what_the_example_says(example) -> None:
    rows, places = distinct(example)
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
    rows, places = distinct(hidden)
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
    return replace(
        example,
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
