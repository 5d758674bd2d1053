"""The demo's answers and its evaluation, bound into a lookbook."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from serving.demo.interview import Interview
from serving.evaluation_file import Evaluation
from serving.lookbook import Exam, Lookbook

COVER_SIZE = 4
HEADLINES = ("fitb_test", "compatibility_test")


def bind(answers: Interview, data: Path, evaluation: Path, *, command: str) -> Lookbook:
    """A lookbook from what a server answered, the shop in `data` and the written evaluation."""
    report = Evaluation.read(evaluation)
    shop = json.loads((data / "import.json").read_bytes())
    exams = [Exam.of(each) for each in report.files]
    return Lookbook(
        command=command,
        model=report.bundles[0]["model"],
        bundle_id=answers.bundle_id,
        facts=_facts(shop, exams),
        cover=answers.pairings[0].kept.garments[:COVER_SIZE] if answers.pairings else (),
        pairings=answers.pairings,
        blanks=answers.blanks,
        completions=answers.completions,
        exams=tuple(exams),
    )


def _facts(shop: Mapping[str, Any], exams: Sequence[Exam]) -> dict[str, str]:
    sizes = {"garments": f"{shop['items']:,}", "outfits": f"{shop['outfits']:,}"}
    figures = {
        f"{exam.title.lower()}, chance {exam.chance:.2f}": f"{exam.model.figure:.2f}"
        for exam in exams
        if exam.name in HEADLINES
    }
    return sizes | figures
