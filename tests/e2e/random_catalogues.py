"""Random valid catalogues for a newly installed PIM, as rows of Akeneo's own CSV columns.

What the PIM decides by itself (identifiers in families and on the lowest level, axes among the attributes of their
level, two-way associations told on both sides) is written out, so that what comes back can be compared cell by cell.
"""

from typing import Any

from hypothesis import strategies as st

from .random_structure import (
    CODES,
    DAY,
    DECIMAL,
    EXTENSIONS,
    LINES,
    PRICE,
    WHOLE,
    WORDS,
    Catalogue,
    Row,
    attributes,
    categories,
    channels,
    codes,
    families,
    family_variants,
    labels,
    measures,
    options,
    some,
)


@st.composite
def catalogues(draw: st.DrawFn) -> Catalogue:
    """A whole catalogue."""
    made = Catalogue()
    measures(draw, made)
    categories(draw, made)
    channels(draw, made)
    made.rows["attribute_groups"] = [
        {"code": code, "sort_order": str(draw(st.integers(0, 99))), **labels(draw, made)}
        for code in draw(codes("g_", 1, 3))
    ]
    attributes(draw, made)
    options(draw, made)
    families(draw, made)
    family_variants(draw, made)
    made.rows["association_types"] = [
        {"code": code, "is_two_way": two_way, "is_quantified": quantified, **labels(draw, made)}
        for code, (two_way, quantified) in zip(("ONE", "TWO", "SET"), (("0", "0"), ("1", "0"), ("0", "1")), strict=True)
    ]
    models(draw, made)
    products(draw, made)
    for record in ("products", "product_models"):
        associations(draw, made, made.rows[record])
    for row in made.rows["product_models"] + made.rows["products"]:
        row.pop("level", None)
    return made


def models(draw: st.DrawFn, made: Catalogue) -> None:
    """Root models of each family variant, and models below them where there are two levels."""
    rows = made.rows["product_models"] = []
    for variant, sets in made.levels.items():
        for code in draw(codes(f"r_{variant}_", 0, 2)):
            root = {"code": code, "family_variant": variant, "categories": in_trees(draw, made)}
            rows.append(root | {"level": "0"} | values(draw, made, sets[0]))
            if len(sets) == 3:
                rows += below(draw, made, root, sets[1], 1, "code")


def below(draw: st.DrawFn, made: Catalogue, parent: Row, members: list[str], level: int, key: str) -> list[Row]:
    """Up to three records below a model, told apart by their axis."""
    made_of = st.lists(value(made, members[0]), unique_by=lambda cell: cell.lower(), max_size=3)
    names = draw(codes(f"{parent['code']}_", 3, 3))
    rows = []
    for name, axis in zip(names, draw(made_of), strict=False):
        row = {key: name, "parent": parent["code"], **values(draw, made, members[1:]), **cells(made, members[0], axis)}
        more = {"family_variant": parent["family_variant"], "level": str(level)} if key == "code" else {}
        rows.append(row | more | {"categories": in_trees(draw, made)})
    return rows


def products(draw: st.DrawFn, made: Catalogue) -> None:
    """Variants of the lowest models, and simple products with and without a family."""
    rows = made.rows["products"] = []
    for model in made.rows["product_models"]:
        sets = made.levels[model["family_variant"]]
        if int(model["level"]) == len(sets) - 2:
            family = model["family_variant"].removeprefix("v_")
            found = below(draw, made, model, sets[-1], 0, "identifier")
            rows += [row | {"family": family, "enabled": draw(st.sampled_from("01"))} for row in found]
    for identifier in draw(codes("p ", 1, 6)):
        family = draw(st.sampled_from([None, *made.rows["families"]]))
        known = family["attributes"].split(",") if family else sorted(made.shape)
        row = {"identifier": identifier, "enabled": draw(st.sampled_from("01")), "categories": in_trees(draw, made)}
        row |= {"family": family["code"]} if family else {}
        rows.append(row | values(draw, made, known))
    apart(made, rows)


def apart(made: Catalogue, rows: list[Row]) -> None:
    """Leave out what the PIM takes only once: the same value of a unique attribute."""
    for code, attribute in made.shape.items():
        seen: set[str] = set()
        for row in rows if attribute["unique"] == "1" else ():
            cell = row.get(code, "").lower()
            if cell in seen:
                row.pop(code, None)
            seen.add(cell)


def in_trees(draw: st.DrawFn, made: Catalogue) -> str:
    """Some categories."""
    return ",".join(sorted(draw(some([row["code"] for row in made.rows["categories"]]))))


def values(draw: st.DrawFn, made: Catalogue, attributes: list[str]) -> Row:
    """Values in some of the places of some attributes."""
    row: Row = {}
    for code in draw(some([one for one in attributes if one != "sku"])):
        for place in draw(some(places(made, code))):
            row |= cells(made, place, draw(value(made, code)))
    return row


def places(made: Catalogue, code: str) -> list[str]:
    """The columns of an attribute."""
    attribute = made.shape[code]
    own = attribute.get("available_locales")
    found = []
    for channel in list(made.channels.values()) if attribute.get("scopable") == "1" else [None]:
        used = channel["locales"].split(",") if channel else made.locales
        money = sorted(channel["currencies"].split(",")) if channel else currencies(made)
        for locale in used if attribute.get("localizable") == "1" else [None]:
            if locale and own and locale not in own.split(","):
                continue
            whole = "-".join([code, *filter(None, [locale, channel and channel["code"]])])
            found += [f"{whole}-{one}" for one in money] if made.kind(code) == "price_collection" else [whole]
    return found


def currencies(made: Catalogue) -> list[str]:
    """The active currencies."""
    return sorted({code for row in made.channels.values() for code in row["currencies"].split(",")})


def value(made: Catalogue, code: str) -> st.SearchStrategy[str]:
    """Cells of an attribute; an amount with its unit, and a file by its name."""
    kind, attribute = made.kind(code), made.shape[code]
    decimals = attribute.get("decimals_allowed") == "1"
    number = DECIMAL if decimals else WHOLE
    chosen: dict[str, Any] = {
        "number": number,
        "metric": st.tuples(number, st.sampled_from(made.units.get(attribute.get("metric_family", ""), [""]))).map(
            " ".join
        ),
        "price_collection": PRICE if decimals else st.integers(0, 9_999).map(str),
        "boolean": st.sampled_from("01"),
        "date": DAY,
        "simpleselect": st.sampled_from(made.options.get(code, [""])),
        "multiselect": st.lists(st.sampled_from(made.options.get(code, [""])), min_size=1, unique=True).map(
            lambda found: ",".join(sorted(found))
        ),
        "identifier": CODES,
        "textarea": LINES,
    }
    if kind in EXTENSIONS:
        return st.integers(1, 4).map(lambda number: picture(made, f"media/{number}.{EXTENSIONS[kind]}"))
    return chosen.get(kind, WORDS)


def picture(made: Catalogue, name: str) -> str:
    """Make a tiny file, another one for each name."""
    made.files[name] = (b"\x89PNG\r\n\x1a\n" if name.endswith("png") else b"text ") + name.encode()
    return name


def cells(made: Catalogue, column: str, cell: str) -> Row:
    """The cells that hold a value: an amount and its unit have one each."""
    if made.kind(column.partition("-")[0]) != "metric":
        return {column: cell}
    amount, _, unit = cell.partition(" ")
    return {column: amount, f"{column}-unit": unit}


def associations(draw: st.DrawFn, made: Catalogue, rows: list[Row]) -> None:
    """One-way associations of any record, quantities, and two-way ones between simple products."""
    known = [row["identifier"] for row in made.rows["products"]]
    above = [row["code"] for row in made.rows["product_models"]]
    for row in rows:
        if row.get("parent") or row.get("family_variant"):
            continue
        row |= {
            "ONE-products": ",".join(sorted(draw(some(known)))),
            "ONE-product_models": ",".join(sorted(draw(some(above)))),
        }
        wanted = sorted(draw(some(known)))
        amounts = [str(draw(st.integers(1, 99))) for _ in wanted]
        row |= {"SET-products": ",".join(wanted), "SET-products-quantity": "|".join(amounts)}
    simple = {row["identifier"]: row for row in rows if "identifier" in row and not row.get("parent")}
    pairs = [(one, draw(st.sampled_from(sorted(simple)))) for one in simple if draw(st.booleans())]
    both = {pair for one, other in pairs if one != other for pair in ((one, other), (other, one))}
    for one, row in simple.items():
        row["TWO-products"] = ",".join(sorted(other for first, other in both if first == one))
