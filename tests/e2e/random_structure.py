"""The structure of random valid catalogues for a newly installed PIM, as rows of Akeneo's own CSV columns."""

import json
import string
from dataclasses import dataclass, field
from datetime import date

from hypothesis import strategies as st

Row = dict[str, str]

LOCALES = ["de_DE", "en_US", "fr_FR", "ja_JP", "sr_Cyrl_ME"]
KINDS = [
    "text",
    "textarea",
    "number",
    "metric",
    "price_collection",
    "boolean",
    "date",
    "simpleselect",
    "multiselect",
    "file",
    "image",
    "identifier",
]
UNIQUE = {"text", "number", "date"}
AXES = {"simpleselect", "boolean", "metric"}
UNITS = {"Weight": ["GRAM", "KILOGRAM"], "Length": ["METER", "CENTIMETER"]}
EXTENSIONS = {"file": "txt", "image": "png"}
LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co", "Zs", "Zl", "Zp"])
TEXT = st.text(LETTERS, min_size=1, max_size=12)
INNER = st.tuples(TEXT, st.sampled_from([" ", ";", ",", '"', "-", " | "]), TEXT).map("".join)
WORDS = TEXT | INNER
LINES = st.lists(WORDS, min_size=1, max_size=3).map("\n".join)
CODES = st.text(string.ascii_letters + string.digits + "_", min_size=1, max_size=8)
WHOLE = st.integers(-9_999, 9_999).map(str)
DECIMAL = st.decimals(min_value=-9_999, max_value=9_999, places=3).map(str)
PRICE = st.decimals(min_value=0, max_value=9_999, places=2).map(str)
DAY = st.dates(date(1990, 1, 1), date(2090, 1, 1)).map(str)


@dataclass
class Catalogue:
    """Rows by resource, and what the files beside them hold.

    `shape` knows the attributes by code; `levels` the attributes of each level by family variant.
    """

    rows: dict[str, list[Row]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    options: dict[str, list[str]] = field(default_factory=dict)
    units: dict[str, list[str]] = field(default_factory=dict)
    levels: dict[str, list[list[str]]] = field(default_factory=dict)

    @property
    def shape(self) -> dict[str, Row]:
        """The attributes by code."""
        return {row["code"]: row for row in self.rows["attributes"]}

    @property
    def channels(self) -> dict[str, Row]:
        """The channels by code."""
        return {row["code"]: row for row in self.rows["channels"]}

    @property
    def locales(self) -> list[str]:
        """The active locales."""
        return sorted({code for row in self.rows["channels"] for code in row["locales"].split(",")})

    def kind(self, attribute: str) -> str:
        """The type of an attribute, without the prefix of all."""
        return self.shape[attribute]["type"].removeprefix("pim_catalog_")


def codes(prefix: str, least: int, most: int) -> st.SearchStrategy[list[str]]:
    """Different codes, also when letter case is ignored."""
    return st.lists(CODES.map(lambda code: prefix + code), min_size=least, max_size=most, unique_by=str.lower)


def some(of: list[str]) -> st.SearchStrategy[list[str]]:
    """Some of these, each once."""
    return st.lists(st.sampled_from(of), unique=True, max_size=6) if of else st.just([])


def labels(draw: st.DrawFn, made: Catalogue) -> Row:
    """Labels in some of the locales, as columns."""
    locales = made.locales if "channels" in made.rows else LOCALES[:2]
    return {f"label-{locale}": draw(WORDS) for locale in draw(some(locales))}


def measures(draw: st.DrawFn, made: Catalogue) -> None:
    """Measurement families beside the installed ones."""
    made.units = dict(UNITS)
    made.rows["measurement_families"] = []
    for code in draw(codes("m_", 0, 2)):
        units = draw(codes("u_", 1, 3))
        steps = [[{"operator": "mul", "value": "1"}]]
        steps += [[{"operator": "mul", "value": str(n + 2)}, {"operator": "add", "value": "0.5"}] for n in range(9)]
        told = {
            unit: {"code": unit, "labels": labels(draw, made), "symbol": draw(TEXT), "convert_from_standard": step}
            for unit, step in zip(units, steps, strict=False)
        }
        for unit in told.values():
            unit["labels"] = {name.partition("-")[2]: label for name, label in unit["labels"].items()}
        made.units[code] = units
        row = {"code": code, "standard_unit_code": units[0], "units": json.dumps(told), **labels(draw, made)}
        made.rows["measurement_families"].append(row)


def categories(draw: st.DrawFn, made: Catalogue) -> None:
    """One to three trees; children may stand before their parents."""
    rows: list[Row] = []
    for number, code in enumerate(draw(codes("c_", 2, 9))):
        parent = draw(st.sampled_from([row["code"] for row in rows] + ([""] if number < 3 else []))) if rows else ""
        rows.append({"code": code, "parent": parent, **labels(draw, made)})
    made.rows["categories"] = draw(st.permutations(rows))


def channels(draw: st.DrawFn, made: Catalogue) -> None:
    """One to three channels with their locales and currencies."""
    roots = [row["code"] for row in made.rows["categories"] if not row["parent"]]
    made.rows["channels"] = [
        {
            "code": code,
            "tree": draw(st.sampled_from(roots)),
            "locales": ",".join(draw(st.lists(st.sampled_from(LOCALES), min_size=1, max_size=3, unique=True))),
            "currencies": ",".join(draw(st.lists(st.sampled_from(["EUR", "USD"]), min_size=1, unique=True))),
        }
        for code in draw(codes("ch_", 1, 3))
    ]
    active = made.locales
    for row in made.rows["categories"] + made.rows["measurement_families"]:
        for name in [name for name in row if name.startswith("label-") and name[6:] not in active]:
            del row[name]
    for row in made.rows["channels"]:
        row.update(labels(draw, made))


def attributes(draw: st.DrawFn, made: Catalogue) -> None:
    """The identifier, and up to twelve attributes of any type with any flags."""
    group = st.sampled_from([row["code"] for row in made.rows["attribute_groups"]])
    sku = {"code": "sku", "type": "pim_catalog_identifier", "unique": "1", "useable_as_grid_filter": "1"}
    rows = [sku | {"group": draw(group)}]
    for code in draw(codes("a_", 4, 12)):
        row = {"code": code, "group": draw(group), **labels(draw, made), **flags(draw, made)}
        rows.append(row | {"sort_order": str(draw(st.integers(0, 99)))})
    made.rows["attributes"] = rows


def flags(draw: st.DrawFn, made: Catalogue) -> Row:
    """The type of an attribute, where its values are told apart, and what else it may have."""
    kind = draw(st.sampled_from(KINDS))
    row = {"type": f"pim_catalog_{kind}", "unique": "0", "localizable": "0", "scopable": "0"}
    if kind == "identifier" or (kind in UNIQUE and draw(st.booleans())):
        row["unique"] = "1"
    else:
        row["localizable"], row["scopable"] = draw(st.sampled_from(["00", "01", "10", "11", "00"]))
    if row["localizable"] == "1" and draw(st.booleans()):
        row["available_locales"] = ",".join(draw(st.lists(st.sampled_from(made.locales), min_size=1, unique=True)))
    row["useable_as_grid_filter"] = "1" if kind == "identifier" else draw(st.sampled_from("01"))
    return row | more(draw, made, kind)


def more(draw: st.DrawFn, made: Catalogue, kind: str) -> Row:
    """What attributes of one type have."""
    flag = st.sampled_from("01")
    if kind in {"number", "metric", "price_collection"}:
        row = {"decimals_allowed": draw(flag)}
        row |= {"number_min": "-9999", "number_max": "10000"} if draw(st.booleans()) else {}
        if kind == "price_collection":
            return row | ({"number_min": "0"} if row.get("number_min") else {})
        row["negative_allowed"] = "1"
        measure = draw(st.sampled_from(sorted(made.units))) if kind == "metric" else ""
        return row | ({"metric_family": measure, "default_metric_unit": made.units[measure][0]} if measure else {})
    choices: dict[str, Row] = {
        "text": {"max_characters": "200"},
        "textarea": {"wysiwyg_enabled": draw(flag), "max_characters": "5000"},
        "date": {"date_min": "1980-01-01", "date_max": "2100-12-31"},
        "simpleselect": {"minimum_input_length": "2", "auto_option_sorting": draw(flag)},
        "multiselect": {"auto_option_sorting": draw(flag)},
        "file": {"allowed_extensions": "pdf,txt", "max_file_size": "2.5"},
        "image": {"allowed_extensions": "gif,png", "max_file_size": "1"},
    }
    return choices.get(kind, {}) if draw(st.booleans()) else {}


def options(draw: st.DrawFn, made: Catalogue) -> None:
    """Options of at most three selects: the PIM takes three calls a second. The others become texts."""
    rows, selects = [], 0
    for code, attribute in made.shape.items():
        if not made.kind(code).endswith("select"):
            continue
        selects += 1
        if selects > 3:
            for name in ("minimum_input_length", "auto_option_sorting"):
                attribute.pop(name, None)
            attribute["type"] = "pim_catalog_text"
            continue
        made.options[code] = draw(codes("", 1, 5))
        rows += [
            {"attribute": code, "code": option, "sort_order": str(order), **labels(draw, made)}
            for order, option in enumerate(made.options[code])
        ]
    made.rows["attribute_options"] = rows


def families(draw: st.DrawFn, made: Catalogue) -> None:
    """One to three families with some of the attributes."""
    known = sorted(made.shape)
    made.rows["families"] = []
    for code in draw(codes("f_", 1, 3)):
        chosen = sorted({*draw(st.lists(st.sampled_from(known), unique=True)), "sku"})
        names = [one for one in chosen if made.kind(one) in {"text", "identifier"}]
        pictures = [one for one in chosen if made.kind(one) == "image" and has_one_place(made, one)]
        row = {
            "code": code,
            "attributes": ",".join(chosen),
            "attribute_as_label": draw(st.sampled_from(names)),
            "attribute_as_image": draw(st.sampled_from(["", *pictures])),
            **{f"requirements-{name}": ",".join(sorted({*draw(some(chosen)), "sku"})) for name in made.channels},
        }
        made.rows["families"].append(row | labels(draw, made))


def family_variants(draw: st.DrawFn, made: Catalogue) -> None:
    """For each family that has an axis, at most one variant of one or two levels."""
    made.rows["family_variants"] = []
    for family in made.rows["families"]:
        known = family["attributes"].split(",")
        axes = [one for one in known if is_axis(made, one)]
        if not axes:
            continue
        deepest = draw(st.integers(1, min(2, len(axes))))
        chosen = draw(st.permutations(axes))[:deepest]
        sets = [[one] for one in chosen]
        for one in known:
            level = deepest if made.shape[one]["unique"] == "1" else draw(st.integers(0, deepest))
            if level and one not in chosen:
                sets[level - 1].append(one)
        code = f"v_{family['code']}"
        row = {"code": code, "family": family["code"], **labels(draw, made)}
        for number, members in enumerate(sets, 1):
            row |= {f"variant-axes_{number}": members[0], f"variant-attributes_{number}": ",".join(sorted(members))}
        made.levels[code] = [[one for one in known if not any(one in part for part in sets)], *sets]
        made.rows["family_variants"].append(row)


def is_axis(made: Catalogue, attribute: str) -> bool:
    """Whether variants may differ in an attribute."""
    return made.kind(attribute) in AXES and has_one_place(made, attribute)


def has_one_place(made: Catalogue, attribute: str) -> bool:
    """Whether an attribute has one value only, for all locales and channels."""
    row = made.shape[attribute]
    return row.get("localizable") != "1" and row.get("scopable") != "1"
