"""Names of columns as in Akeneo's own CSV files, understood with the PIM's model. No I/O.

An attribute's column is `code[-locale][-channel]`, then `-CURRENCY` for one currency of a price or `-unit` for the
unit of a measurement; an association's is `TYPE-products` and the like. No code holds a `-`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from pimflow import ProblemKind, Reference, RowProblem, Who, joined, said
from pimflow_akeneo.kinds import MODELS, PRODUCTS, Kind
from pimflow_akeneo.model import Attribute, Model
from pimflow_akeneo.spelling import CLOSE, alike

ASSOCIATED = ("products", "product_uuids", "product_models", "groups")
QUANTIFIABLE = ("products", "product_uuids", "product_models")
ADD_CATEGORIES = "add_categories"
REMOVE_CATEGORIES = "remove_categories"
UNIT = "unit"
QUANTITY = "quantity"
_CATEGORIES = frozenset({"categories", ADD_CATEGORIES, REMOVE_CATEGORIES})
_LISTS = frozenset({*_CATEGORIES, "groups", "variants"})
_LIST_KINDS = frozenset(
    {
        "multiselect",
        "price_collection",
        "asset_collection",
        "akeneo_reference_entity_collection",
        "pim_reference_data_multiselect",
    }
)


@dataclass(frozen=True, slots=True)
class Property:
    """A property of the record: one of its kind's properties, or its key (`identifier`, `code`)."""

    name: str


@dataclass(frozen=True)
class Association:
    """What a product is associated with: one kind (`products`, …) of one type; `part` is None or `quantity`."""

    type: str
    kind: str
    quantified: bool = False
    part: str | None = None

    @cached_property
    def name(self) -> str:
        """The column that holds the codes."""
        return f"{self.type}-{self.kind}"


@dataclass(frozen=True)
class ValueColumn:
    """A value of an attribute; `part` is None, a currency, or `unit`."""

    attribute: Attribute
    locale: str | None = None
    scope: str | None = None
    part: str | None = None

    @property
    def place(self) -> tuple[str, str | None, str | None]:
        """Attribute, locale and channel, as the PIM names them in its errors."""
        return self.attribute.code, self.locale, self.scope

    @cached_property
    def whole(self) -> str:
        """The name without its part: code, locale, channel."""
        return whole_name(self.attribute.code, self.locale, self.scope)

    @cached_property
    def name(self) -> str:
        """The name of the column."""
        return f"{self.whole}-{self.part}" if self.part else self.whole


Column = Property | Association | ValueColumn


def whole_name(code: str, locale: str | None, scope: str | None) -> str:
    """Give the name of the column of an attribute in a locale and channel, as far as it has them."""
    if not locale:
        return f"{code}-{scope}" if scope else code
    return f"{code}-{locale}-{scope}" if scope else f"{code}-{locale}"


def parse_column(name: str, model: Model, kind: Kind = PRODUCTS) -> Column:
    """Understand one name. Raises RowProblem that tells what is wrong with it, and what it should look like."""
    if name in {*kind.properties, *kind.made, ADD_CATEGORIES, REMOVE_CATEGORIES}:
        return Property(name)
    if name == kind.key or (kind.has_identifier and name in {"identifier", model.identifier.code}):
        return Property("identifier" if kind.has_identifier else kind.key)
    code, *rest = name.split("-")
    if code in model.association_types and rest and rest[0] in ASSOCIATED:
        return _association(name, code, rest, model)
    if code not in model.attributes:
        raise _unknown(name, code, model, kind)
    if model.attributes[code] is model.identifier:
        raise _wrong(name, said("a product model has no identifier"), said("Give this column to products only."))
    return value_column(name, model.attributes[code], rest, model)


_KEYS = frozenset({"identifier", "code", "uuid", "variants", *_CATEGORIES})


def places(column: Column | None) -> tuple[tuple[str, str], ...]:
    """Name where an ownership contract tells who owns a column: section and code, the narrowest first.

    Keys belong to whoever writes; categories are owned tree by tree.
    """
    if column is None or (isinstance(column, Property) and column.name in _KEYS):
        return ()
    if isinstance(column, Property):
        return (("properties", column.name),)
    if isinstance(column, Association):
        return (("associations", column.type),)
    code, part = column.attribute.code, column.part
    narrow = (("attributes", f"{code}-{part}"),) if part else ()
    return (
        ("attributes", column.name),
        *narrow,
        ("attributes", code),
        ("attribute_groups", column.attribute.group or ""),
    )


def separator(column: Column | None) -> str | None:
    """Give what stands between the items of a list in one cell; a blank between an amount and its unit.

    An association with quantities has none: each member belongs to a quantity in another column.
    """
    if isinstance(column, Property):
        return "," if column.name in _LISTS else None
    if isinstance(column, Association):
        return None if column.quantified else ","
    if column is None or column.part:
        return None
    return "," if column.attribute.kind in _LIST_KINDS else " " if column.attribute.kind == "metric" else None


_PRODUCTS = Reference("akeneo.products", ",")
_MODELS = Reference("akeneo.product_models", ",")
_NAMING = {
    "parent": Reference(_MODELS.sink),
    "variants": _PRODUCTS,
    "products": _PRODUCTS,
    "product_models": _MODELS,
}
"""What properties, and kinds of association, name by identifier or code."""


def refers(column: Column | None) -> Reference | None:
    """Say which records a column names by identifier or code: products, or product models."""
    if isinstance(column, Property):
        return _NAMING.get(column.name)
    if isinstance(column, Association) and column.part is None:
        return _NAMING.get(column.kind)
    return None


def _unknown(name: str, code: str, model: Model, kind: Kind) -> RowProblem:
    if name in {PRODUCTS.key, *PRODUCTS.properties, *MODELS.properties}:
        of_model = said("a product model has no such property")
        reason = said("a product has no such property") if kind.has_identifier else of_model
        return _wrong(name, reason, said("Leave this column out."))
    return _wrong(name, said("the PIM has no attribute with this code"), _alike(code, _known_codes(model, kind)))


def _association(name: str, code: str, rest: list[str], model: Model) -> Association:
    quantified = model.association_types[code]
    column = Association(code, rest[0], quantified, rest[1] if len(rest) > 1 else None)
    allowed = rest[0] in QUANTIFIABLE and rest[1:] in ([], [QUANTITY]) if quantified else len(rest) == 1
    if not allowed:
        hint = said("Name it as in '{expected}'.", expected=f"{code}-products")
        if quantified:
            hint = said("Name it as in '{code}-products and {code}-products-quantity'.", code=code)
        raise _wrong(name, said("an association's column is not named like this"), hint)
    return column


def value_column(name: str, attribute: Attribute, rest: list[str], model: Model) -> ValueColumn:
    """Understand what stands behind the attribute's code. Raises RowProblem."""
    parts = list(rest)
    locale = _locale(name, attribute, parts, model) if attribute.localizable else None
    scope = _scope(name, attribute, parts, model) if attribute.scopable else None
    if locale and scope and locale not in model.channels[scope].locales:
        active = ", ".join(model.channels[scope].locales)
        reason = said("locale {locale} is not active for channel {channel}", locale=locale, channel=scope)
        raise _wrong(name, reason, joined([_ACTIVATE, said("Active there: {names}.", names=active)]))
    if locale and attribute.available_locales and locale not in attribute.available_locales:
        allowed = ", ".join(attribute.available_locales)
        reason = said("this attribute exists in {locales} only", locales=allowed)
        raise _wrong(name, reason, said("Leave this column out."))
    return ValueColumn(attribute, locale, scope, _part(name, attribute, parts, model.currencies_of(scope)))


_ACTIVATE = said("Correct it, or activate it in the PIM.")


def inactive_currency(name: str, currency: str, active: Iterable[str]) -> RowProblem:
    """Tell that a column names a currency that nobody uses in the PIM."""
    reason = said("currency {currency} is not active in the PIM", currency=currency)
    return _wrong(name, reason, joined([_ACTIVATE, said("Active: {names}.", names=", ".join(active))]))


def _locale(name: str, attribute: Attribute, parts: list[str], model: Model) -> str:
    if not parts or parts[0] in model.channels:
        example = f"{attribute.code}-{next(iter(model.locales), 'en_US')}"
        named = said("Name the column with a locale, as in '{example}'.", example=example)
        raise _wrong(name, said("this attribute is translated, and the column names no locale"), named)
    if parts[0] not in model.locales:
        active = said("Active locales: {names}.", names=", ".join(model.locales))
        hint = _alike(parts[0], model.locales) or joined([_ACTIVATE, active])
        raise _wrong(name, said("locale {locale} is not active in the PIM", locale=parts[0]), hint)
    return parts.pop(0)


def _scope(name: str, attribute: Attribute, parts: list[str], model: Model) -> str:
    if not parts or parts[0] not in model.channels:
        reason = said("this attribute differs by channel, and the column names no channel")
        if parts:
            reason = said("this attribute differs by channel, and the PIM has no channel '{code}'", code=parts[0])
        place = f"{attribute.code}-{{locale}}-" if attribute.localizable else f"{attribute.code}-"
        names = ", ".join(model.channels)
        raise _wrong(name, reason, said("Name it {place}CHANNEL; of: {names}.", place=place, names=names))
    return parts.pop(0)


def _part(name: str, attribute: Attribute, parts: list[str], currencies: tuple[str, ...]) -> str | None:
    if not parts:
        return None
    if len(parts) == 1 and attribute.kind == "price_collection":
        if parts[0] not in currencies:
            raise inactive_currency(name, parts[0], currencies)
        return parts[0]
    if parts == [UNIT] and attribute.kind == "metric":
        return UNIT
    kind = _TRAITS[attribute.localizable, attribute.scopable]
    reason = said("{kind}, and '{part}' does not belong to the name", kind=kind, part="-".join(parts))
    raise _wrong(name, reason, said("Correct the column's name."))


_TRAITS = {
    (False, False): said("this attribute is neither translated nor by channel"),
    (True, False): said("this attribute is translated"),
    (False, True): said("this attribute is by channel"),
    (True, True): said("this attribute is translated and by channel"),
}
"""By whether it has a value per locale, and per channel."""


def _known_codes(model: Model, kind: Kind) -> list[str]:
    return [
        kind.key,
        *kind.properties,
        ADD_CATEGORIES,
        REMOVE_CATEGORIES,
        *model.attributes,
        *(f"{code}-products" for code in model.association_types),
    ]


def _alike(found: str, known: list[str] | tuple[str, ...]) -> str:
    near = alike(found, known, CLOSE)
    return said("Did you mean '{near}'?", near=near) if near else ""


def _wrong(name: str, reason: str, hint: str) -> RowProblem:
    remedy = hint or said("Correct the name of the column, or ask the product manager to create the attribute.")
    return RowProblem(name, None, reason, kind=ProblemKind.REFERENCE, remedy=remedy, who=Who.ADMINISTRATOR)
