"""`outfit encode`: titles and pictures of a dataset, made into vectors once."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter, validators

if TYPE_CHECKING:
    from engine.encoding import Progress


def _check_pairs(_type: object, pairs: Sequence[str] | None) -> None:
    """Refuse what is not NAME=FILE, or a name given twice."""
    names = [pair.partition("=")[0] for pair in pairs or ()]
    if any(not all(pair.partition("=")) for pair in pairs or ()):
        raise ValueError("expected NAME=FILE")
    if len(set(names)) < len(names):
        raise ValueError("expected each NAME once")


def encode(
    data: Path,
    *,
    text: str = "minilm",
    image: str = "efficientnet-lite0",
    precomputed: Annotated[list[str] | None, Parameter(validator=_check_pairs, negative="")] = None,
    batch_size: Annotated[int, Parameter(validator=validators.Number(gte=1))] = 256,
) -> None:
    """Turn the titles and pictures of a dataset into vectors, kept beside its tables.

    What is up to date is kept; a run that was stopped goes on where it was. Pictures that cannot be
    read are listed in DATA/features/image/unreadable.jsonl and count as absent.

    Example: `outfit encode shop`

    Args:
        data: the dataset folder.
        text: minilm, st:NAME_OR_PATH (any sentence-transformers model), or none.
        image: efficientnet-lite0, st:NAME_OR_PATH (CLIP, SigLIP and the like), or none.
        precomputed: NAME=FILE, vectors of your own by item id: FILE.parquet with the columns
            item_id and vector, or FILE.npy with the ids in FILE.ids.txt; may be repeated.
        batch_size: titles or pictures between two records of progress.
    """
    from data.dataset import Dataset
    from engine.encoding import EncodingConfig, encode_dataset

    config = EncodingConfig(
        text=None if text == "none" else text,
        image=None if image == "none" else image,
        precomputed={pair.partition("=")[0]: Path(pair.partition("=")[2]) for pair in precomputed}
        if precomputed
        else {},
        batch_size=batch_size,
    )
    for step in _shown(encode_dataset(Dataset.load(data), config)):
        print(_summary(data, step))


def _shown(steps: "Iterable[Progress]") -> "Iterable[Progress]":
    """Draw a bar for what is under way; pass on how each feature ended."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task("", visible=False)
        for step in steps:
            if step.state == "encoding":
                bars.update(
                    bar,
                    description=step.feature,
                    completed=step.done,
                    total=step.total,
                    visible=True,
                )
            else:
                bars.update(bar, visible=False)
                yield step


def _summary(data: Path, step: "Progress") -> str:
    """One line on how a feature ended."""
    from data.features import read_manifest

    if step.state == "skipped":
        return f"{step.feature:<12} skipped: no item has one"
    manifest = read_manifest(data, step.feature)
    line = (
        f"{step.feature:<12} {step.state}: {manifest['encoder']}, {manifest['dim']} numbers, "
        f"{manifest['present']} of {manifest['items']} items"
    )
    if manifest["unreadable"]:
        line += f"; {manifest['unreadable']} unreadable, see features/image/unreadable.jsonl"
    return line
