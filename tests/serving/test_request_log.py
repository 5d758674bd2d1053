"""One JSON object a line."""

import json
import logging
import sys

from serving.request_log import JsonFormatter


def record(**extra: object) -> logging.LogRecord:
    made = logging.makeLogRecord({"name": "serving.x", "levelname": "INFO", "msg": "answered"})
    made.__dict__.update(extra)
    return made


def test_a_record_is_its_event_and_its_extra_and_nothing_else():
    line = json.loads(JsonFormatter().format(record(request_id="r1", num_items=3)))
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "serving.x",
        "event": "answered",
        "request_id": "r1",
        "num_items": 3,
    }


def test_line_breaks_and_foreign_values_stay_within_one_line():
    text = JsonFormatter().format(record(got='a\n"b"', kind=ValueError))
    assert "\n" not in text
    assert json.loads(text)["got"] == 'a\n"b"'


def test_an_exception_brings_its_traceback():
    try:
        json.loads("broken")
    except ValueError:
        line = json.loads(JsonFormatter().format(record(exc_info=sys.exc_info())))
    assert "JSONDecodeError: Expecting value" in line["exception"]
