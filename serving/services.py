"""Full names of the services of the contract."""

from typing import Final

from serving.pb.outfit.v1 import bundle_service_pb2, catalog_service_pb2, outfit_service_pb2

OUTFITS: Final[str] = outfit_service_pb2.DESCRIPTOR.services_by_name["OutfitService"].full_name
CATALOGUE: Final[str] = catalog_service_pb2.DESCRIPTOR.services_by_name["CatalogService"].full_name
BUNDLES: Final[str] = bundle_service_pb2.DESCRIPTOR.services_by_name["BundleService"].full_name
UPDATES: Final = f"{CATALOGUE}/updates"
"""No service, but a name that health knows: whether the log of updates is followed."""
