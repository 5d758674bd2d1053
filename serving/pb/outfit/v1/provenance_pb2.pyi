from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class Provenance(_message.Message):
    __slots__ = ("bundle_id", "overlay_version", "missing_item_ids")
    BUNDLE_ID_FIELD_NUMBER: _ClassVar[int]
    OVERLAY_VERSION_FIELD_NUMBER: _ClassVar[int]
    MISSING_ITEM_IDS_FIELD_NUMBER: _ClassVar[int]
    bundle_id: str
    overlay_version: int
    missing_item_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, bundle_id: _Optional[str] = ..., overlay_version: _Optional[int] = ..., missing_item_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class MissingModality(_message.Message):
    __slots__ = ("field", "modality")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    MODALITY_FIELD_NUMBER: _ClassVar[int]
    field: str
    modality: str
    def __init__(self, field: _Optional[str] = ..., modality: _Optional[str] = ...) -> None: ...
