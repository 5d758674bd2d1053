"""The command line `outfit`: one subcommand a file in `serving.commands`."""

import logging
import sys

from cyclopts import App

from data.errors import OutfitError
from serving.request_log import ShortFormatter

app = App(
    name="outfit",
    help="Score outfits, fill in their blanks and find what completes them.",
    version_flags=["--version"],
)
for name in (
    "generate",
    "split",
    "encode",
    "train",
    "ensemble",
    "calibrate",
    "questions",
    "evaluate",
    "compare",
    "report",
    "serve",
    "bench",
    "doctor",
    "recommend",
    "demo",
):
    app.command(f"serving.commands.{name}:{name}", name=name)
app.command("serving.commands.import_data:app", name="import")
app.command("serving.commands.call:app", name="call")
app.command("serving.commands.keys:app", name="keys")


def main() -> None:
    """Run one subcommand; exit 0 when done, 1 when it failed, 2 on wrong usage."""
    handler = logging.StreamHandler()
    handler.setFormatter(ShortFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("faiss.loader").setLevel(logging.WARNING)
    try:
        app(sys.argv[1:])
    except OutfitError as error:
        logging.shutdown()  # what was logged stands before it
        advice = [f"  {note}" for note in getattr(error, "__notes__", ())]
        sys.stderr.write("\n".join([f"outfit: {error}", *advice]) + "\n")
        sys.exit(1)
