import torch

from engine import lacking as module
from engine.items import ItemTokens
from engine.lacking import Lacking, lacking_of_each
from engine.presence import known_parts

WIDTHS = {"look": 2, "words": 1}
LISTS = [(), ("look",), ("words", "category"), ("look",), ("look", "words", "category")]


def tokens() -> ItemTokens:
    return ItemTokens(
        category=torch.tensor([1, 2, 0, 3, 0]),
        slot=torch.ones(5, dtype=torch.int64),
        vectors=torch.tensor([[0, 1, 1], [0, 0, 1], [1, 1, 0], [0, 0, 2], [0, 0, 0.0]]),
    )


def test_every_item_lacks_what_its_tokens_do_not_show() -> None:
    assert lacking_of_each(tokens(), WIDTHS) == LISTS


def test_rows_are_answered_in_their_order_whatever_was_asked_before() -> None:
    lacking = Lacking(tokens(), WIDTHS)
    for rows in ([3], [4, 0, 3, 4], [2, 1, 0], []):
        assert lacking.of(rows) == [LISTS[row] for row in rows]


def test_an_item_is_looked_at_once(monkeypatch) -> None:
    looked_at = []

    def counted(some, widths):
        looked_at.append(len(some))
        return known_parts(some, widths)

    monkeypatch.setattr(module, "known_parts", counted)
    lacking = Lacking(tokens(), WIDTHS)
    for rows in ([0, 1], [1, 0, 2], [2]):
        lacking.of(rows)
    assert looked_at == [2, 1]
