"""Two bundles of a tiny shop for the Node client: `python -m tests.node.bundles FOLDER`."""

import sys
from pathlib import Path

from tests.tiny_shop import train_tiny_bundle, write_tiny_shop


def main() -> None:
    folder = Path(sys.argv[1])
    write_tiny_shop(folder / "shop")
    for name, seed in (("spring", 0), ("summer", 1)):
        train_tiny_bundle(folder / "shop", folder / "bundles" / name, seed=seed)


main()
