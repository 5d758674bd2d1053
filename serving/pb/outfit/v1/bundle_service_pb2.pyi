from google.api import field_behavior_pb2 as _field_behavior_pb2
from serving.pb.outfit.v1 import provenance_pb2 as _provenance_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Bundle(_message.Message):
    __slots__ = ("name", "bundle_id", "model", "num_items", "active", "readable")
    NAME_FIELD_NUMBER: _ClassVar[int]
    BUNDLE_ID_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    NUM_ITEMS_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    READABLE_FIELD_NUMBER: _ClassVar[int]
    name: str
    bundle_id: str
    model: str
    num_items: int
    active: bool
    readable: bool
    def __init__(self, name: _Optional[str] = ..., bundle_id: _Optional[str] = ..., model: _Optional[str] = ..., num_items: _Optional[int] = ..., active: _Optional[bool] = ..., readable: _Optional[bool] = ...) -> None: ...

class ListBundlesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListBundlesResponse(_message.Message):
    __slots__ = ("provenance", "bundles")
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    BUNDLES_FIELD_NUMBER: _ClassVar[int]
    provenance: _provenance_pb2.Provenance
    bundles: _containers.RepeatedCompositeFieldContainer[Bundle]
    def __init__(self, provenance: _Optional[_Union[_provenance_pb2.Provenance, _Mapping]] = ..., bundles: _Optional[_Iterable[_Union[Bundle, _Mapping]]] = ...) -> None: ...

class ActivateBundleRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ActivateBundleResponse(_message.Message):
    __slots__ = ("provenance", "bundle")
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    BUNDLE_FIELD_NUMBER: _ClassVar[int]
    provenance: _provenance_pb2.Provenance
    bundle: Bundle
    def __init__(self, provenance: _Optional[_Union[_provenance_pb2.Provenance, _Mapping]] = ..., bundle: _Optional[_Union[Bundle, _Mapping]] = ...) -> None: ...

class RollBackBundleRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RollBackBundleResponse(_message.Message):
    __slots__ = ("provenance", "bundle")
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    BUNDLE_FIELD_NUMBER: _ClassVar[int]
    provenance: _provenance_pb2.Provenance
    bundle: Bundle
    def __init__(self, provenance: _Optional[_Union[_provenance_pb2.Provenance, _Mapping]] = ..., bundle: _Optional[_Union[Bundle, _Mapping]] = ...) -> None: ...
