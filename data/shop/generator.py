"""Writes a whole shop: catalogue, outfits, questions and the planted truth."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from data.atomic import atomic_folder
from data.dataset import write_dataset
from data.questions import write_compatibility, write_fitb
from data.shop.catalogue import Piece, draw_products, pieces_of, popularity_of, truth_of
from data.shop.outfits import Stock, draw_outfits
from data.shop.pictures import photograph
from data.shop.questions import Asker, Outfit
from data.shop.rule_questions import single_rule
from data.shop.taste import RULES, Truth, compatibility_optimum, fitb_optimum
from data.shop.words import item_table
from data.tables import OUTFIT_SCHEMA

SPLIT_ENDS = {"train": 0.8, "valid": 0.9, "test": 1.0}
THIRD_ORDER_QUESTIONS = 600
RULE_QUESTIONS = 300
TASTE_FOR_DEMAND = 0.5
"""An item is chosen for outfits in proportion to its popularity to this power."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shop:
    """A shop in memory, complete but for its pictures.

    Attributes:
        asker: of the questions about the splits and of the third order.
        rule_askers: one for each of `RULES`, so that no file depends on the length of another.
    """

    pieces: list[Piece]
    truth: Truth
    items: pl.DataFrame
    splits: dict[str, list[Outfit]]
    asker: Asker
    rule_askers: Mapping[str, Asker]


def generate_shop(
    folder: Path, *, num_items: int = 2000, num_outfits: int = 3000, seed: int = 0
) -> Iterator[int]:
    """Write a shop into `folder`, yielding the number of pictures drawn; the same seed, same bytes.

    The folder holds the two tables, `images`, `truth.parquet`, and in `questions` the files
    `fitb_{valid,test}`, `compatibility_{valid,test}`, `fitb_third_order` and, of each rule between
    two items, `fitb_{style,occasion,colour,fabric}`, all JSONL. The report `import.json` gives the
    accuracy of the planted taste on each. A rule that a small catalogue cannot ask about has no
    file.

    Raises:
        InputError: `folder` is a file or holds something already, or there are too few items.
    """
    with atomic_folder(folder) as temporary:
        shop = draw_shop(num_items=num_items, num_outfits=num_outfits, seed=seed)
        shop.truth.to_frame(shop.items["item_id"].to_list()).write_parquet(
            temporary / "truth.parquet"
        )
        optima = _write_questions(temporary / "questions", shop)
        report = {
            "source": "outfit generate",
            "items": num_items,
            "outfits": num_outfits,
            "seed": seed,
            "optimum": optima,
        }
        write_dataset(temporary, shop.items, _outfit_table(shop), report)
        images = temporary / "images"
        images.mkdir()
        for number, piece in enumerate(shop.pieces):
            name = f"{shop.asker.item_ids[number]}.jpg"
            (images / name).write_bytes(photograph(piece))
            yield number + 1


def draw_shop(*, num_items: int, num_outfits: int, seed: int) -> Shop:
    """The catalogue and outfits of a seed."""
    catalogue_rng, outfit_rng, question_rng, *rule_rngs = (
        np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(3 + len(RULES))
    )
    pieces = pieces_of(draw_products(num_items, catalogue_rng))
    popularity = popularity_of(len(pieces), catalogue_rng)
    item_ids = [f"i{place:05d}" for place in range(len(pieces))]
    items = item_table(pieces, item_ids, popularity, catalogue_rng)
    truth = truth_of(pieces)
    stock = Stock(truth=truth, slots=items["slot"].to_numpy(), demand=popularity**TASTE_FOR_DEMAND)
    outfits = draw_outfits(stock, num_outfits, outfit_rng)
    ends = [round(end * num_outfits) for end in SPLIT_ENDS.values()]
    parts = [outfits[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    asker = Asker(
        stock=stock,
        item_ids=item_ids,
        categories=items["category"].to_numpy(),
        rng=question_rng,
    )
    return Shop(
        pieces=pieces,
        truth=truth,
        items=items,
        splits=dict(zip(SPLIT_ENDS, parts, strict=True)),
        asker=asker,
        rule_askers={
            rule: replace(asker, rng=rng) for rule, rng in zip(RULES, rule_rngs, strict=True)
        },
    )


def _outfit_table(shop: Shop) -> pl.DataFrame:
    rows = [
        (position, shop.asker.item_ids[row], split, number)
        for split, number, outfit in _numbered(shop.splits)
        for position, row in enumerate(outfit)
    ]
    return pl.DataFrame(
        [(f"o{number:05d}", position, item, split) for position, item, split, number in rows],
        schema=OUTFIT_SCHEMA,
        orient="row",
    )


def _numbered(splits: dict[str, list[Outfit]]) -> Iterator[tuple[str, int, Outfit]]:
    """Split, number and rows of every outfit."""
    number = 0
    for split, outfits in splits.items():
        for outfit in outfits:
            yield split, number, outfit
            number += 1


def _write_questions(folder: Path, shop: Shop) -> dict[str, float]:
    """Write the question files; returns the planted taste's own figure on each."""
    blanks = shop.asker.third_order(THIRD_ORDER_QUESTIONS)
    write_fitb(folder / "fitb_third_order.jsonl", blanks)
    optima = {"fitb_third_order": fitb_optimum(shop.truth, blanks)}
    for split in ("valid", "test"):
        outfits = shop.splits[split]
        blanks = shop.asker.fitb(outfits)
        write_fitb(folder / f"fitb_{split}.jsonl", blanks)
        optima[f"fitb_{split}"] = fitb_optimum(shop.truth, blanks)
        labelled = shop.asker.compatibility(outfits)
        write_compatibility(folder / f"compatibility_{split}.jsonl", labelled)
        optima[f"compatibility_{split}"] = compatibility_optimum(
            shop.truth,
            [question.items for question in labelled],
            [question.label for question in labelled],
        )
    for rule, asker in shop.rule_askers.items():
        blanks = single_rule(asker, rule, RULE_QUESTIONS)
        if blanks:
            write_fitb(folder / f"fitb_{rule}.jsonl", blanks)
            optima[f"fitb_{rule}"] = fitb_optimum(shop.truth, blanks)
    return optima
