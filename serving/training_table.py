"""Training as it goes: a row an epoch."""

import math
import sys
from types import TracebackType

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from engine.training import Epoch


class EpochTable:
    """Prints a row an epoch, with a spinner below while the next one runs.

    Args:
        num_epochs: at most.
        quiet: prints nothing, for processes beside the one that prints.
    """

    def __init__(self, *, num_epochs: int, quiet: bool = False) -> None:
        self._console = Console(file=sys.stdout, highlight=False, quiet=quiet)
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self._progress = Progress(*columns, console=self._console, transient=True)
        self._task = self._progress.add_task("epoch 0")
        self._num_epochs = num_epochs

    def __enter__(self) -> "EpochTable":
        """Show the spinner."""
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the spinner away; the rows stay."""
        self._progress.stop()

    def add(self, epoch: Epoch) -> Epoch:
        """Print an epoch and hand it on."""
        figures = "  ".join(f"{name} {figure:.3f}" for name, figure in epoch.validation.items())
        best = " *" if epoch.best else ""
        loss = " " * 6 if math.isnan(epoch.loss) else f"{epoch.loss:6.3f}"
        self._progress.print(
            f"epoch {epoch.number:2}  loss {loss}  {figures}  {epoch.seconds:.0f} s{best}"
        )
        following = f"epoch {epoch.number + 1} of at most {self._num_epochs}"
        self._progress.update(self._task, description=following)
        return epoch
