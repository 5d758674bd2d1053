"""`outfit report`: an evaluation as a page that people look at."""

from pathlib import Path


def report(evaluations: list[Path], /, *, html: Path, data: Path | None = None) -> None:
    """Write one self-contained page of one or several evaluations.

    It shows every figure with its interval beside all controls, the model's accuracy by category,
    its calibration and scores, its best and worst questions, and says in plain words where it does
    not beat a control. It holds no scripts and loads nothing.

    Example: `outfit report mean-pool.json transformer.json --html page.html`

    Args:
        evaluations: what `outfit evaluate --json` wrote; models of several files share a ladder.
        html: the page to write.
        data: the dataset folder, for titles and pictures; by default the one that was evaluated.
    """
    from data.atomic import atomic_file
    from serving.evaluation_file import Evaluation
    from serving.evaluation_page import render
    from serving.page_sections import bind

    evaluation = Evaluation.join([Evaluation.read(path) for path in evaluations])
    folder = Path(evaluation.data) if data is None else data
    page = bind(evaluation, folder)
    with atomic_file(html) as temporary:
        temporary.write_text(render(page), encoding="utf-8")
    if not (folder / "items.parquet").exists():
        print(f"no dataset at {folder}: items are shown by their ids; give it with --data")
    print(f"wrote {html}")
