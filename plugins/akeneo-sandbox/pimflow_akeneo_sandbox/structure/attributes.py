"""Writing of attributes."""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.errors import PropertyError, Violation, expects_entity
from pimflow_akeneo_sandbox.loading.defaults import ATTRIBUTE
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.structure.writing import BLANK, Setter, Writing, array, plain, texts_by_locale, type_fault
from pimflow_akeneo_sandbox.values import kinds

RESERVED = re.compile(
    r"^(id|associationTypes|categories|categoryId|completeness|enabled|family|groups|associations|products|scope"
    r"|treeId|values|category|parent|label|(.)*_(products|groups)|entity_type|attributes|uuid|identifier)$",
    re.IGNORECASE,
)
DAY = re.compile(r"^\d{4}-\d{2}-\d{2}")
MOST_IDENTIFIERS = 10
NUMERIC = frozenset({kinds.NUMBER, kinds.PRICE, kinds.METRIC})
# which types may have a property; for others it must be null
ONLY_FOR: dict[str, frozenset[str]] = {
    "wysiwyg_enabled": frozenset({kinds.TEXTAREA}),
    "decimals_allowed": NUMERIC,
    "negative_allowed": frozenset({kinds.NUMBER, kinds.METRIC}),
    "max_characters": kinds.TEXTS,
    "validation_rule": frozenset({kinds.IDENTIFIER, kinds.TEXT}),
    "validation_regexp": frozenset({kinds.IDENTIFIER, kinds.TEXT}),
    "number_min": NUMERIC,
    "number_max": NUMERIC,
    "date_min": frozenset({kinds.DATE}),
    "date_max": frozenset({kinds.DATE}),
    "max_file_size": kinds.MEDIA,
    "metric_family": frozenset({kinds.METRIC}),
    "default_metric_unit": frozenset({kinds.METRIC}),
}
NEEDED = ("decimals_allowed", "negative_allowed")


def _type(_store: Store, record: Record, data: Any) -> Record:
    record = plain("type")(_store, record, data)
    if data is None or data == "":
        raise PropertyError('Property "type" does not expect an empty value.')
    if data not in kinds.ALL:
        because = "The attribute type does not exist"
        raise expects_entity("type", "attribute type", because, php.to_text(data))
    if data == kinds.IDENTIFIER:
        record["unique"] = True
    return record


def _group(store: Store, record: Record, data: Any) -> Record:
    record = plain("group")(store, record, data)
    group = store.get("attribute_groups", data)
    if group is None:
        raise expects_entity("group", "code", "The attribute group does not exist", php.to_text(data))
    return {**record, "group": group["code"]}


def _locales(store: Store, record: Record, data: Any) -> Record:
    codes = []
    for code in array("available_locales", data):
        locale = store.get("locales", code)
        if locale is None:
            because = "The locale does not exist"
            raise expects_entity("available_locales", "locale code", because, php.to_text(code))
        codes.append(locale["code"])
    return {**record, "available_locales": codes}


def _extensions(_store: Store, record: Record, data: Any) -> Record:
    return {**record, "allowed_extensions": [php.to_text(member) for member in array("allowed_extensions", data)]}


def _date(name: str) -> Setter:
    def put(store: Store, record: Record, data: Any) -> Record:
        record = plain(name)(store, record, data)
        if data is None:
            return record
        text = str(data)
        try:
            day = datetime.fromisoformat(text if DAY.match(text) else "").date()
        except ValueError:
            raise PropertyError(
                f'Property "{name}" expects a string with the format "yyyy-mm-dd" as data, "{php.to_text(data)}" given.'
            ) from None
        return {**record, name: f"{day.isoformat()}T00:00:00+00:00"}

    return put


def _number(name: str) -> Setter:
    """Limits are answered as texts."""

    def put(store: Store, record: Record, data: Any) -> Record:
        record = plain(name)(store, record, data)
        return {**record, name: php.to_text(data)} if php.is_number(data) else record

    return put


SETTERS: dict[str, Setter] = {
    **{name: plain(name) for name in ATTRIBUTE if name not in {"labels", "guidelines"}},
    "type": _type,
    "group": _group,
    "available_locales": _locales,
    "allowed_extensions": _extensions,
    "date_min": _date("date_min"),
    "date_max": _date("date_max"),
    "number_min": _number("number_min"),
    "number_max": _number("number_max"),
    "max_file_size": _number("max_file_size"),
    "guidelines": texts_by_locale("guidelines"),
}


def _before(store: Store, record: Record, old: Record | None) -> Iterator[Violation]:
    if record["type"] == kinds.IDENTIFIER:
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
    if record["type"] == kinds.METRIC:
        family = store.get("measurement_families", record["metric_family"])
        if family is None:
            yield Violation("metric_family", "Please specify a valid metric family")
        elif record["default_metric_unit"] not in family["units"]:
            yield Violation("default_metric_unit", "Please specify a valid metric unit")
    yield from _range_faults(record)
    if not record["type"]:
        yield Violation("type", BLANK)


def _range_faults(record: Record) -> Iterator[Violation]:
    low, high = record["number_min"], record["number_max"]
    if php.is_numeric(low) and php.is_numeric(high) and Decimal(low) >= Decimal(high):
        yield Violation("number_max", "The max number must be greater than the min number")
    if record["date_min"] and record["date_max"] and record["date_min"] >= record["date_max"]:
        yield Violation("date_max", "The max date must be greater than the min date")


def _after(_store: Store, record: Record, _old: Record | None) -> Iterator[Violation]:
    code, kind = str(record.get("code") or ""), record["type"]
    if RESERVED.match(code):
        yield Violation("code", "This code is not available")
    for name in ("localizable", "scopable"):
        yield from type_fault(name, record[name], "bool")
        if record["unique"] is True and record[name] is True:
            yield Violation(name, f"A unique attribute can not be {name}")
    yield from type_fault("useable_as_grid_filter", record["useable_as_grid_filter"], "bool")
    for name, types in ONLY_FOR.items() if kind else ():
        if kind not in types and record[name] is not None:
            yield Violation(name, "This value should be null.")
        elif kind in types and name in NEEDED:
            yield from type_fault(name, record[name], "bool")
    if record["group"] is None:
        yield Violation("group", BLANK)


def _keep(store: Store, record: Record, _old: Record | None) -> None:
    if record["type"] == kinds.IDENTIFIER and not record["is_main_identifier"]:
        others = [a for a in store.structure["attributes"] if a["type"] == kinds.IDENTIFIER]
        record = {**record, "is_main_identifier": not others or others == [store.get("attributes", record["code"])]}
    store.put("attributes", record)


WRITING = Writing(
    setters=SETTERS,
    code_message="Attribute code may contain only letters, numbers and underscore",
    keep=_keep,
    longest_code=255,
    ignored=frozenset({"group_labels"}),
    fixed=("code", "type", "scopable", "localizable", "metric_family", "unique", "reference_data_name"),
    before=(_before,),
    after=(_after,),
)
