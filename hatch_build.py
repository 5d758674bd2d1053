"""Compiles engine/byte_scan.c when the package is installed, where there is a compiler."""

import os
import shlex
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE, LIBRARY = "engine/byte_scan.c", "engine/libbyte_scan.so"


class ByteScanHook(BuildHookInterface):
    """Puts the library beside its source; without a compiler the package is installed without."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatch's
        """Compile before files are collected; whatever is being built stands in `target_name`."""
        if self.target_name != "wheel":
            return
        library = Path(self.root, LIBRARY)
        try:
            _compile(Path(self.root, SOURCE), library)
        except (OSError, subprocess.CalledProcessError) as error:
            library.unlink(missing_ok=True)
            self.app.display_warning(f"{SOURCE} is not compiled, searches are slower: {error}")
        else:
            build_data["artifacts"].append(LIBRARY)
            build_data["pure_python"], build_data["infer_tag"] = False, True


def _compile(source: Path, library: Path) -> None:
    """Whoever has the library open keeps the one that was there."""
    compiler = shlex.split(os.environ.get("CC", "cc"))
    written = library.with_suffix(f".{os.getpid()}")
    flags = ["-std=c11", "-O3", "-Wall", "-Wextra", "-fPIC", "-shared"]
    subprocess.run([*compiler, *flags, str(source), "-o", str(written), "-lm"], check=True)  # noqa: S603
    written.replace(library)
