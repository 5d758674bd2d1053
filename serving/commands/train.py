"""`outfit train`: train a model on a dataset and write it as a bundle."""

import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter, validators

from engine.model_names import RecipeName
from engine.precision_names import Precision

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
    accumulate: AtLeastOne = 1,
    precision: Precision = "float32",
    teacher: Path | None = None,
    run: Path | None = None,
    resume: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Train a model on the training outfits and write a bundle.

    Example: `outfit train data --model mean-pool --seed 0 --out bundle`

    On two processes: `torchrun --nproc-per-node 2 -m serving train data --out bundle`

    Args:
        data: the dataset folder; what it holds encoded is what the model reads.
        out: a new folder for the bundle.
        model: what to train, by the name of its recipe. The default judges real outfits best,
            and learns fastest.
        seed: of weights, order, negatives and validation questions.
        epochs: at most; training stops earlier where validation stops rising. By default, as
            for the next two, what the model's recipe says.
        batch_size: outfits that are judged at once, by all processes together.
        learning_rate: the highest.
        accumulate: batches a step: as many times more outfits, in the memory of one batch.
        precision: of the matrix products of training; bfloat16 is faster on most GPUs.
        teacher: a bundle, such as an ensemble, whose answers are learned beside the truth.
        run: the folder of the run: its configuration, figures and checkpoint; by default `out`
            with `.run` behind its name.
        resume: go on with the run in that folder where it was stopped.
    """
    from data.atomic import refuse_occupied
    from data.dataset import Dataset
    from engine.bundle import load_bundle, write_bundle
    from engine.confidence_fit import fit_confidence
    from engine.frozen_model import FrozenModel
    from engine.parallel import process_group, rank
    from engine.recipes import recipe
    from engine.run_folder import RunFolder, run_record
    from engine.teacher import Teacher
    from engine.training import fit, prepare
    from serving.training_table import EpochTable

    refuse_occupied(out)
    config = recipe(
        model, seed=seed, epochs=epochs, batch_size=batch_size, learning_rate=learning_rate
    )
    taught_by = load_bundle(teacher) if teacher else None
    config = replace(
        config,
        accumulate=accumulate,
        precision=precision,
        teacher=taught_by.manifest["bundle_id"] if taught_by else None,
    )
    command = shlex.join(["outfit", *sys.argv[1:]])
    with process_group():
        open_run = RunFolder.go_on if resume else RunFolder.begin
        folder = open_run(
            run or out.with_name(f"{out.name}.run"), run_record(data, config, command=command)
        )
        trained, dataset = prepare(Dataset.load(data), config, scratch=folder.path)
        taught = Teacher.of(taught_by, dataset, folder.path) if taught_by else None
        with EpochTable(num_epochs=config.epochs, quiet=rank() > 0) as table:
            history = [table.add(epoch) for epoch in fit(trained, dataset, folder, taught)]
        if rank() > 0:
            return
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
