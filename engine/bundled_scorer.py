"""A bundle as a scorer and a retriever of a dataset, whose items may all be new to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from data.dataset import Dataset
from data.questions import CompatibilityQuestion
from engine.bundle import load_bundle
from engine.calibration import Calibrator
from engine.dataset_features import features_for
from engine.inline_items import InlineItems
from engine.model_retriever import ModelRetriever
from engine.model_scorer import ModelScorer, encode_items
from engine.presence import known_parts, known_shares
from graph.outfits import pad_outfits


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BundledScorer(ModelScorer):
    """A model whose probabilities are those of its bundle's calibrator.

    Args:
        calibrator: of the bundle.
        widths: of the modalities in the content, by which it sees what is known.
    """

    calibrator: Calibrator
    widths: Mapping[str, int]

    def probabilities(
        self, questions: Sequence[CompatibilityQuestion]
    ) -> Float[np.ndarray, " questions"]:
        """Calibrated probability that each outfit goes together."""
        batch = pad_outfits([question.items for question in questions])
        known = known_shares(known_parts(self.tokens, self.widths), batch)
        return self.calibrator.probability(self.score_outfits(questions), known.double().numpy())


def bundled_scorer(bundle: Path, dataset: Dataset) -> BundledScorer:
    """The bundle's model over the items of `dataset`, encoded first where they are not yet.

    Raises:
        BundleError: the bundle or a feature of the dataset is damaged or does not fit.
    """
    loaded = load_bundle(bundle)
    features = features_for(dataset, loaded.preparation.encoders())
    tokens = encode_items(loaded.model, loaded.preparation.apply(dataset.items, features))
    return BundledScorer(
        name=loaded.manifest["model"],
        model=loaded.model,
        tokens=tokens,
        calibrator=loaded.confidence.calibration.calibrator,
        widths=loaded.preparation.widths,
    )


def bundled_retriever(bundle: Path, dataset: Dataset) -> ModelRetriever:
    """The same as a retriever; any category of the dataset may be asked for.

    Raises:
        BundleError: the bundle or a feature of the dataset is damaged or does not fit.
    """
    scorer = bundled_scorer(bundle, dataset)
    categories = frozenset(dataset.items["category"].unique())
    return ModelRetriever(
        name=scorer.name,
        model=scorer.model,
        tokens=scorer.tokens,
        wishes=InlineItems(preparation=load_bundle(bundle).preparation, categories=categories),
    )
