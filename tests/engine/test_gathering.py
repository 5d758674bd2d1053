import torch

from engine.gathering import gathered, joined
from engine.items import ItemTokens


def tokens(num: int, seed: int, *, priced: bool) -> ItemTokens:
    generator = torch.Generator().manual_seed(seed)
    return ItemTokens(
        category=torch.randint(9, (num,), generator=generator),
        slot=torch.randint(5, (num,), generator=generator),
        vectors=torch.randn(num, 4, generator=generator),
        log_price=torch.randn(num, generator=generator) if priced else None,
    )


def assert_equal(got: ItemTokens, expected: ItemTokens) -> None:
    assert got.category.equal(expected.category)
    assert got.slot.equal(expected.slot)
    assert got.vectors.equal(expected.vectors)
    torch.testing.assert_close(got.log_prices, expected.log_prices, rtol=0, atol=0, equal_nan=True)


def test_rows_are_those_that_tokens_take_themselves() -> None:
    for priced in (True, False):
        some = tokens(7, 0, priced=priced)
        for rows in ([6, 0, 0, 3], []):
            expected = some.take(torch.tensor(rows, dtype=torch.int64))
            assert_equal(gathered(some, rows), expected)


def test_tokens_are_joined_as_they_join_themselves() -> None:
    some = [tokens(3, 0, priced=True), tokens(1, 1, priced=False), tokens(2, 2, priced=True)]
    assert_equal(joined(some), some[0].join(*some[1:]))
    assert_equal(joined(some[:1]), some[0])
