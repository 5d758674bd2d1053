"""A bundle calibrated anew on compatibility questions, all else equal."""

import shutil
from pathlib import Path

from data.atomic import atomic_folder
from data.dataset import Dataset
from data.errors import SchemaError
from data.questions import read_compatibility
from engine.bundle import Bundle, load_bundle, read_manifest, seal_bundle
from engine.calibration import Calibration
from engine.calibration_fit import fit_calibration
from engine.calibration_questions import judge_questions
from engine.dataset_features import features_for
from engine.frozen_model import FrozenModel

LEAST = 20


def calibrate_bundle(bundle: Path, dataset: Dataset, questions: Path, seed: int) -> Calibration:
    """Fit a calibrator for a bundle on a compatibility file.

    Raises:
        BundleError: the bundle or a feature of the dataset is damaged or does not fit.
        InputError: the file cannot be read, or holds too few questions of a label.
    """
    asked = read_compatibility(questions, dataset)
    for label in (0, 1):
        number = sum(question.label == label for question in asked.questions)
        if number < LEAST:
            raise SchemaError(
                expected=f"at least {LEAST} outfits of label {label}",
                got=str(number),
                file=questions,
                field="label",
            )
    frozen = freeze(load_bundle(bundle), dataset)
    judged = judge_questions(frozen, asked.questions, seed=seed)
    return fit_calibration(judged, source=questions.name, seed=seed)


def write_calibrated(bundle: Path, calibration: Calibration, out: Path, *, command: str) -> str:
    """Write the bundle with another calibration to a new folder; its id.

    Raises:
        BundleError: the bundle has no readable manifest.
        InputError: `out` holds something already.
    """
    manifest = read_manifest(bundle)
    named = ("schema_version", "bundle_id", "files")
    facts = {name: value for name, value in manifest.items() if name not in named}
    with atomic_folder(out) as folder:
        for name in manifest["files"]:
            shutil.copyfile(bundle / name, folder / name)
        calibration.write(folder)
        calibrated = {"command": command, "from": manifest["bundle_id"]}
        return seal_bundle(folder, facts | {"calibrated": calibrated})


def freeze(bundle: Bundle, dataset: Dataset) -> FrozenModel:
    """The model of a bundle over the items of a dataset.

    Raises:
        BundleError: a feature of the dataset is damaged or does not fit.
    """
    stored = features_for(dataset, bundle.preparation.encoders())
    features = bundle.preparation.apply(dataset.items, stored)
    return FrozenModel.of(bundle.model, bundle.preparation, features)
