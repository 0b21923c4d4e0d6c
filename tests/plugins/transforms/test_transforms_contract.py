from pimflow import Level
from pimflow_testkit import transform_suite
from pimflow_transforms.compute import Compute
from pimflow_transforms.convert import Convert
from pimflow_transforms.deduplicate import Deduplicate
from pimflow_transforms.filter import Filter
from pimflow_transforms.gtin import Gtin
from pimflow_transforms.lists import Join, Split
from pimflow_transforms.map import Map
from pimflow_transforms.measures.transform import MeasureUnits
from pimflow_transforms.texts import HtmlToText, Slug
from pimflow_transforms.value_map import ValueMap
from pimflow_transforms.variants.transform import Variants

ROWS = [
    {"sku": "A", "name@en_US": "Chair", "weight": "1,5", "active": "oui", "day": "31.01.2026", "colour": ["red"]},
    {"sku": "B", "name@en_US": "", "weight": "x", "active": "non", "day": "", "colour": "blue"},
    {"sku": None},
]


def families(folder):
    (folder / "families.csv").write_text("sku;family\nA;chairs\n")
    return {
        "identifier": "sku",
        "family": {"from": "sku", "table": folder / "families.csv", "default": "misc"},
        "name-*": {"from": "name@*", "locales": ["en_US"]},
        "weight": {"from": "weight", "unit": "KILOGRAM"},
        "enabled": {"constant": False},
        "others": "same_code",
    }


test_filter = transform_suite(
    Filter,
    [{"field": "sku", "present": True}, {"field": "weight", "matches": "[0-9]"}, {"field": "active", "in": ["oui"]}],
    rows=ROWS,
)
test_filter_by_number = transform_suite(Filter, {"field": "n", "greater": 5}, rows=[{"n": "6"}, {"n": 4}])
test_map = transform_suite(Map, families, rows=ROWS)
test_convert = transform_suite(
    Convert,
    {
        "weight": {"to": "number", "decimal": "comma"},
        "active": {"to": "boolean", "true": ["oui"], "false": ["non"]},
        "day": {"to": "date", "format": "%d.%m.%Y"},
        "sku": "text",
    },
    rows=ROWS,
)
test_value_map = transform_suite(ValueMap, {"field": "colour", "map": {"red": "rouge"}}, rows=ROWS)
test_value_map_refusing = transform_suite(
    ValueMap, {"field": "colour", "map": {"red": "rouge"}, "unknown": "refuse"}, rows=ROWS
)

test_split = transform_suite(Split, {"colour": ",", "day": {"by": ".", "into": ["d", "m", "y"]}}, rows=ROWS)
test_join = transform_suite(Join, {"colour": "|", "title": {"from": ["sku", "name@en_US"], "by": " "}}, rows=ROWS)
test_compute = transform_suite(
    Compute, {"title": 'sku ~ " " ~ row["name@en_US"]', "twice": "weight|number * 2"}, rows=ROWS
)
test_units = transform_suite(
    MeasureUnits,
    {"weight": {"unit_from": "unit", "codes": "un_ece", "to": "KILOGRAM"}, "length": {"unit": "cm"}},
    rows=[{"weight": "5", "unit": "GRM", "length": 3}, {"weight": "x", "unit": None, "length": ""}],
)
test_gtin = transform_suite(Gtin, {"ean": 13, "box": "any"}, rows=[{"ean": "036000291452", "box": ""}, {"ean": "1"}])
test_html_to_text = transform_suite(HtmlToText, ["name@*"], rows=ROWS)
test_slug = transform_suite(Slug, {"code": "name@en_US", "colour": {"from": "colour", "separator": "-"}}, rows=ROWS)
test_deduplicate = transform_suite(Deduplicate, {"by": ["colour", "active"], "keep": "last"}, rows=ROWS)
test_deduplicate_by_value = transform_suite(
    Deduplicate, {"by": "sku", "keep": "highest", "of": "n"}, rows=[{"sku": "A", "n": "9"}, {"sku": "A", "n": "10"}]
)

ITEMS = [
    {"identifier": "S-1", "style": "A 1", "family": "shirts", "name": "Shirt", "color": "red", "size": "M", "ean": "1"},
    {"identifier": "S-2", "style": "A 1", "family": "shirts", "name": "Shirt", "color": "red", "size": "L", "ean": "2"},
    {"identifier": "S-3", "style": "A 1", "family": "shirts", "name": "Vest", "color": "blue", "categories": ["new"]},
    {"identifier": "S-4", "family": "mugs", "name": "Mug"},
]
BY_SIZE = (Level((), frozenset({"name", "color"})), Level(("size",), frozenset({"size", "ean"})))
BY_COLOR_SIZE = (
    Level((), frozenset({"name"})),
    Level(("color",), frozenset({"color"})),
    Level(("size",), frozenset({"size", "ean"})),
)
LEVELS = {"by_size": BY_SIZE, "by_color_size": BY_COLOR_SIZE}


def clothing(folder):
    (folder / "variants.csv").write_text("family;variant\nshirts;by_color_size\nmugs;\n")
    return {"group": "{family}-{style}", "family_variant": {"from": "family", "table": folder / "variants.csv"}}


test_variants = transform_suite(Variants, clothing, rows=ITEMS, levels=LEVELS)
test_variants_of_one_level = transform_suite(
    Variants,
    {
        "group": {"from": "style", "pattern": "^(A)"},
        "family_variant": {"constant": "by_size"},
        "code": "model_{group}",
        "singles": "simple",
        "differing": "leave_out",
    },
    rows=ITEMS,
    levels=LEVELS,
)
test_variants_of_stated_levels = transform_suite(
    Variants,
    {
        "group": "style",
        "family_variant": {"from": "family", "map": {"shirts": "s", "mugs": ""}},
        "levels": [{"columns": ["na*"]}, {"axes": ["color", "size"], "columns": ["ean"]}],
    },
    rows=ITEMS,
)
