"""Every error of ours has a code and a reason; nothing of the server's own is told."""

import grpc
import pytest
from google.rpc import error_details_pb2

import data.errors
import serving.overlay.errors
from data.errors import (
    BundleError,
    DuplicateError,
    InputError,
    NotLoadedError,
    OutfitError,
    OverloadError,
    SchemaError,
    TooLateError,
    UnknownCategoryError,
    UnknownItemError,
    UnreadableError,
)
from serving.errors import REFUSALS, refusal_of, status_of, wire_field
from serving.overlay.errors import LogFullError
from serving.pb.outfit.v1 import error_reason_pb2

TREES = {data.errors.__name__, serving.overlay.errors.__name__}


def leaves(kind: type[OutfitError]) -> set[type[OutfitError]]:
    below = [one for one in kind.__subclasses__() if one.__module__ in TREES]
    return set().union(*map(leaves, below)) if below else {kind}


def test_every_leaf_of_the_tree_is_mapped_and_nothing_else():
    nearest = {
        leaf: [kind for kind in leaf.__mro__ if kind in REFUSALS] for leaf in leaves(OutfitError)
    }
    assert [leaf for leaf, mapped in nearest.items() if len(mapped) != 1] == []
    assert {mapped[0] for mapped in nearest.values()} == set(REFUSALS)


def test_every_reason_of_the_contract_is_given_and_no_other():
    given = {"UNSPECIFIED", "INTERNAL"} | {refusal.reason for refusal in REFUSALS.values()}
    assert {
        name.removeprefix("ERROR_REASON_")
        for name in error_reason_pb2.ErrorReason.DESCRIPTOR.values_by_name
    } == given


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (UnknownItemError, grpc.StatusCode.NOT_FOUND),
        (UnknownCategoryError, grpc.StatusCode.INVALID_ARGUMENT),
        (SchemaError, grpc.StatusCode.INVALID_ARGUMENT),
        (DuplicateError, grpc.StatusCode.INVALID_ARGUMENT),
        (UnreadableError, grpc.StatusCode.INVALID_ARGUMENT),
    ],
)
def test_a_caller_at_fault_is_told_the_field(kind: type[InputError], code: grpc.StatusCode):
    status = status_of(kind(expected="this", got="that", field="k"), "r1")
    bad = error_details_pb2.BadRequest()
    assert status.code == code.value[0]
    assert status.message == "k: expected this, got that"
    assert any(detail.Unpack(bad) for detail in status.details)
    assert [(v.field, v.description) for v in bad.field_violations] == [
        ("k", "expected this, got that")
    ]


def test_a_new_leaf_is_refused_as_its_nearest_mapped_relative():
    class NarrowerError(UnknownItemError):
        pass

    assert refusal_of(NarrowerError(expected="", got="")) is REFUSALS[UnknownItemError]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (BundleError("/srv/secret is damaged"), grpc.StatusCode.FAILED_PRECONDITION),
        (RuntimeError("/srv/secret"), grpc.StatusCode.INTERNAL),
        (OutfitError("/srv/secret"), grpc.StatusCode.INTERNAL),
        (InputError(expected="/srv/secret", got=""), grpc.StatusCode.INTERNAL),
        (
            UnreadableError(expected="a picture", got="noise", file="/srv/secret"),
            grpc.StatusCode.INVALID_ARGUMENT,
        ),
    ],
)
def test_what_the_server_knows_of_itself_is_not_told(error: Exception, code: grpc.StatusCode):
    status = status_of(error, "r1")
    assert status.code == code.value[0]
    assert b"secret" not in status.SerializeToString()


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [
        (
            OverloadError("/srv/secret", retry_after_s=1.5),
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            "OVERLOADED",
        ),
        (
            NotLoadedError("/srv/secret", retry_after_s=1.5),
            grpc.StatusCode.UNAVAILABLE,
            "NOT_LOADED",
        ),
        (
            LogFullError(expected="room", got="none", where="/srv/secret"),
            grpc.StatusCode.UNAVAILABLE,
            "UPDATES_UNAVAILABLE",
        ),
    ],
)
def test_what_may_be_answered_later_says_when_to_ask_again(
    error: OutfitError, code: grpc.StatusCode, reason: str
):
    status = status_of(error, "r1")
    retry, info = error_details_pb2.RetryInfo(), error_details_pb2.ErrorInfo()
    assert any(detail.Unpack(retry) for detail in status.details)
    assert any(detail.Unpack(info) for detail in status.details)
    assert (status.code, info.reason, info.domain) == (code.value[0], reason, "outfit.v1")
    assert retry.retry_delay.ToMilliseconds() in (1000, 1500)
    assert b"secret" not in status.SerializeToString()


def test_what_cannot_be_answered_later_gives_no_time_to_wait():
    status = status_of(TooLateError("late"), "r1")
    assert status.code == grpc.StatusCode.DEADLINE_EXCEEDED.value[0]
    assert not any(detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR) for detail in status.details)


def test_a_long_quotation_fits_into_the_metadata():
    error = UnknownItemError(expected="é" * 9_000, got="é" * 9_000, field="é" * 9_000)
    status = status_of(error, "r1")
    assert len(status.SerializeToString()) + 3 * len(status.message.encode()) < 8_000


@pytest.mark.parametrize(
    ("error", "field", "expected"),
    [
        (UnknownItemError, "outfits[0].items[2]", "outfits[0].items[2].item_id"),
        (UnknownItemError, "outfits[0].items[2].item_id", "outfits[0].items[2].item_id"),
        (UnknownItemError, "context[11]", "context[11].item_id"),
        (UnknownCategoryError, "candidates[0].category", "candidates[0].content.category"),
        (SchemaError, "context[1].content.title", "context[1].content.title"),
        (SchemaError, "context[1]", "context[1]"),
        (UnknownCategoryError, "slot.category", "slot.category"),
        (SchemaError, None, ""),
    ],
)
def test_a_field_of_the_engine_becomes_a_path_into_the_request(
    error: type[InputError], field: str | None, expected: str
):
    assert wire_field(error(expected="", got="", field=field)) == expected
