"""`outfit split`: part the outfits of a dataset anew, provably disjoint where that is asked for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter, validators

Share = Annotated[float, Parameter(validator=validators.Number(gte=0, lt=1))]


def _check_shares(_type: object, shares: "Shares | None") -> None:
    """Refuse shares that leave nothing to train on."""
    if shares is not None and shares.valid + shares.test >= 1:
        raise ValueError("expected --valid and --test to add up to less than 1")


@Parameter(name="*", validator=_check_shares)
@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """How many outfits are held out; with disjoint, about that share of those that are kept."""

    valid: Share = 0.1
    """Share of the outfits for validation."""

    test: Share = 0.1
    """Share of the outfits for the test; what is left trains."""


TENTHS = Shares()


def split(
    data: Path,
    *,
    rule: Literal["disjoint", "nondisjoint"],
    out: Path,
    shares: Shares = TENTHS,
    seed: int = 0,
) -> None:
    """Part the outfits of a dataset into train, valid and test, and write a new dataset folder.

    Features are copied. How many outfits a disjoint split had to leave out, and that no product
    stands in two splits, counted from scratch, is printed and kept in import.json.

    Example: `outfit split shop --rule disjoint --valid 0.1 --test 0.1 --seed 0 --out shop-disjoint`

    Args:
        data: the dataset folder; its present splits do not count.
        rule: disjoint, where no item, nor any other colour of it, stands in two splits; or
            nondisjoint, where outfits are drawn at random.
        out: the dataset folder to write; it appears whole or not at all.
        shares: how many outfits are held out.
        seed: of every draw.
    """
    from data.atomic import refuse_occupied
    from data.dataset import Dataset
    from data.split_files import split_report, write_split
    from data.splits import SplitConfig, split_outfits

    refuse_occupied(out)
    config = SplitConfig(rule=rule, valid=shares.valid, test=shares.test, seed=seed)
    dataset = Dataset.load(data)
    parted = split_outfits(dataset, config)
    write_split(dataset, parted, config, out)
    report = split_report(dataset, parted, config)
    print(f"wrote {out} (the whole report is in import.json)")
    for name in ("outfits", "dropped", "shared_products"):
        print(f"  {name.replace('_', ' '):<18}{_line(report[name])}")


def _line(counts: object) -> str:
    if not isinstance(counts, dict):
        return str(counts)
    return ", ".join(f"{name} {number:,}" for name, number in counts.items())
