"""Coverage-guided fuzzing of the codec: `python -m tests.fuzz.codec -runs=1000000`.

Takes the flags of libFuzzer, and folders to keep what was found. An exception that `decode` does
not foresee ends it with exit code 77, a traceback and the input in a file.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

with atheris.instrument_imports(include=["serving", "data", "engine"]):
    from tests.fuzz.decoding import decode
    from tests.fuzz.seeds import seeds


def main() -> None:
    """Fuzz until it is told to stop, or something is found."""
    with TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds()):
            (Path(folder) / str(number)).write_bytes(seed)
        atheris.Setup([*sys.argv, folder, "-max_len=4096"], decode)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
