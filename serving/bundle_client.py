"""A client for operators: which bundles a server could answer from, and which one it does."""

from dataclasses import dataclass
from typing import Any

from serving.client_channel import DEADLINE_S, Client
from serving.pb.outfit.v1 import bundle_service_pb2 as pb
from serving.pb.outfit.v1 import bundle_service_pb2_grpc
from serving.security.channel import NO_CREDENTIALS, Credentials


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerBundle:
    """A bundle of the server's folder; only its name is known where it cannot be read."""

    name: str
    bundle_id: str
    model: str
    num_items: int
    active: bool
    readable: bool


class BundleClient(Client):
    """Asks BundleService; to be used in a `with` block. Every method raises CallError.

    The deadline has to leave a server the time to verify and load a bundle.
    """

    def __init__(
        self,
        address: str,
        *,
        deadline_s: float = 6 * DEADLINE_S,
        credentials: Credentials = NO_CREDENTIALS,
    ) -> None:
        super().__init__(address, deadline_s=deadline_s, credentials=credentials)
        self._stub: Any = bundle_service_pb2_grpc.BundleServiceStub(self._channel)  # type: ignore[no-untyped-call] # generated

    def bundles(self) -> tuple[ServerBundle, ...]:
        """The bundles of the folder, sorted by name."""
        response = self._call(self._stub.ListBundles, pb.ListBundlesRequest())
        return tuple(map(_bundle, response.bundles))

    def activate(self, name: str) -> ServerBundle:
        """Answer from a bundle; it does once this returns."""
        request = pb.ActivateBundleRequest(name=name)
        return _bundle(self._call(self._stub.ActivateBundle, request).bundle)

    def roll_back(self) -> ServerBundle:
        """Answer again from the bundle that was active before."""
        return _bundle(self._call(self._stub.RollBackBundle, pb.RollBackBundleRequest()).bundle)


def _bundle(message: pb.Bundle) -> ServerBundle:
    return ServerBundle(
        name=message.name,
        bundle_id=message.bundle_id,
        model=message.model,
        num_items=message.num_items,
        active=message.active,
        readable=message.readable,
    )
