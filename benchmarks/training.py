"""What the training loop costs beside the model itself, on precomputed features.

The loop is that of `outfit train`, over an encoded dataset on the disk: order, blanks and
stand-ins are drawn, content is gathered from mapped memory, gradients are clipped, and the
optimiser and its schedule take a step. What happens once an epoch, validation and checkpoint, is
left out. Beside it stands forward and backward alone, of such batches already in memory.
Run alone: `python -m benchmarks training`.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

from benchmarks.row import Row
from data.dataset import Dataset, write_dataset
from data.features import Feature, write_feature
from data.shop.generator import draw_shop
from data.tables import OUTFIT_SCHEMA
from engine.objective import outfit_losses
from engine.recipes import recipe
from engine.steps import Steps
from engine.training import Trained, TrainingConfig, prepare

NUM_ITEMS, NUM_OUTFITS = 5000, 1500
DIMS = {"text": 384, "image": 512}
TIMED_OUTFITS = 256
REPEATS = 5


def rows() -> Iterator[Row]:
    """The rows of this file."""
    with TemporaryDirectory() as folder:
        dataset = write_shop(Path(folder))
        trained, _ = prepare(dataset, config(), Path(folder))
        yield measure_loop(trained, Steps(trained, dataset.outfit_rows("train")[:TIMED_OUTFITS]))


def measure_loop(trained: Trained, steps: Steps) -> Row:
    """The loop against forward and backward alone, in turns; medians of both."""
    held = [steps.gathered(example) for example in steps.examples(1)]
    stage = trained.config.stage(1)

    def alone() -> None:
        for items, places in held:
            trained.model.zero_grad()
            outfit_losses(trained.model, items, places, stage).mean().backward()  # type: ignore[no-untyped-call]

    trained.model.train()
    alone()
    pairs = [
        (seconds(partial(steps.epoch, number)), seconds(alone)) for number in range(1, REPEATS + 1)
    ]
    loop, pure = (median(each) for each in zip(*pairs, strict=True))
    num_outfits = sum(len(places.outfits) for _, places in held)
    return Row(
        name="training, 6x128 transformer",
        value=100 * pure / loop,
        unit="% of speed",
        ratio=pure / loop,
        reference=(
            f"forward and backward alone, in memory: {num_outfits / pure:.0f} outfits/s, "
            f"the loop {num_outfits / loop:.0f}"
        ),
        bar=60,
    )


def config() -> TrainingConfig:
    """The recipe of `transformer` in the size of the paper."""
    plain = recipe("transformer", seed=0)
    return replace(plain, model=replace(plain.model, layers=6, width=128, heads=16))


def write_shop(
    folder: Path, *, num_items: int = NUM_ITEMS, num_outfits: int = NUM_OUTFITS
) -> Dataset:
    """A synthetic shop with vectors that tell what the planted taste sees, and noise."""
    shop = draw_shop(num_items=num_items, num_outfits=num_outfits, seed=0)
    ids = shop.items["item_id"].to_list()
    table = pl.DataFrame(
        [
            (f"{split}-{number}", position, ids[row], split)
            for split, outfits in shop.splits.items()
            for number, outfit in enumerate(outfits)
            for position, row in enumerate(outfit)
        ],
        schema=OUTFIT_SCHEMA,
        orient="row",
    )
    write_dataset(folder, shop.items, table, {})
    rng = np.random.default_rng(0)
    told = shop.truth.to_frame(ids).drop("item_id").cast(pl.String).to_dummies().to_numpy()
    for name, dim in DIMS.items():
        vectors = told @ rng.normal(size=(told.shape[1], dim)) + rng.normal(size=(len(told), dim))
        feature = Feature(
            name=name,
            modality="vector",
            encoder="precomputed",
            vectors=vectors.astype(np.float32),
            present=np.ones(len(told), np.bool_),
        )
        write_feature(folder, feature, ids)
    return Dataset.load(folder)


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
