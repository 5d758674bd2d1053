"""A planted shop that notes what it is asked together."""

import threading
from collections.abc import Sequence

from data.errors import OutfitError
from engine.questions import Answer, Question
from tests.serving.planted_shop import PlantedShop
from tests.serving.repeated_calls import PATIENCE_S


class CountingShop(PlantedShop):
    """Notes what it is asked; while it is held, it waits before every answer."""

    def __init__(self) -> None:
        self.batches: list[list[Question]] = []
        self.asked, self.let_go = threading.Event(), threading.Event()
        self.let_go.set()

    def hold(self) -> None:
        self.let_go.clear()

    def answer(self, questions: Sequence[Question]) -> list[Answer | OutfitError]:
        self.batches.append(list(questions))
        self.asked.set()
        assert self.let_go.wait(PATIENCE_S)
        return super().answer(questions)
