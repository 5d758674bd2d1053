from google.api import field_behavior_pb2 as _field_behavior_pb2
from serving.pb.outfit.v1 import item_pb2 as _item_pb2
from serving.pb.outfit.v1 import provenance_pb2 as _provenance_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Availability(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AVAILABILITY_UNSPECIFIED: _ClassVar[Availability]
    AVAILABILITY_IN_STOCK: _ClassVar[Availability]
    AVAILABILITY_OUT_OF_STOCK: _ClassVar[Availability]
    AVAILABILITY_PREORDER: _ClassVar[Availability]
    AVAILABILITY_BACKORDER: _ClassVar[Availability]
AVAILABILITY_UNSPECIFIED: Availability
AVAILABILITY_IN_STOCK: Availability
AVAILABILITY_OUT_OF_STOCK: Availability
AVAILABILITY_PREORDER: Availability
AVAILABILITY_BACKORDER: Availability

class BatchGetItemsRequest(_message.Message):
    __slots__ = ("item_ids",)
    ITEM_IDS_FIELD_NUMBER: _ClassVar[int]
    item_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, item_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class BatchGetItemsResponse(_message.Message):
    __slots__ = ("provenance", "items")
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    provenance: _provenance_pb2.Provenance
    items: _containers.RepeatedCompositeFieldContainer[CatalogItem]
    def __init__(self, provenance: _Optional[_Union[_provenance_pb2.Provenance, _Mapping]] = ..., items: _Optional[_Iterable[_Union[CatalogItem, _Mapping]]] = ...) -> None: ...

class CatalogItem(_message.Message):
    __slots__ = ("item_id", "group_id", "title", "description", "category", "slot", "attributes", "price", "currency", "availability", "popularity", "updated")
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    GROUP_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    SLOT_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    AVAILABILITY_FIELD_NUMBER: _ClassVar[int]
    POPULARITY_FIELD_NUMBER: _ClassVar[int]
    UPDATED_FIELD_NUMBER: _ClassVar[int]
    item_id: str
    group_id: str
    title: str
    description: str
    category: str
    slot: str
    attributes: _containers.RepeatedCompositeFieldContainer[_item_pb2.Attribute]
    price: float
    currency: str
    availability: Availability
    popularity: float
    updated: bool
    def __init__(self, item_id: _Optional[str] = ..., group_id: _Optional[str] = ..., title: _Optional[str] = ..., description: _Optional[str] = ..., category: _Optional[str] = ..., slot: _Optional[str] = ..., attributes: _Optional[_Iterable[_Union[_item_pb2.Attribute, _Mapping]]] = ..., price: _Optional[float] = ..., currency: _Optional[str] = ..., availability: _Optional[_Union[Availability, str]] = ..., popularity: _Optional[float] = ..., updated: _Optional[bool] = ...) -> None: ...

class UpsertItemsRequest(_message.Message):
    __slots__ = ("items",)
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[ItemUpsert]
    def __init__(self, items: _Optional[_Iterable[_Union[ItemUpsert, _Mapping]]] = ...) -> None: ...

class ItemUpsert(_message.Message):
    __slots__ = ("item_id", "content", "price", "availability")
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    AVAILABILITY_FIELD_NUMBER: _ClassVar[int]
    item_id: str
    content: _item_pb2.ItemContent
    price: float
    availability: Availability
    def __init__(self, item_id: _Optional[str] = ..., content: _Optional[_Union[_item_pb2.ItemContent, _Mapping]] = ..., price: _Optional[float] = ..., availability: _Optional[_Union[Availability, str]] = ...) -> None: ...

class UpsertItemsResponse(_message.Message):
    __slots__ = ("provenance", "missing")
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    provenance: _provenance_pb2.Provenance
    missing: _containers.RepeatedCompositeFieldContainer[_provenance_pb2.MissingModality]
    def __init__(self, provenance: _Optional[_Union[_provenance_pb2.Provenance, _Mapping]] = ..., missing: _Optional[_Iterable[_Union[_provenance_pb2.MissingModality, _Mapping]]] = ...) -> None: ...

class DeleteItemsRequest(_message.Message):
    __slots__ = ("item_ids",)
    ITEM_IDS_FIELD_NUMBER: _ClassVar[int]
    item_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, item_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class DeleteItemsResponse(_message.Message):
    __slots__ = ("provenance",)
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    provenance: _provenance_pb2.Provenance
    def __init__(self, provenance: _Optional[_Union[_provenance_pb2.Provenance, _Mapping]] = ...) -> None: ...

class ListCategoriesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListCategoriesResponse(_message.Message):
    __slots__ = ("provenance", "categories")
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    provenance: _provenance_pb2.Provenance
    categories: _containers.RepeatedCompositeFieldContainer[Category]
    def __init__(self, provenance: _Optional[_Union[_provenance_pb2.Provenance, _Mapping]] = ..., categories: _Optional[_Iterable[_Union[Category, _Mapping]]] = ...) -> None: ...

class Category(_message.Message):
    __slots__ = ("category", "slot", "num_items")
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    SLOT_FIELD_NUMBER: _ClassVar[int]
    NUM_ITEMS_FIELD_NUMBER: _ClassVar[int]
    category: str
    slot: str
    num_items: int
    def __init__(self, category: _Optional[str] = ..., slot: _Optional[str] = ..., num_items: _Optional[int] = ...) -> None: ...
