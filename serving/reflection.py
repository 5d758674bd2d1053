"""grpc.reflection: what is served, told as v1 and as v1alpha, which newer and older tools ask for.

The two differ in the name of their package alone, so the messages of one are those of the other.
"""

from collections.abc import Sequence
from typing import Any, Final

import grpc
from google.protobuf import descriptor_pool, text_format
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_reflection.v1alpha import reflection, reflection_pb2

from serving.open_calls import open_stream

V1: Final = "grpc.reflection.v1.ServerReflection"
SERVICE_NAMES: Final = (V1, reflection.SERVICE_NAME)


def reflection_handlers(served: Sequence[str]) -> list[grpc.GenericRpcHandler]:
    """Reflection under each of its names.

    Args:
        served: full names of the services that are told.
    """
    _describe_v1()
    servicer: Any = reflection.aio.ReflectionServicer(served)
    info = open_stream(servicer.ServerReflectionInfo, reflection_pb2.ServerReflectionRequest)
    methods = {"ServerReflectionInfo": info}
    return [grpc.method_handlers_generic_handler(name, methods) for name in SERVICE_NAMES]


def _describe_v1() -> None:
    """Make v1 known by its name: whoever lists the services asks what each of them is."""
    file = FileDescriptorProto()
    reflection_pb2.DESCRIPTOR.CopyToProto(file)
    renamed = text_format.MessageToString(file).replace("v1alpha", "v1")
    v1 = text_format.Parse(renamed, FileDescriptorProto())
    descriptor_pool.Default().AddSerializedFile(v1.SerializeToString())
