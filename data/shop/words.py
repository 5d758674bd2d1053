"""How the shop describes its items: titles, descriptions, attributes, prices and stock.

Words and attributes each leave something out, but never both: what the taste sees of an item can
always be read somewhere.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from data.shop.assortment import CATEGORIES
from data.shop.catalogue import Piece
from data.shop.palette import PALETTE
from data.shop.wardrobe import OCCASIONS, STYLES
from data.tables import AVAILABILITY, ITEM_SCHEMA

WORD_SHARE = {"colour": 0.85, "pattern": 0.7, "fabric": 0.7, "cut": 0.75}
MISSING_SHARE = {"style": 0.2, "occasion": 0.25, "fabric": 0.1}
ALSO_IN_TITLE = 0.15
DESCRIBED = 0.35
STOCK_SHARES = (0.86, 0.07, 0.03, 0.04)

PLACES = {"weekend": "the weekend", "office": "the office", "evening": "the evening"}
DEAR = {"silk": 1.5, "cashmere": 2.2, "leather": 1.5, "suede": 1.4, "wool": 1.2, "gold": 1.6}
CARE = (
    "Wash cold, dry flat.",
    "Wear it once and it stays.",
    "Made in small numbers.",
    "Cut to last more than a season.",
    "Runs true to size.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is said of one product in every colour; `{colour}` stands for the colour."""

    title: str
    description: str | None
    attributes: dict[str, str]
    price: float


def item_table(
    pieces: list[Piece], item_ids: list[str], popularity: np.ndarray, rng: np.random.Generator
) -> pl.DataFrame:
    """The item table of the shop, following `ITEM_SCHEMA`; an image is `images/<item_id>.jpg`."""
    told = {piece.group: words_of(piece) for piece in pieces}
    availability = rng.choice(AVAILABILITY, size=len(pieces), p=STOCK_SHARES)
    records = []
    for piece, item_id, demand, state in zip(
        pieces, item_ids, popularity, availability, strict=True
    ):
        words, colour = told[piece.group], PALETTE[piece.colour].name
        title = words.title.format(colour=colour)
        attributes = {"colour": colour, **words.attributes}
        records.append(
            {
                "item_id": item_id,
                "group_id": f"g{piece.group:05d}",
                "title": title[0].upper() + title[1:],
                "description": words.description,
                "category": piece.product.category,
                "slot": CATEGORIES[piece.product.category].slot,
                "attributes": [{"name": name, "value": attributes[name]} for name in attributes],
                "price": words.price,
                "currency": "EUR",
                "availability": str(state),
                "image": f"images/{item_id}.jpg",
                "popularity": float(demand),
            }
        )
    return pl.DataFrame(records, schema=ITEM_SCHEMA)


def words_of(piece: Piece) -> Words:
    """Title, description, attributes and price of a product; the same for each of its colours."""
    product = piece.product
    rng = np.random.default_rng(product.seed)
    facts = {
        "fabric": product.fabric,
        "pattern": product.pattern or "plain",
        "style": STYLES[product.style],
        "occasion": OCCASIONS[product.occasion],
    }
    silent = {name for name, share in MISSING_SHARE.items() if rng.random() < share}
    spoken = {name for name, share in WORD_SHARE.items() if rng.random() < share} | silent
    spoken |= {name for name in ("style", "occasion") if rng.random() < ALSO_IN_TITLE}
    return Words(
        title=_title(piece, facts, spoken),
        description=_description(piece, facts, rng) if rng.random() < DESCRIBED else None,
        attributes={name: fact for name, fact in facts.items() if name not in silent},
        price=_price(piece, rng),
    )


def _title(piece: Piece, facts: dict[str, str], spoken: set[str]) -> str:
    """Such as `boho {colour} striped linen wrap skirt for the evening`, less what is unspoken."""
    category = CATEGORIES[piece.product.category]
    jewel = category.slot == "jewellery"
    words = [
        facts["style"] if "style" in spoken else "",
        "{colour}" if "colour" in spoken and not jewel else "",
        facts["pattern"] if "pattern" in spoken and piece.product.pattern else "",
        facts["fabric"] if "fabric" in spoken else "",
        category.cuts[piece.product.cut] if "cut" in spoken else "",
        category.name,
        "with {colour} stones" if "colour" in spoken and jewel else "",
        f"for {PLACES[facts['occasion']]}" if "occasion" in spoken else "",
    ]
    return " ".join(word for word in words if word)


def _description(piece: Piece, facts: dict[str, str], rng: np.random.Generator) -> str:
    name = piece.product.category
    form = f"in {facts['fabric']}, made for {PLACES[facts['occasion']]}"
    return f"{facts['style'].capitalize()} {name} {form}. {rng.choice(CARE)}"


def _price(piece: Piece, rng: np.random.Generator) -> float:
    typical = CATEGORIES[piece.product.category].price * DEAR.get(piece.product.fabric, 1.0)
    whole = max(9.0, np.round(typical * rng.lognormal(0.0, 0.25)))
    return float(whole - rng.choice([0.0, 0.05, 0.1]))
