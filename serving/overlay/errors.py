"""What can go wrong between a replica and its log of updates.

UpdateLogError
├── LogUnreachableError   nothing answers, or the connection broke
├── LogTimeoutError       an answer did not come in time; the update may be in the log all the same
├── LogDeniedError        the password or the rights are wrong
├── LogFullError          there is no room for more
├── LogRefusedError       it answers, but not to this
├── LogLostError          the log is empty where it was not
├── LogForkedError        the log does not hold what the replica has applied
└── LogDamagedError       what the log holds cannot be read
"""

from typing import Final

from data.errors import RetryableError

RETRY_S: Final = 1.0
"""Within which a log that is back is followed again."""


class UpdateLogError(RetryableError):
    """Updates cannot be read or written now; what was read before stays in force.

    Args:
        expected: of the log, as a phrase.
        got: instead, as a phrase.
        where: the log's address or file, without secrets.
    """

    def __init__(self, *, expected: str, got: str, where: str) -> None:
        self.expected, self.got, self.where = expected, got, where
        super().__init__(f"{where}: expected {expected}, got {got}", retry_after_s=RETRY_S)


class LogUnreachableError(UpdateLogError):
    """Nothing answers, or the connection broke."""


class LogTimeoutError(UpdateLogError):
    """An answer did not come in time; the update may be in the log all the same."""


class LogDeniedError(UpdateLogError):
    """The password or the rights are wrong."""


class LogFullError(UpdateLogError):
    """There is no room for more."""


class LogRefusedError(UpdateLogError):
    """The log answers, but not to this."""


class LogLostError(UpdateLogError):
    """The log is empty where it was not."""


class LogForkedError(UpdateLogError):
    """The log does not hold what the replica has applied."""


class LogDamagedError(UpdateLogError):
    """What the log holds cannot be read."""
