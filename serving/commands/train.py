"""`outfit train`: train a model on a dataset and write it as a bundle."""

import shlex
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators

from engine.model_names import RecipeName

AtLeastOne = Annotated[int, Parameter(validator=validators.Number(gte=1))]


def train(  # noqa: PLR0913 - flags of a command
    data: Path,
    *,
    out: Path,
    model: RecipeName = "mean-pool",
    seed: int = 0,
    epochs: AtLeastOne | None = None,
    batch_size: AtLeastOne | None = None,
    learning_rate: Annotated[float | None, Parameter(validator=validators.Number(gt=0))] = None,
) -> None:
    """Train a model on the training outfits and write a bundle.

    Example: `outfit train data --model mean-pool --seed 0 --out bundle`

    Args:
        data: the dataset folder; what it holds encoded is what the model reads.
        out: a new folder for the bundle.
        model: what to train, by the name of its recipe. The default judges real outfits best;
            `transformer` finds rules that take three items.
        seed: of weights, order, negatives and validation questions.
        epochs: at most; training stops earlier where validation stops rising. By default, as
            for the next two, what the model's recipe says.
        batch_size: outfits a step.
        learning_rate: the highest.
    """
    from data.atomic import refuse_occupied
    from data.dataset import Dataset
    from engine.bundle import write_bundle
    from engine.confidence import fit_confidence
    from engine.frozen_model import FrozenModel
    from engine.recipes import recipe
    from engine.training import fit, prepare
    from serving.training_table import EpochTable

    refuse_occupied(out)
    config = recipe(
        model, seed=seed, epochs=epochs, batch_size=batch_size, learning_rate=learning_rate
    )
    trained, dataset = prepare(Dataset.load(data), config)
    with EpochTable(num_epochs=config.epochs) as table:
        history = [table.add(epoch) for epoch in fit(trained, dataset)]
    command = shlex.join(["outfit", *sys.argv[1:]])
    frozen = FrozenModel.of(trained.model, trained.preparation, trained.features)
    bundle_id = write_bundle(
        trained,
        dataset,
        out,
        epochs=history,
        command=command,
        confidence=fit_confidence(frozen, dataset, seed=seed),
    )
    print(f"wrote {out}: {bundle_id}")
