"""The contract: nothing of it is left to the generated classes, which answer UNIMPLEMENTED."""

import pytest
from google.protobuf import descriptor_pool

from serving.bundle_servicer import BundleServicer
from serving.catalogue_servicer import CatalogueServicer
from serving.servicer import OutfitServicer
from serving.services import BUNDLES, CATALOGUE, OUTFITS


@pytest.mark.parametrize(
    ("service", "servicer"),
    [(OUTFITS, OutfitServicer), (CATALOGUE, CatalogueServicer), (BUNDLES, BundleServicer)],
    ids=["outfits", "catalogue", "bundles"],
)
def test_every_method_of_the_contract_is_answered(service: str, servicer: type):
    methods = descriptor_pool.Default().FindServiceByName(service).methods_by_name
    assert set(methods) <= set(vars(servicer))
    assert len(methods) >= 3
