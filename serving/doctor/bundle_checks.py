"""Is the bundle whole, does its model answer, and are its vectors and probabilities sound."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from data.errors import BundleError, OutfitError
from engine.bundle import Bundle, load_bundle, read_manifest
from engine.questions import ComplementsQuestion, Question, ScoreQuestion, TargetQuestion
from engine.recommender import Recommender
from engine.requests import Slot
from serving.doctor.finding import Finding, failure, warning, well

ASKED_ITEMS: Final = 3
WISH: Final = "for the office"
CHUNK: Final = 65_536
UNIT_TOLERANCE: Final = 1e-3
ANOTHER: Final = "Copy the bundle again from where it was trained, or use another."
RETRAIN: Final = "Train the bundle again; do not serve this one."


def check_bundle(folder: Path) -> Iterator[Finding]:
    """Findings on a bundle, up to the first that leaves nothing to examine."""
    try:
        manifest = read_manifest(folder)
    except BundleError as error:
        yield failure("manifest", str(error), "Give the folder that `outfit train` wrote.")
        return
    schema = f"{manifest['bundle_id']}, schema version {manifest['schema_version']}"
    yield well("manifest", schema)
    try:
        bundle = load_bundle(folder)
    except OutfitError as error:
        yield failure("files", str(error), ANOTHER)
        return
    yield well("files", f"{len(manifest['files'])} files with the checksums of the manifest")
    yield check_vectors(bundle)
    yield check_calibration(bundle)
    yield check_relevance(bundle)
    yield check_answers(Recommender(bundle))


def check_vectors(bundle: Bundle) -> Finding:
    """Embeddings must be finite and have a length; only targets are unit vectors."""
    broken = zero = 0
    for start in range(0, len(bundle.vectors), CHUNK):
        part = bundle.vectors[start : start + CHUNK]
        finite = np.isfinite(part).all(axis=1)
        broken += int((~finite).sum())
        zero += int((finite & ~part.any(axis=1)).sum())
    items, dim = bundle.vectors.shape
    if broken:
        return failure("vectors", f"{broken} of {items} are not finite", RETRAIN)
    if zero:
        advice = "Those items are found last of all; look whether they have any content."
        return warning("vectors", f"{zero} of {items} are zero", advice)
    return well("vectors", f"{items} of {dim} numbers, all finite, none zero")


def check_calibration(bundle: Bundle) -> Finding:
    """Probabilities mean something only where they were fitted."""
    calibration = bundle.confidence.calibration
    if not calibration.figures:
        advice = "Fit it with `outfit calibrate`, or do not read its probabilities."
        return warning("calibration", "none: probabilities are the plain sigmoid", advice)
    return well("calibration", f"fitted on {calibration.source}")


def check_relevance(bundle: Bundle) -> Finding:
    """Without an adapter, requests with `min_relevance` are refused."""
    if bundle.confidence.relevance is None:
        advice = "Send no `min_relevance`, or train with validation outfits."
        return warning("relevance", "no adapter", advice)
    return well("relevance", "there is an adapter")


def check_answers(engine: Recommender) -> Finding:
    """Ask about the first items of the bundle's own catalogue."""
    items = engine.items.head(ASKED_ITEMS)["item_id"].to_list()
    slot = Slot(category=engine.items["category"][0])
    questions: list[Question] = [
        ScoreQuestion(outfits=[items]),
        TargetQuestion(context=items, slot=slot),
        ComplementsQuestion(context=items, slot=slot, k=5),
        TargetQuestion(context=items, slot=replace(slot, text=WISH)),  # loads the text encoder
    ]
    answers = [engine.answer([question])[0] for question in questions]
    for answer in answers:
        if isinstance(answer, OutfitError):
            return failure("answers", str(answer), RETRAIN)
    scores, target, *_ = answers
    return _judged(scores, target)


def _judged(scores: object, target: object) -> Finding:
    (score,) = scores if isinstance(scores, list) else []
    length = float(np.linalg.norm(np.asarray(target)))
    if not (np.isfinite(score.logit) and 0 <= score.probability <= 1):
        return failure("answers", f"a logit of {score.logit}", RETRAIN)
    if abs(length - 1) > UNIT_TOLERANCE:
        return failure("answers", f"a target of length {length:.4f} instead of 1", RETRAIN)
    return well("answers", "the model scores, embeds and retrieves; its target is a unit vector")
