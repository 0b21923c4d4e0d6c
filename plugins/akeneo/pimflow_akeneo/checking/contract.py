"""What an ownership contract names, and the PIM does not have."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from pimflow import ProblemKind, RowProblem, Who, said
from pimflow_akeneo.catalog import Catalog
from pimflow_akeneo.columns import UNIT, inactive_currency, parse_column
from pimflow_akeneo.kinds import MODELS, PRODUCTS
from pimflow_akeneo.model import Attribute, Model
from pimflow_akeneo.spelling import alike

_OWNED_ELSEWHERE = {"categories": said("Categories are owned tree by tree, under `categories`.")}
_KEYS = frozenset({"uuid", *_OWNED_ELSEWHERE})
_PROPERTIES = tuple(dict.fromkeys(one for one in (*PRODUCTS.properties, *MODELS.properties) if one not in _KEYS))


def unknown(
    places: Sequence[tuple[str, str]], catalog: Catalog, planned: Collection[str]
) -> Mapping[tuple[str, str], RowProblem]:
    """Give what is wrong with places, section and code. `planned` are codes of attributes that will be made."""
    rules: Mapping[str, Callable[[str], RowProblem | None]] = {
        "attributes": lambda code: None if code in planned else _attribute(code, catalog.model),
        "attribute_groups": lambda code: _group(code, catalog),
        "properties": _property,
        "associations": lambda code: _one_of(code, catalog.model.association_types, said("association type")),
        "categories": lambda code: _tree(code, catalog),
    }
    found = {place: rules[place[0]](place[1]) for place in places if place[0] in rules}
    return {place: problem for place, problem in found.items() if problem is not None}


def _attribute(name: str, model: Model) -> RowProblem | None:
    """Judge the code of an attribute, or the name of a column: of a locale, a channel or a currency."""
    code, *rest = name.split("-")
    if name in model.attributes or (code in model.attributes and _is_part(rest, model.attributes[code], model)):
        return None
    if code not in model.attributes:
        return _section(name, model) or _one_of(code, model.attributes, said("attribute"), name)
    if model.attributes[code].kind == "price_collection" and len(rest) == 1 and rest[0].isupper():
        return inactive_currency(name, rest[0], model.currencies)
    try:
        parse_column(name, model)
    except RowProblem as wrong:
        return wrong
    return None


def _is_part(rest: Sequence[str], attribute: Attribute, model: Model) -> bool:
    """Tell whether it is one currency of a price, or the unit of a measurement, wherever the value stands."""
    if attribute.kind == "price_collection":
        return len(rest) == 1 and rest[0] in model.currencies
    return attribute.kind == "metric" and list(rest) == [UNIT]


def _section(name: str, model: Model) -> RowProblem | None:
    """Tell of a name that belongs into another section."""
    if name in _PROPERTIES or name in _OWNED_ELSEWHERE:
        section = "categories" if name in _OWNED_ELSEWHERE else "properties"
        remedy = _OWNED_ELSEWHERE.get(name) or said("Write it under `{section}`.", section=section)
        return _wrong(name, said("this is no attribute"), remedy)
    if name.partition("-")[0] in model.association_types:
        remedy = said("Write {code!r} under `associations`.", code=name.partition("-")[0])
        return _wrong(name, said("this is no attribute"), remedy)
    return None


def _group(code: str, catalog: Catalog) -> RowProblem | None:
    if code in {attribute.group for attribute in catalog.attributes.values()}:
        return None
    return _one_of(code, catalog.attribute_groups, said("attribute group"))


def _property(name: str) -> RowProblem | None:
    if name in _OWNED_ELSEWHERE:
        return _wrong(name, said("this is no property with one owner"), _OWNED_ELSEWHERE[name])
    if name in _PROPERTIES:
        return None
    near = alike(name, _PROPERTIES)
    hint = (
        said("Did you mean '{near}'?", near=near) if near else said("There are {names}.", names=", ".join(_PROPERTIES))
    )
    return _wrong(name, said("products and product models have no such property"), hint)


def _tree(code: str, catalog: Catalog) -> RowProblem | None:
    roots = {found for found, parent in catalog.parents.values() if parent is None}
    stands_in = catalog.tree(code)
    if stands_in is not None and code.lower() != stands_in.lower():
        reason = said("this category stands in the tree '{tree}', which has one owner", tree=stands_in)
        return _wrong(code, reason, said("Name the tree."))
    return _one_of(code, roots, said("category tree"))


def _one_of(code: str, known: Iterable[str], noun: str, name: str = "") -> RowProblem | None:
    there = set(known)
    if code in there:
        return None
    near = alike(code, there)
    hint = said("Did you mean '{near}'?", near=near) if near else said("Correct the code, or take the line out.")
    return _wrong(name or code, said("the PIM has no {noun} with this code", noun=noun), hint)


def _wrong(name: str, reason: str, remedy: str) -> RowProblem:
    return RowProblem(name, None, reason, kind=ProblemKind.REFERENCE, remedy=remedy, who=Who.ADMINISTRATOR)
