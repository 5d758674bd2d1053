"""Wire tests of reflection under both of its names."""

import grpc
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_reflection.v1alpha.reflection_pb2 import (
    ServerReflectionRequest,
    ServerReflectionResponse,
)

from tests.serving.repeated_calls import PATIENCE_S

NAMES = ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"]


def told(address: str, service: str, **request: str) -> ServerReflectionResponse:
    """What reflection says, asked by the name of its service."""
    with grpc.insecure_channel(address) as channel:
        ask = channel.stream_stream(f"/{service}/ServerReflectionInfo")
        payload = ServerReflectionRequest(**request).SerializeToString()
        [answer] = ask(iter([payload]), timeout=PATIENCE_S)
    return ServerReflectionResponse.FromString(answer)


def files_of(address: str, service: str, symbol: str) -> dict[str, FileDescriptorProto]:
    """The file that holds a symbol and those that it imports, by name."""
    answer = told(address, service, file_containing_symbol=symbol)
    payloads = answer.file_descriptor_response.file_descriptor_proto
    return {file.name: file for file in map(FileDescriptorProto.FromString, payloads)}


@pytest.mark.parametrize("service", NAMES)
def test_every_service_is_listed_and_described(address: str, service: str):
    listed = told(address, service, list_services="").list_services_response.service
    names = [each.name for each in listed]
    ours = ["outfit.v1.CatalogService", "outfit.v1.OutfitService"]
    assert sorted(names) == sorted(["grpc.health.v1.Health", *NAMES, *ours])
    for name in names:
        files = files_of(address, service, name).values()
        assert name in {f"{file.package}.{one.name}" for file in files for one in file.service}


@pytest.mark.parametrize("service", NAMES)
def test_the_contract_is_described_with_its_methods(address: str, service: str):
    files = files_of(address, service, "outfit.v1.OutfitService")
    assert {"outfit/v1/item.proto", "google/api/field_behavior.proto"} <= files.keys()
    [described] = files["outfit/v1/outfit_service.proto"].service
    assert [method.name for method in described.method] == [
        "ScoreOutfits",
        "FillInTheBlank",
        "RetrieveComplements",
        "EmbedTarget",
        "ExplainOutfit",
        "StreamAnswers",
    ]


@pytest.mark.parametrize("service", NAMES)
def test_reflection_describes_itself_by_the_name_that_it_was_asked_by(address: str, service: str):
    [file] = files_of(address, service, service).values()
    [described] = file.service
    [method] = described.method
    assert method.input_type == f".{file.package}.ServerReflectionRequest"
    assert method.output_type == f".{file.package}.ServerReflectionResponse"


def test_what_is_not_known_is_not_found(address: str):
    answer = told(address, NAMES[0], file_containing_symbol="outfit.v1.NoService")
    assert answer.error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]
