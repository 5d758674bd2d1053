"""An explanation as rows of a table and as sentences."""

from collections.abc import Iterator, Sequence

from serving.client_codec import ExplainAnswer


def explanation_rows(answer: ExplainAnswer, names: Sequence[str]) -> list[list[str]]:
    """One row an item: its name, contribution, what it adds alone and with every other item."""
    with_other = {(pair.first, pair.second): pair.contribution for pair in answer.pairs}
    with_other |= {(second, first): value for (first, second), value in with_other.items()}
    return [
        [
            f"{place}  {name}",
            *(f"{value:+.4f}" for value in (item.contribution, item.alone)),
            *(
                f"{with_other[place, other]:+.4f}" if other != place else ""
                for other in range(len(names))
            ),
        ]
        for place, (name, item) in enumerate(zip(names, answer.items, strict=True))
    ]


def explanation_lines(answer: ExplainAnswer, names: Sequence[str]) -> Iterator[str]:
    """What the numbers sum to, which item is the weakest, and what to put in its place."""
    how = "" if answer.exact else ", sampled"
    yield (
        f"logit {answer.score.logit:.4f} = {answer.empty_logit:.4f} of no items "
        f"+ all contributions{how}; probability {answer.score.probability:.4f}"
    )
    yield f"weakest: {names[answer.weakest]}"
    proposed = answer.replacement
    if proposed is None:
        yield "nothing that may be proposed raises the logit"
    else:
        yield (
            f"with {proposed.item_id} in its place: logit {proposed.logit:.4f}, "
            f"probability {proposed.probability:.4f}"
        )
