"""A record is a line: a JSON object, or text."""

import json
import logging
import subprocess
import sys

import pytest

from serving import line_writer
from serving.request_log import JsonFormatter, ShortFormatter, TextFormatter, configure_logging


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


def test_as_text_a_record_is_time_level_logger_event_and_pairs():
    line = TextFormatter().format(record(request_id="r1", num_items=3))
    time, rest = line.split(" ", 1)
    assert time.endswith("+00:00")
    assert rest == "INFO serving.x answered request_id=r1 num_items=3"


def test_to_a_person_who_waits_a_record_is_level_logger_event_pairs_and_traceback():
    line = ShortFormatter().format(record(chosen="onnxruntime"))
    assert line == "INFO serving.x answered chosen=onnxruntime"
    try:
        json.loads("broken")
    except ValueError:
        text = ShortFormatter().format(record(exc_info=sys.exc_info()))
    assert text.startswith("INFO serving.x answered\nTraceback")


def test_as_text_what_would_break_the_line_is_quoted():
    line = TextFormatter().format(record(got='a\n"b"', reason="two words", of="a=b"))
    assert line.endswith(r'answered got="a\n\"b\"" reason="two words" of="a=b"')
    made = logging.makeLogRecord({"name": "x", "levelname": "INFO", "msg": "lost it\nINFO forged"})
    assert TextFormatter().format(made).endswith(r'INFO x "lost it\nINFO forged"')


def test_as_text_an_exception_brings_its_traceback():
    try:
        json.loads("broken")
    except ValueError:
        text = TextFormatter().format(record(exc_info=sys.exc_info()))
    assert "JSONDecodeError: Expecting value" in text


def test_the_process_logs_in_order_and_says_of_which_worker_lines_were_dropped(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(line_writer, "MAX_LINES", 0)
    configure_logging(worker=3)
    logging.getLogger("x").warning("lost")
    monkeypatch.setattr(line_writer, "MAX_LINES", 10)
    logging.getLogger("x").warning("kept")
    logging.getLogger().handlers[-1].close()
    kept, dropped = map(json.loads, capfd.readouterr().err.splitlines())
    assert (kept["event"], kept["worker"]) == ("kept", 3)
    assert (dropped["event"], dropped["num_lines"]) == ("dropped lines of the log", 1)
    assert (dropped["level"], dropped["worker"]) == ("warning", 3)


def test_metadata_that_grpc_cannot_read_are_not_logged():
    program = (
        "import logging\n"
        "from serving.request_log import configure_logging\n"
        "configure_logging()\n"
        "grpc = logging.getLogger('grpc._cython.cygrpc')\n"
        "grpc.error('Invalid encoding on %s', b'Bearer outfit_secret\\xff')\n"
        "grpc.error('something else')\n"
    )
    run = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "something else" in run.stderr
    assert "outfit_secret" not in run.stderr
