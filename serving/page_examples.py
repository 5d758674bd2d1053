"""The questions that a model answered best and worst, ready to be shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from data.dataset import Dataset
from serving.garment import Garment
from serving.thumbnail import thumbnail

SHOWN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A candidate with its score; best first among those of its question."""

    garment: Garment
    score: float
    right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One question and what the model made of it.

    Args:
        number: of the question among those that were asked, from 1.
        garments: the context of a blank, or the whole outfit.
        choices: the candidates of a blank, best first; none for an outfit.
        words: what was true, and what the model said.
    """

    number: int
    garments: tuple[Garment, ...]
    choices: tuple[Choice, ...]
    words: str


class Wardrobe:
    """The items of a dataset as people see them; only names where the dataset is not there."""

    def __init__(self, folder: Path) -> None:
        self._dataset = Dataset.load(folder) if (folder / "items.parquet").exists() else None
        self._cached = cache(self._garment)

    @property
    def is_known(self) -> bool:
        """Whether there are titles and pictures."""
        return self._dataset is not None

    def garments(self, item_ids: Sequence[str]) -> tuple[Garment, ...]:
        """The items, in order."""
        return tuple(map(self._cached, item_ids))

    def _garment(self, item_id: str) -> Garment:
        row = None if self._dataset is None else self._dataset.row_of().get(item_id)
        if self._dataset is None or row is None:
            return Garment(item_id=item_id, title=item_id, category="", price="", picture="")
        item = self._dataset.items.row(row, named=True)
        picture = thumbnail(self._dataset.folder / item["image"]) if item["image"] else ""
        return replace(Garment.of(item | {"image": None}, Path()), picture=picture)


def examples_of(shown: Sequence[Mapping[str, Any]], wardrobe: Wardrobe) -> tuple[Example, ...]:
    """The first few of the questions that a report calls its best, or its worst."""
    return tuple(_example(each, wardrobe) for each in _some(shown))


def _some(shown: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The first ones; of outfits as many of each label, which stand one after the other."""
    if shown and "label" in shown[0]:
        halves = [[each for each in shown if each["label"] == label] for label in (1, 0)]
        return [each for half in halves for each in half[: SHOWN // 2]]
    return list(shown[:SHOWN])


def _example(shown: Mapping[str, Any], wardrobe: Wardrobe) -> Example:
    if "label" in shown:
        return Example(
            number=shown["question"],
            garments=wardrobe.garments(shown["items"]),
            choices=(),
            words=_outfit_words(shown),
        )
    return Example(
        number=shown["question"],
        garments=wardrobe.garments(shown["context"]),
        choices=_choices(shown, wardrobe),
        words=_blank_words(shown),
    )


def _choices(shown: Mapping[str, Any], wardrobe: Wardrobe) -> tuple[Choice, ...]:
    garments = wardrobe.garments(shown["candidates"])
    choices = [
        Choice(garment=garment, score=score, right=place == shown["answer"])
        for place, (garment, score) in enumerate(zip(garments, shown["scores"], strict=True))
    ]
    return tuple(sorted(choices, key=lambda choice: -choice.score))


def _blank_words(shown: Mapping[str, Any]) -> str:
    right = shown["scores"][shown["answer"]]
    better = sum(score > right for score in shown["scores"])
    place = ("first", "second", "third", "fourth")
    return f"right answer ranked {place[better] if better < len(place) else better + 1}"


def _outfit_words(shown: Mapping[str, Any]) -> str:
    truth = "was worn" if shown["label"] else "was not worn"
    said = (
        f"{shown['probability']:.0%} that it goes together"
        if "probability" in shown
        else f"score {shown['score']:.2f}"
    )
    return f"{truth}; the model says {said}"
