"""Which bundles of a folder were activated, as a file of that folder remembers.

FOLDER/.activations.json   their names, the last one answers
"""

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from data.atomic import atomic_file
from serving.security.file_stamp import Stamp, stamp_of

logger = logging.getLogger(__name__)

ACTIVATIONS: Final = ".activations.json"
REMEMBERED: Final = 16


class Activations:
    """What this process knows of them; others may write the file too.

    Attributes:
        names: of the bundles, the last is the latest.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / ACTIVATIONS
        self._seen: Stamp = ()
        self._reason = ""
        self.names: list[str] = []
        self.catch_up()

    def catch_up(self) -> bool:
        """Take over what another process wrote since, if anything; what is no list is left."""
        try:
            stamp = stamp_of(self._path)
            if stamp == self._seen:
                return False
            content = self._path.read_bytes()
            self._seen = stamp  # only now: what could not be read is read again
            self.names = [str(name) for name in json.loads(content)]
        except FileNotFoundError:
            return False
        except (OSError, ValueError, TypeError, RecursionError) as error:
            self._complain(str(error))
            return False
        return True

    def remember(self, names: Sequence[str]) -> None:
        """Keep the latest, for this process, and for others where the folder can be written to."""
        self.names = [*names[-REMEMBERED:]]
        try:
            with atomic_file(self._path) as file:
                file.write_text(json.dumps(self.names), encoding="utf-8")
                stamp = stamp_of(file)
            self._seen = stamp
        except OSError as error:
            logger.warning("cannot remember the active bundle", extra={"reason": str(error)})

    def _complain(self, reason: str) -> None:
        """Say once what is in the way, however often it is."""
        if reason != self._reason:
            logger.warning("forgot which bundle was active", extra={"reason": reason})
        self._reason = reason
