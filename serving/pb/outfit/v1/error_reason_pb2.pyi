from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor

class ErrorReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ERROR_REASON_UNSPECIFIED: _ClassVar[ErrorReason]
    ERROR_REASON_UNKNOWN_ITEM: _ClassVar[ErrorReason]
    ERROR_REASON_UNKNOWN_CATEGORY: _ClassVar[ErrorReason]
    ERROR_REASON_INVALID_FIELD: _ClassVar[ErrorReason]
    ERROR_REASON_DUPLICATE: _ClassVar[ErrorReason]
    ERROR_REASON_UNREADABLE: _ClassVar[ErrorReason]
    ERROR_REASON_BUNDLE_UNUSABLE: _ClassVar[ErrorReason]
    ERROR_REASON_INTERNAL: _ClassVar[ErrorReason]
    ERROR_REASON_OVERLOADED: _ClassVar[ErrorReason]
    ERROR_REASON_NOT_LOADED: _ClassVar[ErrorReason]
    ERROR_REASON_TOO_LATE: _ClassVar[ErrorReason]
    ERROR_REASON_UNKNOWN_BUNDLE: _ClassVar[ErrorReason]
    ERROR_REASON_REFUSED_BUNDLE: _ClassVar[ErrorReason]
    ERROR_REASON_NO_PREVIOUS_BUNDLE: _ClassVar[ErrorReason]
    ERROR_REASON_UPDATES_UNAVAILABLE: _ClassVar[ErrorReason]
    ERROR_REASON_UNAUTHENTICATED: _ClassVar[ErrorReason]
    ERROR_REASON_FORBIDDEN: _ClassVar[ErrorReason]
    ERROR_REASON_RATE_LIMITED: _ClassVar[ErrorReason]
ERROR_REASON_UNSPECIFIED: ErrorReason
ERROR_REASON_UNKNOWN_ITEM: ErrorReason
ERROR_REASON_UNKNOWN_CATEGORY: ErrorReason
ERROR_REASON_INVALID_FIELD: ErrorReason
ERROR_REASON_DUPLICATE: ErrorReason
ERROR_REASON_UNREADABLE: ErrorReason
ERROR_REASON_BUNDLE_UNUSABLE: ErrorReason
ERROR_REASON_INTERNAL: ErrorReason
ERROR_REASON_OVERLOADED: ErrorReason
ERROR_REASON_NOT_LOADED: ErrorReason
ERROR_REASON_TOO_LATE: ErrorReason
ERROR_REASON_UNKNOWN_BUNDLE: ErrorReason
ERROR_REASON_REFUSED_BUNDLE: ErrorReason
ERROR_REASON_NO_PREVIOUS_BUNDLE: ErrorReason
ERROR_REASON_UPDATES_UNAVAILABLE: ErrorReason
ERROR_REASON_UNAUTHENTICATED: ErrorReason
ERROR_REASON_FORBIDDEN: ErrorReason
ERROR_REASON_RATE_LIMITED: ErrorReason
