"""Evaluations of models whose rule is known, with the details that pages show."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from data.tables import ITEM_SCHEMA, empty_columns
from engine.evaluation import EvaluationConfig, evaluate
from engine.report_details import compatibility_details, fitb_details
from serving.evaluation_file import Evaluation
from tests.engine.test_evaluation import CONTROLS, Noise, fitb_set, outfit_set

CONFIG = EvaluationConfig(seed=7, resamples=100)
ITEMS = empty_columns(
    pl.DataFrame(
        {
            "item_id": [f"i{row}" for row in range(400)],
            "category": ["boots" if row % 32 < 20 else "hats" for row in range(400)],
            "title": [f"Title {row}" for row in range(400)],
            "image": [f"{row}.png" if row < 8 else None for row in range(400)],
        },
        schema_overrides={"image": pl.String},
    ),
    ITEM_SCHEMA,
).with_columns(attributes=pl.lit([], ITEM_SCHEMA["attributes"]))
FITB, OUTFITS = fitb_set([0, 1, 2, 3] * 10), outfit_set([1, 0] * 30)
OVERLAP = {
    "items": 9,
    "seen": 0,
    "share": 0.0,
    "groups": 2,
    "groups_seen": 0,
    "groups_share": 0.0,
}


@dataclass
class Said(Noise):
    """Noise that also gives probabilities."""

    def probabilities(self, questions) -> np.ndarray:
        return np.clip(self.score_outfits(questions) / 1.5, 0, 1)


def reports(model) -> list[dict]:
    """What the model makes of forty blanks and sixty outfits."""
    fitb, outfits = evaluate(
        model, CONTROLS, fitb_sets=[FITB], compatibility_sets=[OUTFITS], config=CONFIG
    )
    heads = [
        {"file": f"questions/{name}", "sha256": name, "training_overlap": OVERLAP}
        for name in ("blanks.json", "outfits.txt")
    ]
    return [
        heads[0] | fitb | fitb_details(fitb, FITB.questions, ITEMS, CONFIG),
        heads[1] | outfits | compatibility_details(outfits, OUTFITS.questions, ITEMS),
    ]


def evaluation(runs: Mapping[str, list[dict]], *, data: str = "data") -> Evaluation:
    """Bundles by id, a letter for the recipe and a digit for the seed, with their reports."""
    return Evaluation(
        command="outfit evaluate",
        data=data,
        seed=CONFIG.seed,
        resamples=CONFIG.resamples,
        bundles=[
            {
                "bundle": f"runs/{bundle}",
                "bundle_id": bundle,
                "model": f"model-{bundle[0]}",
                "recipe": bundle[0],
                "seeds": {"training": int(bundle[1])},
            }
            for bundle in runs
        ],
        files=[{"bundle_id": bundle, **each} for bundle, run in runs.items() for each in run],
    )
