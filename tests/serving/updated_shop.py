"""A planted shop that acknowledges updates of its items."""

import copy

from engine.questions import Answer, Question, UpsertQuestion
from engine.update_records import UpdateRecords
from engine.updates import ItemChange
from tests.serving.planted_shop import PlantedShop


class UpdatedShop(PlantedShop):
    """Says which updates are in force; its other answers are the same with them."""

    def at(self, records: UpdateRecords, version: int) -> "UpdatedShop":
        """The same shop, of that version."""
        assert bool(len(records)) == bool(version)
        later = copy.copy(self)
        later.overlay_version = version
        return later

    def _answer(self, question: Question) -> Answer:
        if not isinstance(question, UpsertQuestion):
            return super()._answer(question)
        return [
            ItemChange(item_id=each.item_id, price=each.price, availability=each.availability)
            for each in question.upserts
        ]
