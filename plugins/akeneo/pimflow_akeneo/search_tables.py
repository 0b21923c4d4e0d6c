"""What the lists of the PIM can be searched by: properties and types of attributes, each with its operators.

Source: Akeneo's documentation of filters. Products and models take times as the clock of the PIM's server shows them,
the lists of structure take ISO 8601.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

EMPTY = frozenset({"EMPTY", "NOT EMPTY"})
IN = frozenset({"IN", "NOT IN"})
BETWEEN = frozenset({"BETWEEN", "NOT BETWEEN"})
SINCE = "SINCE LAST N DAYS"
_EQUAL = frozenset({"=", "!="})
_ORDER = _EQUAL | {"<", "<=", ">=", ">"}
_TEXT = _EQUAL | EMPTY | {"STARTS WITH", "CONTAINS", "DOES NOT CONTAIN"}
_DATE = _EQUAL | BETWEEN | {"<", ">"}
_CATEGORIES = IN | {"IN CHILDREN", "NOT IN CHILDREN", "IN OR UNCLASSIFIED", "UNCLASSIFIED"}
ALL_LOCALES = "ON ALL LOCALES"
_ON_ALL = frozenset(
    f"{comparison} {ALL_LOCALES}"
    for comparison in ("GREATER THAN", "GREATER OR EQUALS THAN", "LOWER THAN", "LOWER OR EQUALS THAN")
)
_VARIANTS_COMPLETE = frozenset({"AT LEAST COMPLETE", "AT LEAST INCOMPLETE", "ALL COMPLETE", "ALL INCOMPLETE"})
LISTED = IN | {"IN CHILDREN", "NOT IN CHILDREN", "IN OR UNCLASSIFIED"}
"""Operators that take a list of codes."""

WITHOUT_VALUE = EMPTY | {"UNCLASSIFIED"} | _VARIANTS_COMPLETE


@dataclass(frozen=True, slots=True)
class Rule:
    """The operators of a property or of a type of attribute, and what it is compared with.

    `kind` is one of text, code, boolean, integer, number, amount with unit, amount with currency, day, moment. `needs`
    are keys that every condition must have beside its operator; `takes` those that it may have.
    """

    operators: frozenset[str]
    kind: str = "text"
    needs: frozenset[str] = frozenset()
    takes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Table:
    """What one list can be searched by. `values`: attributes too; `iso`: times are ISO 8601."""

    properties: Mapping[str, Rule]
    values: bool = False
    iso: bool = True
    lists: frozenset[str] = field(default=frozenset())
    """Properties of which a record has several: a search for many codes cannot be split there without doubles."""


_SCOPE = frozenset({"scope"})
_PLACE = frozenset({"locale", "scope"})
_MOMENT = Rule(_DATE | {SINCE}, "moment")
_AFTER = Rule(frozenset({">"}), "moment")
_CODES = Rule(frozenset({"IN"}), "code")
_FLAG = Rule(frozenset({"="}), "boolean")

_OF_BOTH = {
    "updated": _MOMENT,
    "created": _MOMENT,
    "categories": Rule(_CATEGORIES, "code"),
    "family": Rule(IN | EMPTY | {"IN CHILDREN"}, "code"),
    "quality_score": Rule(frozenset({"IN"}), "code", needs=_PLACE),
}

PRODUCTS = Table(
    {
        **_OF_BOTH,
        "enabled": Rule(_EQUAL, "boolean"),
        "groups": Rule(IN | EMPTY, "code"),
        "parent": Rule(EMPTY | {"=", "IN"}, "code"),
        "completeness": Rule(_ORDER | _ON_ALL, "integer", needs=_SCOPE, takes=frozenset({"locale", "locales"})),
        "uuid": Rule(IN, "code"),
        "updated_including_linked_entities": Rule(
            _DATE | {SINCE}, "moment", takes=frozenset({"updated_including_linked_type"})
        ),
    },
    values=True,
    iso=False,
    lists=frozenset({"categories", "groups"}),
)
"""Products in both flavours, and published ones."""

PRODUCT_MODELS = Table(
    {
        **_OF_BOTH,
        "identifier": Rule(IN, "code"),
        "parent": Rule(EMPTY | {"IN"}, "code"),
        "completeness": Rule(_VARIANTS_COMPLETE, needs=_SCOPE, takes=frozenset({"locale", "locales"})),
    },
    values=True,
    iso=False,
    lists=frozenset({"categories"}),
)
"""`identifier` is what the PIM calls a model's code here."""

ATTRIBUTES = Table({"code": _CODES, "type": _CODES, "updated": _AFTER, "is_main_identifier": _FLAG})
ATTRIBUTE_GROUPS = Table({"code": _CODES, "updated": _AFTER})
FAMILIES = Table({"code": _CODES, "updated": _AFTER, "has_products": _FLAG})
CATEGORIES = Table(
    {"code": _CODES, "parent": Rule(frozenset({"="}), "code"), "is_root": _FLAG, "updated": _AFTER},
)
LOCALES = Table({"enabled": _FLAG})
CURRENCIES = Table({"enabled": _FLAG})

_TEXTS = Rule(_TEXT | IN)
_CHOICE = Rule(IN | EMPTY, "code")
VALUES: Mapping[str, Rule] = {
    "identifier": _TEXTS,
    "text": _TEXTS,
    "textarea": _TEXTS,
    "number": Rule(_ORDER | EMPTY, "number"),
    "metric": Rule(_ORDER | EMPTY, "amount with unit"),
    "price_collection": Rule(_ORDER | EMPTY, "amount with currency"),
    "simpleselect": _CHOICE,
    "multiselect": _CHOICE,
    "boolean": Rule(_EQUAL | EMPTY, "boolean"),
    "date": Rule(_DATE | EMPTY, "day"),
    "file": Rule(_TEXT),
    "image": Rule(_TEXT),
    "asset_collection": _CHOICE,
    "akeneo_reference_entity": _CHOICE,
    "akeneo_reference_entity_collection": _CHOICE,
    "pim_reference_data_simpleselect": _CHOICE,
    "pim_reference_data_multiselect": _CHOICE,
}
"""By type of attribute without the prefix `pim_catalog_`."""

ANY_VALUE = Rule(frozenset().union(*(rule.operators for rule in VALUES.values())), "any")
"""What can be said about the value of an attribute whose type is not known."""
