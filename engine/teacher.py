"""A teacher: a bundle, often an ensemble, whose answers another model learns beside the truth."""

from dataclasses import dataclass
from pathlib import Path

import torch

from data.dataset import Dataset
from engine.bundle import Bundle
from engine.dataset_features import dataset_features
from engine.examples import Example
from engine.items import ItemTokens
from engine.judged_example import JudgedExample, judge_example
from engine.model_scorer import map_items
from engine.models.model import Model
from engine.prepared_items import prepare_items


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Teacher:
    """A trained model over the items of a dataset; it reads them as its own bundle prepares them.

    Args:
        model: held fixed.
        tokens: of every item of the dataset, mapped from the disk.
    """

    model: Model
    tokens: ItemTokens

    @classmethod
    def of(cls, bundle: Bundle, dataset: Dataset, scratch: Path | None = None) -> "Teacher":
        """The model of a bundle over a dataset.

        Args:
            bundle: loaded.
            dataset: encoded as the one that it was trained on.
            scratch: the folder for what is mapped; None for the system's temporary one.

        Raises:
            BundleError: a feature of the dataset is damaged, or of another length.
        """
        stored = dataset_features(dataset)
        items = prepare_items(bundle.preparation, dataset.items, stored, scratch)
        return cls(model=bundle.model, tokens=map_items(bundle.model, items, scratch))

    @torch.no_grad()
    def judge(self, example: Example) -> JudgedExample:
        """What it says of an example that names rows of the dataset."""
        return judge_example(self.model, self.tokens, example)
