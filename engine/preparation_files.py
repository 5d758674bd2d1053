"""A preparation as files: names in JSON, arrays in safetensors."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from data.errors import BundleError
from engine.bag import BagOfWords
from engine.preparation import Bag, FrozenFeature, Modality, Preparation
from engine.whitening import Whitening


def describe_preparation(preparation: Preparation) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The part that goes into JSON and the arrays by name."""
    described = [_describe(part) for part in preparation.modalities]
    arrays = {name: array for _, part in described for name, array in part.items()}
    names = {
        "categories": list(preparation.categories),
        "slots": list(preparation.slots),
        "modalities": [description for description, _ in described],
    }
    return names, arrays


def restore_preparation(names: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Preparation:
    """What `describe_preparation` described.

    Raises:
        BundleError: a name or an array is missing.
    """
    try:
        return Preparation(
            categories=tuple(names["categories"]),
            slots=tuple(names["slots"]),
            modalities=tuple(_restore(part, arrays) for part in names["modalities"]),
        )
    except KeyError as error:
        raise BundleError(f"expected {error.args[0]!r} in the preparation, got none") from error


def _describe(part: Modality) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    if isinstance(part, Bag):
        arrays = {"idf": part.bag.idf, "components": part.bag.components}
        description = {"name": part.name, "words": list(part.bag.words)}
    else:
        arrays = {"mean": part.whitening.mean, "components": part.whitening.components}
        description = {"name": part.name, "encoder": part.encoder}
    # safetensors writes memory as it lies and reads it as C order
    ordered = {key: np.ascontiguousarray(array) for key, array in arrays.items()}
    return description, {f"{part.name}.{key}": array for key, array in ordered.items()}


def _restore(description: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Modality:
    name = description["name"]
    components = arrays[f"{name}.components"]
    if "words" in description:
        words = tuple(description["words"])
        bag = BagOfWords(words=words, idf=arrays[f"{name}.idf"], components=components)
        return Bag(name=name, bag=bag)
    whitening = Whitening(mean=arrays[f"{name}.mean"], components=components)
    return FrozenFeature(name=name, encoder=description["encoder"], whitening=whitening)
