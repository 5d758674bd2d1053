"""`outfit calibrate`: fit a bundle's probabilities to a shop's own questions."""

import shlex
import sys
from pathlib import Path


def calibrate(bundle: Path, *, data: Path, cp: Path, out: Path, seed: int = 0) -> None:
    """Write a bundle whose probabilities fit a compatibility file, all else equal.

    Probabilities depend on how many outfits go together and on how those that do not were made; a
    file of the shop's own says both. Its questions must not be those that the bundle is judged on.

    Example: `outfit calibrate bundle --data data --cp pairs_valid.jsonl --out calibrated`

    Args:
        bundle: what `outfit train` wrote.
        data: the dataset folder whose items the questions name; they may be new to the bundle.
        cp: compatibility file, official or own format.
        out: a new folder for the calibrated bundle.
        seed: of the folds behind the figures, and of what is hidden of items.
    """
    from data.atomic import refuse_occupied
    from data.dataset import Dataset
    from engine.bundle_calibration import calibrate_bundle, write_calibrated

    refuse_occupied(out)
    calibration = calibrate_bundle(bundle, Dataset.load(data), cp, seed)
    command = shlex.join(["outfit", *sys.argv[1:]])
    bundle_id = write_calibrated(bundle, calibration, out, command=command)
    for name, figure in calibration.figures.items():
        print(f"{name:<10} {figure:.4g}")
    print(f"wrote {out}: {bundle_id}")
