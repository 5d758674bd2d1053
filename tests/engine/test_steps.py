from dataclasses import replace

import numpy as np
import pytest
import torch

from data.errors import BundleError
from engine.items import ItemFeatures
from engine.models.build import MODELS, ModelName
from engine.steps import Steps, informative
from engine.trained import prepare
from tests.engine.planted import still


def item_features(known: list[bool]) -> ItemFeatures:
    numbers = torch.zeros(len(known), dtype=torch.int64)
    content = torch.tensor(known, dtype=torch.float32)[:, None]
    return ItemFeatures(category=numbers, slot=numbers, content=content)


def test_outfits_in_which_fewer_than_two_items_have_content_are_left_out() -> None:
    features = item_features([True, True, True, False, False])
    outfits = [np.array(rows) for rows in ([0, 1], [0, 3], [3, 4], [4, 1, 2])]
    kept = informative(outfits, features)
    assert [outfit.tolist() for outfit in kept] == [[0, 1], [4, 1, 2]]


@pytest.mark.parametrize(("known", "kept"), [(1, 20), (2, 20), (3, 3)])
def test_all_outfits_stay_where_only_a_tenth_or_fewer_would(known: int, kept: int) -> None:
    features = item_features([True, True, False, False])
    outfits = [np.array([0, 1] if number < known else [2, 3]) for number in range(20)]
    assert len(informative(outfits, features)) == kept


def moments(planted, name: ModelName, *, batch_size: int, accumulate: int) -> torch.Tensor:
    """What AdamW remembers of the clipped gradient of one step over all 240 outfits."""
    trained, dataset = prepare(
        planted, still(name, epochs=1, batch_size=batch_size, accumulate=accumulate)
    )
    steps = Steps(trained, dataset.outfit_rows("train"))
    steps.epoch(1)
    tensors = steps.state().part("optimizer").tensors
    return torch.cat([tensors[key].flatten() for key in sorted(tensors) if key.endswith("avg")])


@pytest.mark.parametrize("name", MODELS)
def test_accumulated_batches_have_the_gradient_of_one_large_batch(planted, name) -> None:
    whole = moments(planted, name, batch_size=300, accumulate=1)
    parts = moments(planted, name, batch_size=100, accumulate=3)
    assert whole.abs().max() > 1e-3
    torch.testing.assert_close(parts, whole, atol=1e-6, rtol=1e-3)


def test_in_batch_negatives_are_those_of_the_batch_not_of_the_step(planted) -> None:
    """Told from fewer items, a target is found more easily."""
    config = still("mean-pool", epochs=1)
    objective = replace(config.objective, negatives="in-batch")
    losses = []
    for size, number in ((240, 1), (8, 30)):
        changed = replace(config, objective=objective, batch_size=size, accumulate=number)
        trained, dataset = prepare(planted, changed)
        losses.append(Steps(trained, dataset.outfit_rows("train")).epoch(1))
    assert losses[1] < losses[0] - 0.05


def test_similarity_first_holds_back_the_named_interaction_alone_until_its_epoch(planted) -> None:
    config = replace(still("mean-pool", epochs=2), similarity_first=0.5)
    trained, dataset = prepare(planted, config)
    steps = Steps(trained, dataset.outfit_rows("train"))
    start = {name: weight.clone() for name, weight in trained.model.named_parameters()}

    def moved(part: str) -> bool:
        parameters = trained.model.named_parameters()
        return any(not w.equal(start[name]) for name, w in parameters if name.startswith(part))

    steps.epoch(1)
    assert moved("tower.")
    assert moved("interaction.parts.1.")  # of the attributes
    assert not moved("interaction.parts.0.")
    steps.epoch(2)
    assert moved("interaction.parts.0.")


def test_the_state_of_a_model_with_other_weights_is_refused(planted) -> None:
    other, own = (
        Steps(trained, dataset.outfit_rows("train"))
        for trained, dataset in (prepare(planted, still(name)) for name in ("csa", "mean-pool"))
    )
    with pytest.raises(
        BundleError, match="with others, as of another version of it: train it anew"
    ):
        own.restore(other.state())
