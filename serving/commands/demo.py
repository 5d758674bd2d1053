"""`outfit demo`: the whole way, from no data to answers over gRPC and a page that shows them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

if TYPE_CHECKING:
    from serving.demo.interview import Interview

Items = Annotated[int, Parameter(validator=Number(gte=200))]
Outfits = Annotated[int, Parameter(validator=Number(gte=300))]  # a tenth validates the model


def demo(
    *, out: Path = Path("demo"), items: Items = 2000, outfits: Outfits = 3000, seed: int = 0
) -> None:
    """Generate a shop, train on it, judge the model, serve it, ask it, and write a lookbook.

    Example: `outfit demo --out demo --seed 0`

    Args:
        out: the folder to write; one that an earlier demo made is written anew.
        items: number of items in the catalogue.
        outfits: number of outfits.
        seed: of the shop and of the model; the same seed gives the same lookbook.
    """
    from serving.demo.folder import claim_folder

    start = time.perf_counter()
    claim_folder(out)
    data, bundle = out / "data", out / "bundle"
    with _step(f"outfit generate --out {data} --items {items} --outfits {outfits} --seed {seed}"):
        from serving.commands.generate import generate

        generate(out=data, items=items, outfits=outfits, seed=seed)
    with _step(f"outfit encode {data}"):
        from serving.commands.encode import encode

        encode(data)
    with _step(f"outfit train {data} --seed {seed} --out {bundle}"):
        from serving.commands.train import train

        with _one_thread():
            train(data, out=bundle, seed=seed)
    _evaluate(data, bundle, out / "evaluation.json")
    with _step(f"outfit serve {bundle} --port 0"):
        answers = _ask(data, bundle, out / "server.log")
    command = f"outfit demo --items {items} --outfits {outfits} --seed {seed}"
    _write_lookbook(out, answers, command)
    print(
        f"\nThe demo took {time.perf_counter() - start:.0f} s; nothing of it is running any more."
    )
    print(f"Open {out / 'lookbook.html'} in a browser: it needs no server.")
    print(f"To ask more: outfit serve {bundle}, then outfit call complements --help")


def _write_lookbook(out: Path, answers: "Interview", command: str) -> None:
    from data.atomic import atomic_file
    from serving.demo.pages import bind
    from serving.lookbook import render

    page = render(bind(answers, out / "data", out / "evaluation.json", command=command))
    with atomic_file(out / "lookbook.html") as temporary:
        temporary.write_text(page, encoding="utf-8")


def _evaluate(data: Path, bundle: Path, report: Path) -> None:
    from serving.commands.evaluate import evaluate

    questions = data / "questions"
    fitb = [questions / f"{name}.jsonl" for name in ("fitb_test", "fitb_third_order")]
    cp = [questions / "compatibility_test.jsonl"]
    flags = " ".join([*(f"--fitb {path}" for path in fitb), *(f"--cp {path}" for path in cp)])
    with _step(f"outfit evaluate {bundle} --data {data} {flags} --allow-overlap --json {report}"):
        evaluate([bundle], data=data, fitb=fitb, cp=cp, report=report, allow_overlap=True)


def _ask(data: Path, bundle: Path, log: Path) -> "Interview":
    """Serve the bundle, put every kind of question to it, print the answers; the server ends."""
    from rich.console import Console

    from serving.client import OutfitClient
    from serving.demo.answer_tables import (
        blank_table,
        pairing_table,
        shelf_table,
        target_line,
    )
    from serving.demo.interview import Shop, interview
    from serving.demo.server_process import server_process

    with server_process(bundle, log) as address, OutfitClient(address, deadline_s=60.0) as client:
        print(f"a server answers on {address}")
        answers = interview(Shop.load(data), client)
    console = Console(highlight=False)
    console.print(*map(pairing_table, answers.pairings[:1]))
    console.print(*map(blank_table, answers.blanks[:1]))
    for completion in answers.completions[:1]:
        shelf = completion.shelves[0]
        console.print(shelf_table(completion, shelf), target_line(shelf))
    return answers


@contextmanager
def _one_thread() -> Iterator[None]:
    """Sums in one order on any number of cores, and no threads that wait on a busy machine."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def _step(command: str) -> Iterator[None]:
    """Print the command that does the same by itself, and afterwards the time it took."""
    from rich.console import Console

    console, start = Console(highlight=False), time.perf_counter()
    console.print(f"\n$ {command}", style="bold cyan", markup=False, soft_wrap=True)
    yield
    console.print(f"  {time.perf_counter() - start:.1f} s", style="dim")
