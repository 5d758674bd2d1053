from io import StringIO

from rich.console import Console

from serving.ranking_table import ranking_table


def interval(figure: float) -> dict[str, float]:
    return {"figure": figure, "low": figure - 0.1, "high": figure + 0.1}


def printed(report: dict) -> str:
    text = StringIO()
    Console(file=text, width=80).print(ranking_table(report))
    return text.getvalue()


def figures(first: float) -> dict[str, dict[str, float]]:
    names = ("recall@10", "recall@30", "recall@50", "mrr", "ndcg@10")
    return {name: interval(first + at / 1000) for at, name in enumerate(names)}


def test_every_figure_stands_beside_those_of_the_controls_within_80_columns() -> None:
    report = {
        "file": "runs/questions.jsonl",
        "kind": "retrieval",
        "wish": "category+text",
        "pool": {"rule": "fine", "size": 3000},
        "figures": figures(0.5),
        "controls": {
            "category_pmi": {
                "figures": figures(0.2),
                "model_minus_control": interval(0.3),
            }
        },
    }
    text = printed(report)
    assert "questions.jsonl: retrieval, fine pools of 3,000, told category+text" in text
    model, control = (
        line.split() for line in text.splitlines() if "0.50" in line or "0.20" in line
    )
    assert model == ["model", "0.500", "0.400-0.600", "0.501", "0.502", "0.503", "0.504"]
    assert control == [
        "category_pmi", "0.200", "0.100-0.300", "+0.300", "0.201", "0.202", "0.203", "0.204",
    ]  # fmt: skip


def test_a_pool_without_a_size_and_the_weakest_item_have_titles_of_their_own() -> None:
    report = {"file": "a/w.jsonl", "kind": "weakest", "figures": figures(0.5), "controls": {}}
    assert "w.jsonl: weakest item" in printed(report)
    full = {"kind": "retrieval", "wish": "none", "pool": {"rule": "full", "size": None}}
    assert "w.jsonl: retrieval, full pools, told none" in printed(report | full)
