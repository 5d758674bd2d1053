"""Which drawing belongs to which category."""

from collections.abc import Callable, Mapping

from data.shop import accessories, bags, bottoms, dresses, outerwear, shoes, tops
from data.shop.design import Design
from data.shop.sketch import Sketch

Drawing = Callable[[Sketch, Design], None]

DRAWINGS: Mapping[str, Drawing] = {
    "tee": tops.tee,
    "shirt": tops.shirt,
    "blouse": tops.blouse,
    "sweater": tops.sweater,
    "jeans": bottoms.jeans,
    "trousers": bottoms.trousers,
    "skirt": bottoms.skirt,
    "shorts": bottoms.shorts,
    "dress": dresses.dress,
    "jumpsuit": dresses.jumpsuit,
    "coat": outerwear.coat,
    "jacket": outerwear.jacket,
    "blazer": outerwear.blazer,
    "sneakers": shoes.sneakers,
    "pumps": shoes.pumps,
    "boots": shoes.boots,
    "sandals": shoes.sandals,
    "tote": bags.tote,
    "clutch": bags.clutch,
    "backpack": bags.backpack,
    "hat": accessories.hat,
    "beanie": accessories.beanie,
    "earrings": accessories.earrings,
    "necklace": accessories.necklace,
    "sunglasses": accessories.sunglasses,
    "scarf": accessories.scarf,
    "belt": accessories.belt,
}
