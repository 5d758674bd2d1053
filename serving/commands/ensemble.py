"""`outfit ensemble`: join bundles of one dataset into one that averages what they say."""

import shlex
import sys
from pathlib import Path


def ensemble(bundles: list[Path], /, *, out: Path) -> None:
    """Join bundles that were trained on one dataset into one bundle: the mean of what they say.

    Example: `outfit ensemble seed-0 seed-1 pairwise-0 --out bundle`

    Args:
        bundles: two or more, of any kind of model and any seed, trained on one dataset.
        out: a new folder for the bundle, which is served and evaluated like any other.
    """
    from engine.bundle_join import join_bundles

    command = shlex.join(["outfit", *sys.argv[1:]])
    bundle_id = join_bundles(bundles, out, command=command)
    print(f"wrote {out}: {bundle_id}")
