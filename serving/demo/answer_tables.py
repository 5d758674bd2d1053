"""The answers of the demo's server, for the terminal."""

from collections.abc import Iterable

from rich import box
from rich.table import Table

from serving.garment import Garment
from serving.lookbook import Blank, Completion, JudgedOutfit, Pairing, Ranked, Shelf, signed


def pairing_table(pairing: Pairing) -> Table:
    """An outfit and the same one spoilt: what was exchanged, and both scores."""
    table = _table(
        "ScoreOutfits: do these go together?",
        f"as the shop wears it: {_score(pairing.kept)}\nexchanged: {_score(pairing.spoilt)}",
    )
    table.add_column("exchanged for")
    kept, spoilt = pairing.kept, pairing.spoilt
    for garment, other, exchanged in zip(
        kept.garments, spoilt.garments, spoilt.exchanged, strict=True
    ):
        table.add_row(*_cells(garment), other.title if exchanged else "")
    return table


def blank_table(blank: Blank) -> Table:
    """The candidates of one blank, best first."""
    table = _table(f"FillInTheBlank: which {blank.wanted} completes this?", _worn(blank.context))
    return _ranking(table, blank.ranked, score="logit", right="the shop wore it")


def shelf_table(completion: Completion, shelf: Shelf) -> Table:
    """What completes an outfit in one slot, best first."""
    wish = f"{shelf.wanted}, {shelf.text}" if shelf.text else shelf.wanted
    table = _table(f"RetrieveComplements: which {wish}?", _worn(completion.context))
    return _ranking(table, shelf.ranked, score="similarity", right="the taste agrees")


def target_line(shelf: Shelf) -> str:
    """The beginning of the vector that found a shelf."""
    head = " ".join(signed(value) for value in shelf.vector[:6])
    return f"EmbedTarget: {shelf.wanted} as {len(shelf.vector)} numbers: {head} …"


def _table(title: str, caption: str) -> Table:
    table = Table(title=title, caption=caption, box=box.SIMPLE_HEAD)
    table.title_justify = table.caption_justify = "left"
    table.add_column("item")
    table.add_column("category")
    table.add_column("price", justify="right")
    return table


def _ranking(table: Table, ranked: Iterable[Ranked], *, score: str, right: str) -> Table:
    table.add_column(score, justify="right")
    table.add_column(right)
    for one in ranked:
        table.add_row(*_cells(one.garment), signed(one.score), "yes" if one.right else "")
    return table


def _cells(garment: Garment) -> tuple[str, str, str]:
    return garment.title, garment.category, garment.price


def _score(outfit: JudgedOutfit) -> str:
    return f"probability {outfit.probability:.2f}, logit {signed(outfit.logit)}"


def _worn(garments: Iterable[Garment]) -> str:
    return "worn with: " + "; ".join(garment.title for garment in garments)
