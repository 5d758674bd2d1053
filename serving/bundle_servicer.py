"""The methods of BundleService, for those who operate a server with a folder of bundles."""

from typing import Any

from serving.bundle_shelf import BundleShelf, ShelvedBundle
from serving.engine_slot import EngineSlot
from serving.limits import required
from serving.overlay.overlay import Overlay
from serving.pb.outfit.v1 import bundle_service_pb2 as pb
from serving.pb.outfit.v1 import bundle_service_pb2_grpc, provenance_pb2


class BundleServicer(bundle_service_pb2_grpc.BundleServiceServicer):
    """Answers BundleService from one shelf.

    Errors pass through: the interceptor turns them into statuses.
    """

    def __init__(self, shelf: BundleShelf, slot: EngineSlot, overlay: Overlay) -> None:
        self._shelf, self._slot, self._overlay = shelf, slot, overlay

    async def ListBundles(  # noqa: N802 - the contract's name
        self,
        request: pb.ListBundlesRequest,  # noqa: ARG002 - gRPC's signature
        context: Any,  # noqa: ARG002 - gRPC's signature
    ) -> pb.ListBundlesResponse:
        """List the bundles of the folder."""
        bundles = [_encoded(bundle) for bundle in self._shelf.bundles()]
        return pb.ListBundlesResponse(provenance=self._provenance(), bundles=bundles)

    async def ActivateBundle(  # noqa: N802 - the contract's name
        self,
        request: pb.ActivateBundleRequest,
        context: Any,  # noqa: ARG002 - gRPC's signature
    ) -> pb.ActivateBundleResponse:
        """Answer from a bundle."""
        bundle = await self._shelf.activate(required(request.name, "name"))
        return pb.ActivateBundleResponse(provenance=self._provenance(), bundle=_encoded(bundle))

    async def RollBackBundle(  # noqa: N802 - the contract's name
        self,
        request: pb.RollBackBundleRequest,  # noqa: ARG002 - gRPC's signature
        context: Any,  # noqa: ARG002 - gRPC's signature
    ) -> pb.RollBackBundleResponse:
        """Answer again from the bundle that was active before."""
        bundle = await self._shelf.roll_back()
        return pb.RollBackBundleResponse(provenance=self._provenance(), bundle=_encoded(bundle))

    def _provenance(self) -> provenance_pb2.Provenance:
        if self._slot.is_empty:
            return provenance_pb2.Provenance()
        return provenance_pb2.Provenance(
            bundle_id=self._slot.take().info.bundle_id,
            overlay_version=self._overlay.current.version,  # the engine follows when it is asked
        )


def _encoded(bundle: ShelvedBundle) -> pb.Bundle:
    return pb.Bundle(
        name=bundle.name,
        bundle_id=bundle.bundle_id,
        model=bundle.model,
        num_items=bundle.num_items,
        active=bundle.active,
        readable=bool(bundle.bundle_id),
    )
