"""What the encoding of an answer depends on beside its bundle and the catalogue: this program."""

import hashlib
from importlib.metadata import version
from typing import Any, Final

from serving.pb.outfit.v1 import outfit_service_pb2


def release_of(package_version: str, contract: Any) -> str:
    """A word that another version of the package, or of the contract, does not have.

    Args:
        package_version: of the package.
        contract: descriptor of a proto file; the files that it imports count as well.
    """
    files = {contract.name: contract.serialized_pb}
    waiting = [contract]
    while waiting:
        for imported in waiting.pop().dependencies:
            if imported.name not in files:
                files[imported.name] = imported.serialized_pb
                waiting.append(imported)
    encoded = b"\0".join(files[name] for name in sorted(files))
    digest = hashlib.blake2b(encoded, digest_size=4).hexdigest()
    return f"{package_version}-{digest}"


RELEASE: Final = release_of(version("outfit-engine"), outfit_service_pb2.DESCRIPTOR)
"""Of this program."""
