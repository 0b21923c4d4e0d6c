"""What an attribute must be: first what holds for all, then what its type allows, then what being unique demands."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.errors import Violation
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.structure.writing import BLANK, not_decimal, type_fault
from pimflow_akeneo_sandbox.values import kinds

RESERVED = re.compile(
    r"^(id|associationTypes|categories|categoryId|completeness|enabled|family|groups|associations|products|scope"
    r"|treeId|values|category|parent|label|(.)*_(products|groups)|entity_type|attributes|uuid|identifier)$",
    re.IGNORECASE,
)
MOST_IDENTIFIERS = 10
LONGEST_GUIDELINE = 500
NUMERIC = frozenset({kinds.NUMBER, kinds.PRICE, kinds.METRIC})
OF_OPTIONS = frozenset({kinds.SELECT, kinds.MULTISELECT})
OF_REFERENCES = frozenset({kinds.REFERENCE, kinds.REFERENCES})
UNIQUE = frozenset({kinds.IDENTIFIER, kinds.TEXT, kinds.NUMBER, kinds.DATE})
OPTIONAL_TYPES = {
    "wysiwyg_enabled": "bool", "decimals_allowed": "bool", "negative_allowed": "bool", "max_characters": "numeric",
    "max_file_size": "numeric", "validation_regexp": "string", "number_min": "numeric", "number_max": "numeric",
    "metric_family": "string", "default_metric_unit": "string", "required": "bool",
}  # fmt: skip
# which types may have a property, and what is said of the others
NULL = "This value should be null."
ONLY_FOR: dict[str, tuple[frozenset[str], str]] = {
    "reference_data_name": (OF_REFERENCES, "This attribute cannot be linked to reference data."),
    "auto_option_sorting": (OF_OPTIONS, "This attribute cannot have options."),
    "default_value": (frozenset({kinds.BOOLEAN}), "This attribute type cannot have a default value."),
    "wysiwyg_enabled": (frozenset({kinds.TEXTAREA}), NULL),
    "decimals_allowed": (NUMERIC, NULL),
    "negative_allowed": (frozenset({kinds.NUMBER, kinds.METRIC}), NULL),
    "max_characters": (kinds.TEXTS, NULL),
    "max_file_size": (kinds.MEDIA, NULL),
    "date_min": (frozenset({kinds.DATE}), NULL),
    "date_max": (frozenset({kinds.DATE}), NULL),
    "validation_rule": (frozenset({kinds.IDENTIFIER, kinds.TEXT}), NULL),
    "validation_regexp": (frozenset({kinds.IDENTIFIER, kinds.TEXT}), NULL),
    "number_min": (NUMERIC, NULL),
    "number_max": (NUMERIC, NULL),
    "metric_family": (frozenset({kinds.METRIC}), NULL),
    "default_metric_unit": (frozenset({kinds.METRIC}), NULL),
}
NEEDED = frozenset({"decimals_allowed", "negative_allowed"})
RULES = {kinds.TEXT: {"url", "email", "regexp"}, kinds.IDENTIFIER: {"regexp"}}
EXTENSIONS = {
    kinds.FILE: ("file", ("csv", "doc", "docx", "mp3", "pdf", "ppt", "pptx", "rtf", "svg", "txt", "wav")),
    kinds.IMAGE: ("image", ("gif", "jfif", "jif", "jpeg", "jpg", "pdf", "png", "psd", "tif", "tiff")),
}
SIZES = (Decimal("0.01"), Decimal("9999.99"))
BRACKETS = {"(": ")", "[": "]", "{": "}", "<": ">"}


def of_entity(store: Store, record: Record, old: Record | None) -> Iterator[Violation]:
    """Check the whole attribute, of any type."""
    known = list(
        dict.fromkeys(a["reference_data_name"] for a in store.structure["attributes"] if a.get("reference_data_name"))
    )
    name = record["reference_data_name"]
    if record["type"] in OF_REFERENCES and name and name not in known:
        message = f'Reference data "{name}" does not exist. Allowed values are: {", ".join(known)}'
        yield Violation("reference_data_name", message)
    if record["type"] == kinds.IDENTIFIER:
        yield from _identifier_faults(store, record, old)
    if record["type"] in OF_REFERENCES and not name:
        yield Violation("reference_data_name", BLANK)
    for name in ("auto_option_sorting", "default_value"):
        if record[name] is not None:
            yield from type_fault(name, record[name], "bool")
    if not record["type"]:
        yield Violation("type", BLANK)


def _identifier_faults(store: Store, record: Record, old: Record | None) -> Iterator[Violation]:
    others = [a for a in store.structure["attributes"] if a["type"] == kinds.IDENTIFIER]
    if old is None and len(others) >= MOST_IDENTIFIERS:
        message = (
            f'Limit of "{MOST_IDENTIFIERS}" identifier attributes is reached. '
            "The following identifier has not been created "
        )
        yield Violation("", message)
    if not record["useable_as_grid_filter"]:
        message = f'"{record["code"]}" is an identifier attribute, it must be usable as grid filter'
        yield Violation("useable_as_grid_filter", message)


def of_properties(store: Store, record: Record, _old: Record | None) -> Iterator[Violation]:
    """Check what holds for the properties of any type."""
    code = record.get("code")
    if code is not None and not isinstance(code, str):
        yield Violation("code", "This value should be of type string.")
    if RESERVED.match(str(code or "")):
        yield Violation("code", "This code is not available")
    for name in ("localizable", "scopable", "useable_as_grid_filter", "unique"):
        yield from type_fault(name, record[name], "bool")
    for name, kind in OPTIONAL_TYPES.items():
        if record.get(name) is not None:
            yield from type_fault(name, record[name], kind)
    yield from not_decimal("max_characters", record["max_characters"])
    yield from type_fault("sort_order", record["sort_order"], "numeric")
    yield from not_decimal("sort_order", record["sort_order"])
    yield from _at_least("sort_order", record["sort_order"], 0)
    if record["group"] is None:
        yield Violation("group", BLANK)
    yield from _guideline_faults(store, record["guidelines"])


def _guideline_faults(store: Store, guidelines: Record) -> Iterator[Violation]:
    for locale, text in guidelines.items():
        if len(text) > LONGEST_GUIDELINE:
            message = f"This value is too long. It should have {LONGEST_GUIDELINE} characters or less."
            yield Violation("guidelines", message)
        if store.get("locales", locale) is None:
            yield Violation("guidelines", f'The locale "{locale}" does not exist.')


def of_type(store: Store, record: Record, _old: Record | None) -> Iterator[Violation]:
    """Check what depends on the type."""
    kind = record["type"]
    yield from _metric_faults(store, record) if kind == kinds.METRIC else ()
    yield from _range_faults(record)
    for name, (types, message) in ONLY_FOR.items():
        if kind not in types and record[name] is not None:
            yield Violation(name, message)
        elif kind in types and name in NEEDED:
            yield from type_fault(name, record[name], "bool")
    if kind in kinds.TEXTS:
        yield from _at_least("max_characters", record["max_characters"], 0)
        yield from _at_most("max_characters", record["max_characters"], 65535 if kind == kinds.TEXTAREA else 255)
    if record["unique"] and kind not in UNIQUE:
        yield Violation("unique", "This attribute type can't have unique value")
    size = record["max_file_size"]
    if kind in kinds.MEDIA and size is not None and not SIZES[0] <= Decimal(str(size)) <= SIZES[1]:
        yield Violation("max_file_size", f"This value should be between {SIZES[0]} and {SIZES[1]}.")
    required = record.get("required")
    if required is not None and required is not (kind == kinds.IDENTIFIER):
        modal = "must" if kind == kinds.IDENTIFIER else "can't"
        yield Violation("required", f"This attribute type {modal} be required")
    yield from _rule_faults(record)
    yield from _extension_faults(record)
    if kind == kinds.IDENTIFIER and record["available_locales"]:
        yield Violation("available_locales", "This attribute cannot have available locales.")


def of_unique(_store: Store, record: Record, _old: Record | None) -> Iterator[Violation]:
    """Check attributes whose values are unique."""
    for name in ("localizable", "scopable") if record["unique"] else ():
        if record[name]:
            yield Violation(name, f"A unique attribute can not be {name}")


def _metric_faults(store: Store, record: Record) -> Iterator[Violation]:
    family = store.get("measurement_families", record["metric_family"])
    if family is None:
        yield Violation("metric_family", "Please specify a valid metric family")
    elif record["default_metric_unit"] not in family["units"]:
        yield Violation("default_metric_unit", "Please specify a valid metric unit")


def _range_faults(record: Record) -> Iterator[Violation]:
    low, high = record["number_min"], record["number_max"]
    if php.is_numeric(low) and php.is_numeric(high) and Decimal(low) >= Decimal(high):
        yield Violation("number_max", "The max number must be greater than the min number")
    if record["date_min"] and record["date_max"] and record["date_min"] >= record["date_max"]:
        yield Violation("date_max", "The max date must be greater than the min date")


def _rule_faults(record: Record) -> Iterator[Violation]:
    rules, rule, pattern = RULES.get(record["type"]), record["validation_rule"], record["validation_regexp"]
    if rules and rule not in {None, ""} and rule not in rules:
        yield Violation("validation_rule", "The value you selected is not a valid choice.")
    if rules and pattern and not _is_regexp(pattern):
        yield Violation("validation_regexp", "This regular expression is not valid.")


def _is_regexp(pattern: str) -> bool:
    """Tell whether PHP would take it: with the same delimiter (or its counterpart) at both ends, then flags."""
    start = pattern[0]
    if start.isalnum() or start == "\\" or start.isspace():
        return False
    return re.search(re.escape(BRACKETS.get(start, start)) + r"[a-zA-Z]*\s*$", pattern[1:]) is not None


def _extension_faults(record: Record) -> Iterator[Violation]:
    noun, allowed = EXTENSIONS.get(record["type"], ("", ()))
    if not allowed and record["allowed_extensions"]:
        yield Violation("allowed_extensions", "This value should be blank.")
    for extension in record["allowed_extensions"] if allowed else ():
        if extension not in allowed:
            message = f'"{extension}" is not a supported {noun} extension. Valid extensions are: {", ".join(allowed)}'
            yield Violation("allowed_extensions", message)


def _at_least(name: str, value: Any, edge: int) -> Iterator[Violation]:
    if php.is_numeric(value) and Decimal(str(value)) < edge:
        yield Violation(name, f"This value should be greater than or equal to {edge}.")


def _at_most(name: str, value: Any, edge: int) -> Iterator[Violation]:
    if php.is_numeric(value) and Decimal(str(value)) > edge:
        yield Violation(name, f"This value should be less than or equal to {edge}.")
