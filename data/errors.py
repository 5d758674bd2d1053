"""The one tree of errors that the project raises on purpose.

OutfitError
├── InputError            what was given is wrong; says expected, got, and where
│   ├── UnreadableError   a file or a picture cannot be parsed, or is empty
│   ├── SchemaError       a column or field is missing, mistyped or out of range
│   ├── DuplicateError    an identifier stands twice
│   ├── UnknownItemError  an item is named that the catalogue does not hold
│   ├── UnknownCategoryError  a category or slot is named that the catalogue does not hold
│   ├── UnknownBundleError  a bundle is named that the folder does not hold
│   └── RefusedBundleError  a bundle is named that is damaged, or does not fit the server
├── UnauthenticatedError  a call bears no key, or none that is known
├── ForbiddenError        a call is one that its caller may not make
├── BundleError           a bundle or a feature store is damaged, or fits something else
├── NoPreviousBundleError  there is no bundle to roll back to
├── RetryableError        what was asked may be answered later
│   ├── OverloadError     more is asked than can be answered now
│   ├── RateLimitError    one caller asks more often than it may
│   └── NotLoadedError    there is no bundle yet to answer from
└── TooLateError          a question's turn came after its deadline, or it took too long to arrive
"""

from pathlib import Path


class OutfitError(Exception):
    """Root of every error raised on purpose."""


class InputError(OutfitError):
    """What was given is wrong.

    Args:
        expected: what would have been right, as a phrase.
        got: what was found instead, as a phrase.
        file: the file that holds it.
        row: its row or line, counted from 1 (for a table, the header not counted).
        field: the column, key or request field.
    """

    def __init__(
        self,
        *,
        expected: str,
        got: str,
        file: Path | str | None = None,
        row: int | None = None,
        field: str | None = None,
    ) -> None:
        self.expected, self.got = expected, got
        self.file, self.row, self.field = file, row, field
        places = [
            str(file) if file is not None else "",
            f"row {row}" if row is not None else "",
            f"field {field!r}" if field is not None else "",
        ]
        where = ", ".join(place for place in places if place)
        super().__init__(f"{where + ': ' if where else ''}expected {expected}, got {got}")


class UnreadableError(InputError):
    """A file or a picture cannot be parsed, or is empty."""


class SchemaError(InputError):
    """A column or field is missing, mistyped or out of range."""


class DuplicateError(InputError):
    """An identifier stands twice."""


class UnknownItemError(InputError):
    """An item is named that the catalogue does not hold."""


class UnknownCategoryError(InputError):
    """A category or slot is named that the catalogue does not hold."""


class UnknownBundleError(InputError):
    """A bundle is named that the folder does not hold."""


class RefusedBundleError(InputError):
    """A bundle is named that is damaged, or does not fit the server."""


class NoPreviousBundleError(OutfitError):
    """There is no bundle to roll back to."""


class UnauthenticatedError(OutfitError):
    """A call bears no key, or none that is known."""


class ForbiddenError(OutfitError):
    """A call is one that its caller may not make."""


class BundleError(OutfitError):
    """A bundle or a feature store is damaged, or fits something else."""


class RetryableError(OutfitError):
    """What was asked may be answered later.

    Args:
        message: what is in the way.
        retry_after_s: seconds after which asking again makes sense.
    """

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(message)


class OverloadError(RetryableError):
    """More is asked than can be answered now."""


class RateLimitError(RetryableError):
    """One caller asks more often than it may."""


class NotLoadedError(RetryableError):
    """There is no bundle yet to answer from."""


class TooLateError(OutfitError):
    """The deadline of a question passed before its turn came, or it took too long to arrive."""
