"""Log records as a line each: a JSON object, or text for people."""

import json
import logging
from datetime import UTC, datetime
from functools import partial
from typing import Final, Literal, TypeAlias

from serving.line_writer import LineWriter

STANDARD_ERROR: Final = 2  # its descriptor

LogFormat: TypeAlias = Literal["json", "text"]

_encode = json.JSONEncoder(default=str, ensure_ascii=False).encode
_OWN_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Time (UTC), level, logger and event of a record, then whatever `extra` it carries."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON; a value that JSON does not know is written as text."""
        fields: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        fields |= _extra(record)
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return _encode(fields)


class TextFormatter(logging.Formatter):
    """The same as `name=value` pairs behind the event; a traceback takes lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """One line; whatever would break it is quoted as JSON quotes it."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        head = [time, record.levelname, record.name, _plain(record.getMessage(), spaces=True)]
        line = " ".join([*head, *_pairs(record)])
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class ShortFormatter(logging.Formatter):
    """Level, logger, event and pairs, without the time: for a command that a person waits for."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - overrides
        """The line before a traceback."""
        return " ".join([record.levelname, record.name, record.message, *_pairs(record)])


FORMATTERS: Final[dict[LogFormat, type[logging.Formatter]]] = {
    "json": JsonFormatter,
    "text": TextFormatter,
}


def configure_logging(
    log_format: LogFormat = "json", level: str = "INFO", *, worker: int | None = None
) -> None:
    """Send every record of the process to standard error, by a thread that may wait for its reader.

    Records are made without the thread, process and line that no format here tells.

    Args:
        log_format: of each.
        level: the least to be sent.
        worker: the number of this process among those that serve together, told in each.
    """
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None
    handler = _LineHandler(LineWriter(STANDARD_ERROR, lambda number: _dropped(handler, number)))
    handler.setFormatter(FORMATTERS[log_format]())
    handler.addFilter(_tells_no_metadata)
    if worker is not None:
        handler.addFilter(partial(_of_worker, worker))
    logging.basicConfig(level=level, handlers=[handler], force=True)


def _tells_no_metadata(record: logging.LogRecord) -> bool:
    """Whether this is none of the lines in which gRPC quotes metadata whole, keys included."""
    return not record.getMessage().startswith("Invalid encoding on")


class _LineHandler(logging.StreamHandler[LineWriter]):
    """Writes what waits when it is closed, as `logging.shutdown` does at the end of the process."""

    def close(self) -> None:
        self.stream.close()
        super().close()


def _dropped(handler: logging.Handler, number: int) -> str:
    """The line that tells of lines that are missing."""
    fields = {"name": __name__, "levelname": "WARNING", "msg": "dropped lines of the log"}
    record = logging.makeLogRecord(fields | {"num_lines": number})
    handler.filter(record)  # which names the worker
    return f"{handler.format(record)}\n"


def _of_worker(number: int, record: logging.LogRecord) -> bool:
    record.worker = number
    return True


def _extra(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _OWN_FIELDS}


def _pairs(record: logging.LogRecord) -> list[str]:
    return [f"{name}={_plain(value)}" for name, value in _extra(record).items()]


def _plain(value: object, *, spaces: bool = False) -> str:
    text = str(value)
    allowed = text.replace(" ", "") if spaces else text
    return text if allowed.isprintable() and not set(allowed) & set(' "=') else json.dumps(text)
