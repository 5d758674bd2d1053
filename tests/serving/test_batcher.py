"""Questions that come together are answered together; refused, dropped and failed ones apart."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

from data.errors import NotLoadedError, OutfitError, OverloadError, TooLateError, UnknownItemError
from engine.questions import Answer, Question, ScoreQuestion, TargetQuestion
from engine.requests import Slot
from serving.answered_batch import AnsweredBatch, BatchObserver
from serving.batcher import BatchConfig, Batcher, batching
from serving.engine_slot import EngineSlot, OutfitEngine
from serving.overlay.state import OverlayState
from serving.question_queue import QuestionQueue, Taken
from serving.reply import Reply, ReplyDesk
from tests.serving.counting_shop import CountingShop
from tests.serving.planted_shop import PlantedShop
from tests.serving.repeated_calls import PATIENCE_S

Found = TypeVar("Found")
SHIRT = ScoreQuestion(outfits=[["navy-shirt"]])
UNKNOWN = ScoreQuestion(outfits=[["nope"]])
TARGET = TargetQuestion(context=["navy-shirt"], slot=Slot(category="shoes"))


def run(
    shop: OutfitEngine | None,
    scenario: Callable[[Batcher], Awaitable[Found]],
    config: BatchConfig | None = None,
    observers: Sequence[BatchObserver] = (),
) -> Found:
    async def once() -> Found:
        with ThreadPoolExecutor(1) as executor:
            desk = ReplyDesk(EngineSlot(shop), OverlayState)
            async with batching(desk, executor, config or BatchConfig(), observers) as batcher:
                return await asyncio.wait_for(scenario(batcher), PATIENCE_S)

    return asyncio.run(once())


async def occupied(shop: CountingShop, batcher: Batcher) -> asyncio.Task[Reply]:
    """The shop answers one question and goes on until it is let go."""
    shop.hold()
    first = asyncio.create_task(batcher.ask(SHIRT))
    await asyncio.to_thread(shop.asked.wait, PATIENCE_S)
    return first


async def asked(batcher: Batcher, questions: Sequence[Question]) -> list[asyncio.Task[Reply]]:
    """The questions wait in the queue."""
    tasks = [asyncio.create_task(batcher.ask(question)) for question in questions]
    await asyncio.sleep(0)
    return tasks


def test_what_waits_while_the_model_is_busy_is_answered_in_one_call():
    shop = CountingShop()
    questions = [ScoreQuestion(outfits=[[name]]) for name in ("red-dress", "navy-jeans")] * 20

    async def scenario(batcher: Batcher) -> list[Reply]:
        first = await occupied(shop, batcher)
        tasks = await asked(batcher, questions)
        shop.let_go.set()
        return await asyncio.gather(first, *tasks)

    replies = run(shop, scenario)
    assert shop.batches == [[SHIRT], questions]
    expected = PlantedShop().answer(questions)
    assert [reply.answer for reply in replies[1:]] == expected


def test_only_questions_of_one_kind_are_joined_and_the_longest_waiting_goes_first():
    shop = CountingShop()

    async def scenario(batcher: Batcher) -> None:
        first = await occupied(shop, batcher)
        tasks = await asked(batcher, [TARGET, SHIRT, TARGET])
        shop.let_go.set()
        await asyncio.gather(first, *tasks)

    run(shop, scenario)
    assert shop.batches[1:] == [[TARGET, TARGET], [SHIRT]]


def test_a_batch_has_at_most_the_largest_size_unless_one_question_is_larger():
    shop = CountingShop()
    small, large = ScoreQuestion(outfits=[["red-dress"]] * 2), ScoreQuestion(outfits=[["x"]] * 9)

    async def scenario(batcher: Batcher) -> None:
        first = await occupied(shop, batcher)
        tasks = await asked(batcher, [small, small, small, large, small])
        shop.let_go.set()
        await asyncio.gather(first, *tasks, return_exceptions=True)

    run(shop, scenario, BatchConfig(max_size=5))
    assert shop.batches[1:] == [[small, small], [small], [large], [small]]


def test_an_idle_model_waits_for_company_as_long_as_it_is_told():
    shop = CountingShop()

    async def scenario(batcher: Batcher) -> None:
        first = asyncio.create_task(batcher.ask(SHIRT))
        await asyncio.sleep(0.01)
        await asyncio.gather(first, batcher.ask(SHIRT))

    run(shop, scenario, BatchConfig(max_delay_s=2.0))
    assert shop.batches == [[SHIRT, SHIRT]]
    shop.batches.clear()
    run(shop, scenario)
    assert shop.batches == [[SHIRT], [SHIRT]]


def test_a_full_batch_waits_for_nobody():
    shop = CountingShop()

    async def scenario(batcher: Batcher) -> None:
        await asyncio.gather(batcher.ask(SHIRT), batcher.ask(SHIRT))

    run(shop, scenario, BatchConfig(max_size=2, max_delay_s=10 * PATIENCE_S))
    assert shop.batches == [[SHIRT, SHIRT]]


def test_whoever_fills_a_batch_that_waits_sets_it_off():
    shop = CountingShop()

    async def scenario(batcher: Batcher) -> None:
        first = asyncio.create_task(batcher.ask(SHIRT))
        await asyncio.sleep(0.02)
        assert shop.batches == []
        await asyncio.gather(first, batcher.ask(SHIRT))

    run(shop, scenario, BatchConfig(max_size=2, max_delay_s=10 * PATIENCE_S))
    assert shop.batches == [[SHIRT, SHIRT]]


def test_the_model_goes_on_to_the_next_batch_while_the_event_loop_is_busy():
    shop = CountingShop()

    async def scenario(batcher: Batcher) -> list[list[Question]]:
        first = await occupied(shop, batcher)
        tasks = await asked(batcher, [SHIRT, TARGET])
        shop.let_go.set()
        until = time.monotonic() + PATIENCE_S / 2
        while len(shop.batches) < 3 and time.monotonic() < until:
            time.sleep(0.01)  # the event loop is to be busy
        answered = list(shop.batches)
        await asyncio.gather(first, *tasks)
        return answered

    assert run(shop, scenario) == [[SHIRT], [SHIRT], [TARGET]]


def test_a_full_queue_refuses_and_says_when_to_ask_again():
    shop = CountingShop()

    async def scenario(batcher: Batcher) -> float:
        first = await occupied(shop, batcher)
        tasks = await asked(batcher, [SHIRT] * 3)
        with pytest.raises(OverloadError) as caught:
            await batcher.ask(SHIRT)
        shop.let_go.set()
        await asyncio.gather(first, *tasks)
        assert (await batcher.ask(SHIRT)).provenance.bundle_id == "planted-1"
        return caught.value.retry_after_s

    assert run(shop, scenario, BatchConfig(max_waiting=3)) >= 0.05


def test_a_question_larger_than_the_queue_is_answered_when_nothing_waits():
    large = ScoreQuestion(outfits=[["navy-shirt"]] * 9)
    reply = run(PlantedShop(), lambda each: each.ask(large), BatchConfig(max_waiting=3))
    assert len(reply.answer) == 9


def test_a_cancelled_question_is_not_computed_and_makes_room():
    shop = CountingShop()

    async def scenario(batcher: Batcher) -> None:
        first = await occupied(shop, batcher)
        (gone,) = await asked(batcher, [ScoreQuestion(outfits=[["red-dress"]])])
        gone.cancel()
        await asyncio.sleep(0)
        (kept,) = await asked(batcher, [SHIRT])
        shop.let_go.set()
        await asyncio.gather(first, kept)

    run(shop, scenario, BatchConfig(max_waiting=1))
    assert shop.batches == [[SHIRT], [SHIRT]]


def test_a_question_that_is_cancelled_while_it_is_answered_harms_nobody():
    shop = CountingShop()

    async def scenario(batcher: Batcher) -> Reply:
        first = await occupied(shop, batcher)
        first.cancel()
        (kept,) = await asked(batcher, [SHIRT])
        shop.let_go.set()
        return await kept

    assert run(shop, scenario).provenance.bundle_id == "planted-1"


def test_a_question_past_its_deadline_is_not_computed():
    shop = CountingShop()

    async def scenario(batcher: Batcher) -> None:
        first = await occupied(shop, batcher)
        late = asyncio.create_task(batcher.ask(SHIRT, remaining_s=0.02))
        kept = asyncio.create_task(batcher.ask(TARGET, remaining_s=PATIENCE_S))
        await asyncio.sleep(0)  # both wait
        await asyncio.sleep(0.03)
        shop.let_go.set()
        await asyncio.gather(first, kept)
        with pytest.raises(TooLateError):
            await late

    run(shop, scenario)
    assert shop.batches == [[SHIRT], [TARGET]]


def test_one_bad_question_does_not_spoil_its_batch():
    shop = CountingShop()
    bad = ScoreQuestion(outfits=[["nope"]])

    async def scenario(batcher: Batcher) -> list[Reply | BaseException]:
        first = await occupied(shop, batcher)
        tasks = await asked(batcher, [SHIRT, bad, SHIRT])
        shop.let_go.set()
        await first
        return await asyncio.gather(*tasks, return_exceptions=True)

    good, error, other = run(shop, scenario)
    assert shop.batches[1:] == [[SHIRT, bad, SHIRT]]
    assert isinstance(error, UnknownItemError)
    assert isinstance(good, Reply)
    assert isinstance(other, Reply)


class FragileShop(CountingShop):
    """A shop that breaks where a red dress stands among the questions."""

    def answer(self, questions: Sequence[Question]) -> list[Answer | OutfitError]:
        answers = super().answer(questions)
        if any("red-dress" in str(question) for question in questions):
            raise RuntimeError("broken by a red dress")
        return answers


def test_a_question_that_breaks_the_engine_breaks_only_its_own_answer():
    shop = FragileShop()
    red = ScoreQuestion(outfits=[["red-dress"]])

    async def scenario(batcher: Batcher) -> list[Reply | BaseException]:
        first = await occupied(shop, batcher)
        tasks = await asked(batcher, [SHIRT, red, SHIRT])
        shop.let_go.set()
        await first
        return await asyncio.gather(*tasks, return_exceptions=True)

    good, error, other = run(shop, scenario)
    assert isinstance(good, Reply)
    assert isinstance(other, Reply)
    assert isinstance(error, RuntimeError)


def test_nobody_waits_for_an_outcome_that_was_left_out():
    desk = ReplyDesk(EngineSlot(PlantedShop()), OverlayState)

    def all_but_one(questions: Sequence[Question]) -> list[Reply | OutfitError]:
        return desk(questions)[: max(1, len(questions) - 1)]

    async def once() -> list[Reply]:
        with ThreadPoolExecutor(1) as executor:
            async with batching(all_but_one, executor, BatchConfig()) as batcher:
                tasks = await asked(batcher, [SHIRT] * 3)
                return await asyncio.wait_for(asyncio.gather(*tasks), PATIENCE_S)

    assert len(asyncio.run(once())) == 3


def test_after_a_fault_in_its_own_thread_the_batcher_goes_on(monkeypatch, caplog):
    shop, take, main = CountingShop(), QuestionQueue.take, threading.current_thread()
    faults = iter([LookupError("a fault")])

    def take_or_fail(queue: QuestionQueue, max_size: int) -> Taken:
        if threading.current_thread() is not main and (fault := next(faults, None)):
            raise fault
        return take(queue, max_size)

    async def scenario(batcher: Batcher) -> list[Reply | BaseException]:
        first = await occupied(shop, batcher)
        tasks = await asked(batcher, [SHIRT, TARGET])
        shop.let_go.set()
        replies = await asyncio.gather(first, *tasks, return_exceptions=True)
        return [*replies, await batcher.ask(SHIRT)]

    monkeypatch.setattr(QuestionQueue, "take", take_or_fail)
    first, *rest = run(shop, scenario)
    assert isinstance(first, LookupError)
    assert all(isinstance(reply, Reply) for reply in rest)
    assert [record.levelname for record in caplog.records if record.exc_info] == ["CRITICAL"]


def test_without_an_engine_every_question_is_told_so():
    async def scenario(batcher: Batcher) -> None:
        outcomes = await asyncio.gather(*await asked(batcher, [SHIRT] * 3), return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {NotLoadedError}

    run(None, scenario)


def test_another_thread_may_ask_how_much_waits():
    kinds = [type(f"Kind{number}", (ScoreQuestion,), {}) for number in range(300)]

    async def scenario(batcher: Batcher) -> None:
        over = threading.Event()

        def watch() -> None:
            while not over.is_set():
                assert batcher.waiting_size >= 0

        watching = asyncio.create_task(asyncio.to_thread(watch))
        tasks = [asyncio.create_task(batcher.ask(kind(outfits=[["x"]]))) for kind in kinds]
        await asyncio.sleep(0)
        over.set()
        for task in tasks:
            task.cancel()
        await watching

    run(PlantedShop(), scenario)


class Notebook:
    def __init__(self) -> None:
        self.batches: list[AnsweredBatch] = []

    def answered(self, batch: AnsweredBatch) -> None:
        self.batches.append(batch)


def test_observers_are_told_of_every_batch_and_how_long_its_questions_waited():
    shop, notebook = CountingShop(), Notebook()

    async def scenario(batcher: Batcher) -> float:
        began = time.monotonic()
        first = await occupied(shop, batcher)
        occupied_s = time.monotonic() - began
        tasks = await asked(batcher, [SHIRT, UNKNOWN])
        assert batcher.waiting_size == 2
        await asyncio.sleep(0.05)
        shop.let_go.set()
        await asyncio.gather(first, *tasks, return_exceptions=True)
        assert batcher.waiting_size == 0
        return occupied_s

    occupied_s = run(shop, scenario, observers=[notebook])
    alone, joined = notebook.batches
    assert (alone.questions, joined.questions) == ([SHIRT], [SHIRT, UNKNOWN])
    assert alone.took_s >= 0.05
    assert min(joined.waited_s) >= 0.05
    assert 0 <= alone.waited_s[0] <= occupied_s
    reply, error = joined.outcomes
    assert isinstance(reply, Reply)
    assert reply.batch_size == 2
    assert isinstance(error, UnknownItemError)
