"""The structure of the sample's PIM, in the form of the REST API: what `pimflow sandbox --catalog` loads."""

from __future__ import annotations

import base64
import hashlib
import struct
import zlib
from collections.abc import Iterator
from typing import Any

Words = dict[str, Any]

LOCALES = ("en_US", "de_DE", "fr_FR")
LANGUAGES = ("en", "de", "fr")
CHANNELS = [
    {
        "code": "ecommerce",
        "category_tree": "shop",
        "currencies": ["EUR", "USD"],
        "locales": list(LOCALES),
        "labels": {"en_US": "Online shop", "de_DE": "Onlineshop", "fr_FR": "Boutique en ligne"},
    },
    {
        "code": "print",
        "category_tree": "catalogue",
        "currencies": ["CHF", "EUR"],
        "locales": ["de_DE", "fr_FR"],
        "labels": {"en_US": "Catalogue", "de_DE": "Katalog", "fr_FR": "Catalogue"},
    },
]
UNITS = {  # family: its standard unit, then each unit with its symbol and how much of the standard one it is
    "Weight": {"KILOGRAM": ("kg", "1"), "GRAM": ("g", "0.001")},
    "Volume": {"LITER": ("l", "1"), "MILLILITER": ("ml", "0.001")},
    "Length": {"METER": ("m", "1"), "CENTIMETER": ("cm", "0.01")},
    "Power": {"WATT": ("W", "1"), "KILOWATT": ("kW", "1000")},
}
COMMON = (
    "sku",
    "ean",
    "erp_text",
    "name",
    "description",
    "brand",
    "colour",
    "material",
    "weight",
    "launch",
    "price",
    "photo",
)
OWN = {
    "tents": ("persons", "waterproof", "manual"),
    "sleeping_bags": ("length", "comfort_temperature"),
    "backpacks": ("volume", "waterproof"),
    "stoves": ("power", "manual"),
    "cookware": ("volume", "dishwasher_safe"),
    "knives": ("length", "hardness", "dishwasher_safe"),
    "lamps": ("lumens", "waterproof", "manual"),
    "bottles": ("volume", "dishwasher_safe"),
    "tableware": ("length", "dishwasher_safe"),
}
ATTRIBUTES: dict[str, tuple[str, str, tuple[str, str, str], dict[str, Any]]] = {  # type, group, labels, traits
    "sku": ("identifier", "erp", ("SKU", "Artikelnummer", "Référence"), {}),
    "ean": ("text", "erp", ("EAN", "EAN", "EAN"), {
        "unique": True, "validation_rule": "regexp", "validation_regexp": "/^[0-9]{13}$/", "max_characters": 13}),
    "erp_text": ("text", "erp", ("Text in the ERP", "ERP-Text", "Texte de l'ERP"), {}),
    "weight": ("metric", "erp", ("Weight", "Gewicht", "Poids"), {
        "metric_family": "Weight", "default_metric_unit": "KILOGRAM", "decimals_allowed": True,
        "negative_allowed": False}),
    "launch": ("date", "erp", ("On sale from", "Verkauf ab", "En vente dès"), {"date_min": "2020-01-01"}),
    "price": ("price_collection", "erp", ("Reference price", "Richtpreis", "Prix indicatif"), {
        "scopable": True, "decimals_allowed": True}),
    "name": ("text", "texts", ("Name", "Name", "Nom"), {"localizable": True, "max_characters": 80}),
    "description": ("textarea", "texts", ("Description", "Beschreibung", "Description"), {
        "localizable": True, "scopable": True, "wysiwyg_enabled": True}),
    "brand": ("simpleselect", "technical", ("Brand", "Marke", "Marque"), {}),
    "colour": ("simpleselect", "technical", ("Colour", "Farbe", "Couleur"), {}),
    "material": ("multiselect", "technical", ("Material", "Material", "Matière"), {}),
    "volume": ("metric", "technical", ("Volume", "Volumen", "Volume"), {
        "metric_family": "Volume", "default_metric_unit": "LITER", "decimals_allowed": True,
        "negative_allowed": False}),
    "length": ("metric", "technical", ("Length", "Länge", "Longueur"), {
        "metric_family": "Length", "default_metric_unit": "CENTIMETER", "decimals_allowed": True,
        "negative_allowed": False}),
    "power": ("metric", "technical", ("Power", "Leistung", "Puissance"), {
        "metric_family": "Power", "default_metric_unit": "WATT", "decimals_allowed": False,
        "negative_allowed": False}),
    "persons": ("number", "technical", ("Persons", "Personen", "Personnes"), {
        "number_min": "1", "number_max": "12", "decimals_allowed": False, "negative_allowed": False}),
    "lumens": ("number", "technical", ("Lumens", "Lumen", "Lumens"), {
        "decimals_allowed": False, "negative_allowed": False}),
    "comfort_temperature": ("number", "technical", ("Comfort, °C", "Komfort, °C", "Confort, °C"), {
        "decimals_allowed": True, "negative_allowed": True}),
    "hardness": ("number", "technical", ("Hardness, HRC", "Härte, HRC", "Dureté, HRC"), {
        "decimals_allowed": True, "negative_allowed": False}),
    "waterproof": ("boolean", "technical", ("Waterproof", "Wasserdicht", "Étanche"), {}),
    "dishwasher_safe": ("boolean", "technical", ("Dishwasher safe", "Spülmaschinenfest", "Va au lave-vaisselle"), {}),
    "photo": ("image", "media", ("Photo", "Foto", "Photo"), {"allowed_extensions": ["png"]}),
    "manual": ("file", "media", ("Manual", "Anleitung", "Notice"), {"allowed_extensions": ["pdf", "txt"]}),
}  # fmt: skip


def catalog(vocabulary: Words) -> Words:
    """Give the whole structure; there are no products in it."""
    return {
        "about": "The PIM of the shop Tarn & Ember before its first sync. Written by making/make_catalogue.py.",
        "locales": [{"code": code, "enabled": True} for code in LOCALES],
        "currencies": [{"code": code, "enabled": True} for code in ("CHF", "EUR", "USD")],
        "measurement_families": [_measurement_family(code) for code in UNITS],
        "attribute_groups": [
            {"code": code, "sort_order": at, "labels": {"en_US": label}}
            for at, (code, label) in enumerate(
                [("erp", "From the ERP"), ("texts", "Texts"), ("technical", "Technical"), ("media", "Media")]
            )
        ],
        "attributes": [_attribute(at, code) for at, code in enumerate(ATTRIBUTES)],
        "attribute_options": list(_options(vocabulary)),
        "categories": [
            {"code": code, "parent": parent, "labels": _labels(names)}
            for code, (parent, names) in vocabulary["categories"].items()
        ],
        "channels": CHANNELS,
        "families": [_family(code, words) for code, words in vocabulary["families"].items()],
        "association_types": [
            {"code": "X_SELL", "labels": _labels(["Goes with", "Passt zu", "Va avec"]), "is_quantified": False}
        ],
        "media_files": media_files(vocabulary),
        "products": [],
    }


def media_files(vocabulary: Words) -> list[Words]:
    """Give the files that somebody uploaded before: a photo for each family and colour, some manuals."""
    files = []
    for family, words in vocabulary["families"].items():
        for colour in words["colours"]:
            rgb = bytes.fromhex(vocabulary["colours"][colour][1])
            files.append(_media_file(f"{family}_{colour}.png", "image/png", _swatch(rgb)))
        if words.get("manual"):
            manual = f"{words['labels'][0]}: read all of this, then put it where you will find it again.\n"
            files.append(_media_file(f"{family}.txt", "text/plain", manual.encode()))
    return files


def _media_file(name: str, mime_type: str, content: bytes) -> Words:
    digest = hashlib.sha1(name.encode() + content, usedforsecurity=False).hexdigest()
    code = f"{'/'.join(digest[:4])}/{digest}_{name}"
    encoded = base64.b64encode(content).decode()
    return {"code": code, "original_filename": name, "mime_type": mime_type, "content": encoded}


def _swatch(rgb: bytes) -> bytes:
    """Make a PNG of one colour, 8 by 8."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    pixels = zlib.compress((b"\0" + rgb * 8) * 8)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def _labels(names: Any) -> dict[str, str]:
    return dict(zip(LOCALES, names, strict=True))


def _measurement_family(code: str) -> Words:
    units = {
        unit: {
            "code": unit,
            "labels": {"en_US": unit.capitalize()},
            "convert_from_standard": [{"operator": "mul", "value": factor}],
            "symbol": symbol,
        }
        for unit, (symbol, factor) in UNITS[code].items()
    }
    return {"code": code, "labels": {"en_US": code}, "standard_unit_code": next(iter(units)), "units": units}


def _attribute(position: int, code: str) -> Words:
    kind, group, labels, traits = ATTRIBUTES[code]
    return {
        "code": code,
        "type": f"pim_catalog_{kind}",
        "group": group,
        "sort_order": position,
        "labels": _labels(labels),
        **traits,
    }


def _options(vocabulary: Words) -> Iterator[Words]:
    named = {
        "brand": {code: [words[0]] * 3 for code, words in vocabulary["brands"].items()},
        "colour": {code: words[2] for code, words in vocabulary["colours"].items()},
        "material": vocabulary["materials"],
    }
    for attribute, options in named.items():
        for at, (code, names) in enumerate(options.items()):
            yield {"code": code, "attribute": attribute, "sort_order": at, "labels": _labels(names)}


def _family(code: str, words: Words) -> Words:
    return {
        "code": code,
        "attributes": [*COMMON, *OWN[code]],
        "attribute_as_label": "name",
        "attribute_as_image": "photo",
        "attribute_requirements": {
            "ecommerce": ["sku", "name", "description", "price", "photo"],
            "print": ["sku", "name", "price", "photo"],
        },
        "labels": _labels(words["labels"]),
    }
