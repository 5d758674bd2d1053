"""What the log and the observers are told of one call."""

import grpc
import pytest

from serving.call_record import CallRecord
from serving.ongoing_call import OngoingCall, request_id_of


class Notebook:
    def __init__(self) -> None:
        self.records: list[CallRecord] = []

    def ended(self, record: CallRecord) -> None:
        self.records.append(record)


def test_observers_are_told_once_and_the_log_says_the_same():
    notebooks = [Notebook(), Notebook()]
    call = OngoingCall("/outfit.v1.S/M", (("x-request-id", "cart-7"),), notebooks)
    assert call.fields == {"request_id": "cart-7", "method": "/outfit.v1.S/M"}
    call.note_batch(3)
    call.end(grpc.StatusCode.NOT_FOUND)
    (record,) = notebooks[0].records
    assert notebooks[1].records == [record]
    assert (record.method, record.request_id) == ("/outfit.v1.S/M", "cart-7")
    assert (record.code, record.batch_size) == (grpc.StatusCode.NOT_FOUND, 3)
    assert record.metadata == (("x-request-id", "cart-7"),)
    assert call.fields["duration_ms"] == pytest.approx(record.duration_s * 1000, abs=0.01)
    assert (call.fields["code"], call.fields["batch_size"]) == ("NOT_FOUND", 3)


def test_a_call_that_the_model_did_not_see_has_no_batch_size():
    notebook = Notebook()
    call = OngoingCall("/outfit.v1.S/M", None, [notebook])
    call.end(grpc.StatusCode.OK)
    assert notebook.records[0].batch_size is None
    assert "batch_size" not in call.fields


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, 'a"b', "é"])
def test_a_name_that_is_no_plain_word_is_replaced(given: str):
    assert len(request_id_of([("x-request-id", given)])) == 32
