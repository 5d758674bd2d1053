"""Pictures that lie beside a release, found by the name of their item."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl


def with_images(items: pl.DataFrame, folder: Path) -> pl.DataFrame:
    """`items` with a column `image`: the absolute path of its picture in `folder`, or null."""
    found = _pictures(folder)
    return items.with_columns(
        image=pl.col("item_id").replace_strict(
            list(found), list(found.values()), default=None, return_dtype=pl.String()
        )
    )


def _pictures(folder: Path) -> Mapping[str, str]:
    """Paths by item: `<item_id>.jpg`, or `<set_id>/<index>.jpg` for the item `<set_id>_<index>`."""
    whole = folder.resolve()
    nested = {f"{file.parent.name}_{file.stem}": str(file) for file in whole.glob("*/*.jpg")}
    return nested | {file.stem: str(file) for file in whole.glob("*.jpg")}
