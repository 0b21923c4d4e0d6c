"""A small shop's Dolibarr, for tests to read and change."""

from .dolibarr_records import Dolibarr

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU"
    b"\x00\x00\x00\nIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82"
)


def filled():
    """Make a Dolibarr with what a small shop has: variants, services, extra fields, categories, languages."""
    erp = Dolibarr()
    season = {"type": "select", "label": "Season", "param": {"options": {"1": "Summer", "2": "Winter"}}}
    erp.extra = {
        "material": {"type": "varchar", "label": "Material", "param": ""},
        "season": season,
        "launch": {"type": "date", "label": "Launch date", "param": ""},
        "eco": {"type": "boolean", "label": "Eco", "param": ""},
    }
    luggage = erp.category("Luggage", ref_ext="luggage")
    backpacks = erp.category("Backpacks", luggage)
    lights = erp.category("Lighting", multilangs={"fr_FR": {"label": "Éclairage", "description": ""}})
    colour = erp.attribute("COLOR", "Colour", RED="Red", BLUE="Blue")
    size = erp.attribute("SIZE", "Size", S="Small", L="Large")
    french = {"fr_FR": {"label": "Sac alpin", "description": "<p>Deux bretelles</p>", "other": None}}
    measures = {"weight": "1.35", "weight_units": "0", "length": "55", "length_units": "-2"}
    options = {"options_material": "Nylon", "options_season": "2", "options_launch": 1772323200, "options_eco": "1"}
    prices = {"price": "79.90000000", "price_ttc": "96.68000000", "tva_tx": "21.0000", "status_buy": "1"}
    about = {"description": "<p>Two straps</p>"}
    bag = erp.product("BAG-ALP", "Alpine backpack", texts=french, array_options=options, **about, **prices, **measures)
    copied = {"array_options": options, **measures}  # a variant is made with all that its template has
    more = "<p>Two straps</p><br><strong>Colour:</strong> {}<br><strong>Size:</strong> {}"
    code = {"barcode": "4006381333931", "barcode_type": "2", "description": more.format("Red", "Small")}
    red = erp.product("BAG-ALP-RED-S", "Alpine backpack Red Small", texts=dict(french), **code, **copied)
    about = {"description": more.format("Blue", "Large")}
    blue = erp.product("BAG-ALP-BLUE-L", "Alpine backpack Blue Large", texts=dict(french), **about, **copied)
    erp.combine(bag, red, {colour: 1, size: 3})
    erp.combine(bag, blue, {colour: 2, size: 4})
    tote = erp.product("BAG-TOT", "City tote", texts={"fr_FR": {"label": "City tote", "description": ""}}, **prices)
    erp.product("SRV-REPAIR", "Zip repair", type="1")
    erp.product("POU-001", "Pouch", barcode="5901234123450", status="0")
    erp.links[backpacks] |= {bag, red, blue}
    erp.links[luggage] |= {tote}
    erp.links[lights] |= {tote}
    erp.documents = {"BAG-TOT/front.png": PNG, "BAG-TOT/notes.txt": b"hello"}
    return erp
