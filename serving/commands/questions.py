"""`outfit questions`: question files built from the outfits of a dataset."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cyclopts import Parameter

if TYPE_CHECKING:
    from data.dataset import Dataset
    from data.features import Feature
    from data.questions import QuestionSet

Negatives = Literal["random", "same-slot", "same-category", "popularity", "similarity-band"]


def _check_draw(_type: object, draw: "Draw | None") -> None:
    """Refuse what would change nothing."""
    if draw is None:
        return
    if draw.task == "retrieval" and draw.negatives is not None:
        raise ValueError("--negatives changes nothing where --task is retrieval")
    if draw.feature is not None and draw.negatives != "similarity-band":
        raise ValueError("--feature changes nothing unless --negatives is similarity-band")


@Parameter(name="*", validator=_check_draw)
@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What is asked, and what stands in the place of an item."""

    task: Literal["fitb", "compatibility", "retrieval", "weakest"]
    """fitb hides an item among four candidates; compatibility sets an outfit beside one with every
    item replaced; retrieval asks for an item that was taken out; weakest plants an odd item."""

    negatives: Negatives | None = None
    """Any other item of the split, one of the same slot or category (the default), any in
    proportion to how often it is worn, or one of the same category that is neither a double nor
    unlike."""

    feature: str | None = None
    """Whose cosine tells doubles from the unlike, for similarity-band; may be left out where the
    dataset holds one feature."""


def questions(
    data: Path,
    *,
    draw: Draw,
    out: Path,
    split: Literal["train", "valid", "test"] = "valid",
    seed: int = 0,
) -> None:
    """Build a file of questions from the outfits of one split, for `outfit evaluate`.

    Example: `outfit questions shop --task fitb --negatives same-slot --split test --out fitb.jsonl`

    Args:
        data: the dataset folder.
        draw: what is asked.
        out: the JSON lines file to write; it appears whole or not at all.
        split: whose outfits become questions.
        seed: of every draw.
    """
    from data.dataset import Dataset

    built = _write(out, Dataset.load(data), split, draw, seed=seed)
    reasons = ", ".join(f"{number:,} {why}" for why, number in built.dropped.items())
    print(f"wrote {out}: {len(built.questions):,} questions; left out: {reasons or 'none'}")


def _write(
    out: Path, dataset: "Dataset", split: str, draw: Draw, *, seed: int
) -> "QuestionSet[Any]":
    """Build and write one kind of question; refuse a file without any."""
    from data.question_builder import build_compatibility, build_fitb
    from data.questions import QuestionSet, refuse_empty, write_compatibility, write_fitb
    from data.retrieval_questions import build_retrieval, write_retrieval
    from data.weakest_questions import build_weakest, write_weakest

    if draw.task == "retrieval":
        asked = build_retrieval(dataset, split, seed=seed)
        refuse_empty(asked)
        write_retrieval(out, asked.questions)
        return asked
    kind = draw.negatives or "same-category"
    feature = _feature(dataset, draw.feature) if kind == "similarity-band" else None
    builders: dict[str, tuple[Callable[..., QuestionSet[Any]], Callable[..., None]]] = {
        "fitb": (build_fitb, write_fitb),
        "compatibility": (build_compatibility, write_compatibility),
        "weakest": (build_weakest, write_weakest),
    }
    build, write = builders[draw.task]
    built = build(dataset, split, negatives=kind, seed=seed, feature=feature)
    refuse_empty(built)
    write(out, built.questions)
    return built


def _feature(dataset: "Dataset", name: str | None) -> "Feature":
    """The feature of that name, or the only one that there is."""
    from data.errors import SchemaError
    from data.features import list_features, open_feature

    held = list_features(dataset.folder)
    if name is None and len(held) != 1:
        raise SchemaError(
            expected="--feature, one of the dataset's",
            got=f"none of {', '.join(held) or 'none: encode the dataset first'}",
            file=dataset.folder,
        )
    return open_feature(dataset.folder, name or held[0], dataset.items["item_id"].to_list())
