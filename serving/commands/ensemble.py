"""`outfit ensemble`: join bundles of one dataset into one that averages what they say."""

import shlex
import sys
from pathlib import Path


def ensemble(bundles: list[Path], /, *, out: Path, data: Path | None = None) -> None:
    """Join bundles that were trained on one dataset into one bundle: the mean of what they say.

    Example: `outfit ensemble seed-0 seed-1 pairwise-0 --out bundle`

    Args:
        bundles: two or more, of any kind of model and any seed, trained on one dataset.
        out: a new folder for the bundle, which is served and evaluated like any other.
        data: the dataset folder that they were trained on, to fit probabilities and relevance on
            its validation outfits; without it probabilities are plain sigmoids, and there is no
            relevance.
    """
    from data.dataset import Dataset
    from engine.bundle_join import join_bundles

    command = shlex.join(["outfit", *sys.argv[1:]])
    dataset = None if data is None else Dataset.load(data)
    bundle_id = join_bundles(bundles, out, command=command, dataset=dataset)
    print(f"wrote {out}: {bundle_id}")
