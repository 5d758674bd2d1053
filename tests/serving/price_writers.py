"""Shops that change prices of a server, and remember which changes were acknowledged."""

from collections.abc import Sequence

from engine.requests import Upsert
from serving.catalogue_client import CatalogueClient


class PriceWriter:
    """Raises the price of one item with every call."""

    def __init__(self, client: CatalogueClient, item_id: str) -> None:
        self.item_id, self._client = item_id, client
        self.price = self.acknowledged = 0.0

    def __call__(self) -> float:
        self.price += 1.0
        self._client.upsert([Upsert(item_id=self.item_id, price=self.price)])
        self.acknowledged = self.price
        return self.price


def assert_nothing_was_lost(address: str, writers: Sequence[PriceWriter]) -> None:
    """No price is older than the last that was acknowledged, nor newer than the last that was sent.

    A call that failed may have been heard all the same.
    """
    with CatalogueClient(address, deadline_s=60.0) as client:
        items = client.items([writer.item_id for writer in writers]).items
    for writer, item in zip(writers, items, strict=True):
        assert item.price is not None
        assert 0 < writer.acknowledged <= item.price <= writer.price
