"""Coarse slots and the names of categories that belong to them.

The table answers exact names only, whatever their case, number or hyphens: a name that it does not
hold has no slot, and imports list it. Underwear and what is not worn have no slot on purpose.
"""

import re
from functools import cache, lru_cache
from typing import Final

SLOTS: Final = (
    "tops",
    "bottoms",
    "all-body",
    "outerwear",
    "shoes",
    "bags",
    "hats",
    "jewellery",
    "sunglasses",
    "scarves",
    "accessories",
)

NAMES: Final = {
    "tops": """
        top, shirt, t-shirt, tshirt, tee, blouse, tunic, tank top, tank, vest top, camisole, cami,
        crop top, cropped top, bodysuit, bodie, polo, polo shirt, henley, sweater, jumper, pullover,
        turtleneck, turtleneck sweater, crewneck, sweatshirt, hoodie, hooded sweatshirt, knitwear,
        knit, knit top, vest, waistcoat, sleeveless top, long-sleeve shirt, long-sleeve top,
        short-sleeve shirt, longsleeve, casual shirt, dress shirt, formal shirt, button-down shirt,
        denim shirt, flannel shirt, linen shirt, oxford shirt, graphic tee, halter top, tube top,
        off-shoulder top, peplum top, wrap top, corset, bustier, sports bra, sports top,
        activewear top, activewear tank top, sports shirt, sports long-sleeve shirt, jersey,
        football shirt, bikini top, swimsuit top, swim top, rash guard, tankini top, kimono, robe,
        shapewear, rugby shirt, singlet
    """,
    "bottoms": """
        bottom, pant, trouser, jean, denim, short, skirt, legging, jegging, jogger, sweatpant,
        track pant, chino, cargo pant, cargo short, culotte, capri, capri and cropped pant,
        cropped pant, casual pant, dress pant, suit pant, suit trouser, slack, dungaree trouser,
        palazzo pant, wide-leg pant, skinny jean, bootcut jean, wide leg jean, boyfriend jean,
        straight leg jean, straight jean, slim jean, flared jean, flare, mom jean, mini skirt,
        midi skirt, maxi skirt, long skirt, knee length skirt, pencil skirt, pleated skirt,
        denim skirt, tennis skirt, activewear pant, activewear short, activewear skirt, skort,
        bermuda, bermuda short, denim short, leather pant, leather trouser, linen pant,
        linen trouser, yoga pant, swim short, swim trunk, board short, bikini bottom,
        swimsuit bottom, men's swimwear, mens swimwear,
        pyjama pant, pajama pant, knee-length short, sports short
    """,
    "all-body": """
        all body, dress, day dress, cocktail dress, evening dress, gown, ball gown, wedding dress,
        bridal dress, bridesmaid dress, prom dress, mini dress, midi dress, maxi dress, long dress,
        knee length dress, shirt dress, sweater dress, wrap dress, slip dress, summer dress,
        sun dress, sundress, party dress, casual dress, pencil dress, bodycon dress, denim dress,
        knit dress, kaftan, caftan, jumpsuit, playsuit, romper, overall, dungaree, boiler suit,
        catsuit, unitard, onesie, suit, co-ord, co-ord set, two-piece, matching set, tracksuit,
        pantsuit, trouser suit, set/suit, swimsuit, swimwear, one piece swimsuit, bikini, tankini,
        bathing suit, costume, pajama, pyjama, sleepwear, nightdress, nightgown, nightwear, chemise,
        loungewear, sari, saree, lehenga, salwar kameez, hanbok, cheongsam, pyjama/slip/chemise
    """,
    "outerwear": """
        coat, jacket, jacket/coat, outwear, blazer, sportcoat, sport coat, sports jacket,
        sportcoat and blazer, suit jacket, trench coat, trench, overcoat, topcoat, pea coat,
        peacoat, duffle coat, wool coat, fur coat, faux fur coat, puffer, puffer jacket,
        puffer coat,
        down jacket, down coat, padded jacket, quilted jacket, parka, anorak, windbreaker, raincoat,
        rain jacket, leather jacket, biker jacket, bomber, bomber jacket, denim jacket, jean jacket,
        fleece, fleece jacket, ski jacket, track jacket, activewear jacket, shacket, overshirt,
        cardigan, poncho, cape, cloak, gilet, bodywarmer, men's vest, mens vest, male vest,
        cover-up, coverup, duster,
        utility jacket, varsity jacket, formal jacket, softshell, shrug, bolero
    """,
    "shoes": """
        shoe, footwear, boot, ankle boot, ankle bootie, bootie, chelsea boot, combat boot,
        mid calf boot, knee high boot, over-the-knee boot, flat boot, heeled boot, work boot,
        hiking boot, rain boot, snow boot, winter boot, cowboy boot, wellington, wellington boot,
        riding boot, pump, heel, high heel, stiletto, court shoe, kitten heel, wedge, wedge sandal,
        platform, platform shoe, sandal, flat sandal, heeled sandal, flat, ballet flat, ballerina,
        flat shoe, flip flop, slide, slipper, mule, clog, loafer, moccasin, loafer and moccasin,
        oxford, brogue, derby, derby shoe, dress shoe, formal shoe, monk shoe, boat shoe,
        espadrille, mary jane, slingback, sneaker, trainer, running shoe, athletic shoe,
        sports shoe,
        tennis shoe, canvas shoe, high-top, closed shoe, heeled shoe
    """,
    "bags": """
        bag, handbag, hand bag, purse, tote, tote bag, shopper, shopping bag, shoulder bag, clutch,
        clutch bag, evening bag, crossbody, crossbody bag, cross-body bag, satchel, hobo, hobo bag,
        bucket bag, messenger bag, backpack, rucksack, briefcase, laptop bag, basket bag, straw bag,
        belt bag, bum bag, fanny pack, waist bag, duffel, duffel bag, duffle bag, weekender,
        weekend bag, gym bag, sports bag, travel bag, luggage, suitcase, carry-on, wallet,
        bag and wallet, minaudiere, top-handle bag, beach bag
    """,
    "hats": """
        hat, cap, beanie, baseball cap, fedora, beret, bucket hat, sun hat, straw hat, panama hat,
        cowboy hat, winter hat, knit hat, wool hat, trilby, bowler hat, top hat, visor, headwear,
        flat cap, snapback, trucker hat, trapper hat, boater, cloche, fascinator, turban
    """,
    "jewellery": """
        jewelry, jewellery, jewel, fine jewelry, necklace, pendant, charm, charm and pendant,
        choker, chain, locket, earring, ear cuff, hoop, hoop earring, stud, stud earring,
        drop earring, ring,
        engagement ring, wedding ring, bracelet, bangle, bracelet and bangle, cuff, anklet, brooch,
        watch, wristwatch, smartwatch, watch and jewelry, cuff link, cufflink, cuffling,
        body jewelry, tiara, jewelry set
    """,
    "sunglasses": """
        sunglasses, eyewear, eyeglasses, aviator, prescription sunglasses,
        aviator sunglasses, cat-eye sunglasses, round sunglasses
    """,
    "scarves": """
        scarf, scarves, shawl, wrap, stole, pashmina, silk scarf, wool scarf, winter scarf, bandana,
        neckerchief, snood, infinity scarf, blanket scarf, square scarf, foulard
    """,
    "accessories": """
        accessory, belt, leather belt, glove, mitten, tie, necktie, bow tie, bowtie, pocket square,
        handkerchief, suspender, hair accessory, headband, hairband, hair clip, hair pin,
        hair tie, scrunchie, umbrella, sock, ankle sock, tight, stocking, hosiery, pantyhose,
        legwarmer, leg warmer, key ring, keychain, key chain, key ring and chain, money clip,
        card holder, cardholder, pouch, cosmetic bag, makeup bag, bag and case, grooming bag,
        tech accessory, phone case, sports accessory, activity wristband, earmuff, veil,
        smartphone cases/tech items
    """,
}

_WEARER = re.compile(
    r"^(?:(?:wo)?men'?s?|(?:boy|girl|kid)'?s?'?|ladies'?|lady's|(?:fe)?male|unisex) "
)
_NUMBER = re.compile(r" \(\d+\)$")
_BREAKS = re.compile(r"[\s\-_/\u2010-\u2013]+")


@lru_cache(maxsize=4096)
def slot_of(category: str) -> str | None:
    """The coarse slot of a category name, or none where the table does not hold the name.

    Case, plural, hyphens, a number in brackets at the end and the wearer (`Men's`) make no
    difference, unless the table names the wearer itself: `Men's Vests` are outerwear.
    """
    name = _NUMBER.sub("", category.strip().lower().replace("\u2019", "'"))
    known = _slot_of_name()
    return known.get(_normal(name)) or known.get(_normal(_WEARER.sub("", name)))


@cache
def _slot_of_name() -> dict[str, str]:
    names = {_normal(slot): slot for slot in SLOTS}
    for slot, listed in NAMES.items():
        names |= {_normal(name): slot for name in listed.split(",")}
    return names


def _normal(name: str) -> str:
    """One spelling for the forms of a name; made for comparing, not for reading."""
    text = _BREAKS.sub(" ", name.strip().lower()).replace("&", "and")
    return " ".join(_singular(word) for word in text.split())


def _singular(word: str) -> str:
    for ending, instead in (("ies", "y"), ("ie", "y"), ("sses", "ss"), ("shes", "sh")):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word.removesuffix(ending) + instead
    for ending in ("ches", "xes"):
        if word.endswith(ending):
            return word.removesuffix("es")
    return word.removesuffix("s") if not word.endswith("ss") else word
