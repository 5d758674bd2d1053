from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool

from serving.cache.release import RELEASE, release_of
from serving.pb.outfit.v1 import outfit_service_pb2


def contract(field: str):
    """A file that imports another, which has one message of one field."""
    pool = DescriptorPool()
    imported = FileDescriptorProto(name="imported.proto")
    imported.message_type.add(name="Score").field.add(name=field, number=1, type="TYPE_DOUBLE")
    pool.Add(imported)
    pool.Add(FileDescriptorProto(name="contract.proto", dependency=["imported.proto"]))
    return pool.FindFileByName("contract.proto")


def test_a_release_is_told_by_the_version_of_the_package():
    assert release_of("0.1.0", contract("logit")) == release_of("0.1.0", contract("logit"))
    assert release_of("0.1.0", contract("logit")) != release_of("0.1.1", contract("logit"))


def test_a_release_is_told_by_the_contract_with_all_that_it_imports():
    assert release_of("0.1.0", contract("logit")) != release_of("0.1.0", contract("probability"))


def test_this_release_is_that_of_the_contract_that_is_served():
    version, _, digest = RELEASE.rpartition("-")
    assert release_of(version, outfit_service_pb2.DESCRIPTOR) == RELEASE
    assert len(digest) == 8
