"""Writing of channels."""

import re
from collections.abc import Iterator
from typing import Any

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.errors import Violation, expects_entity
from pimflow_akeneo_sandbox.loading.defaults import activate
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.structure.writing import BLANK, ONE_OR_MORE, Setter, Writing, array, plain


def _codes(name: str, noun: str) -> Setter:
    def put(store: Store, record: Record, data: Any) -> Record:
        found = []
        for code in array(name, data):
            known = store.get(name, code)
            if known is None:
                raise expects_entity(name, "code", f"The {noun} does not exist", php.to_text(code))
            found.append(known["code"])
        return {**record, name: list(dict.fromkeys(found))}

    return put


def _tree(store: Store, record: Record, data: Any) -> Record:
    record = plain("category_tree")(store, record, data)
    if data is None:
        return record
    category = store.get("categories", data)
    if category is None:
        raise expects_entity("category_tree", "code", "The category does not exist", php.to_text(data))
    return {**record, "category_tree": category["code"]}


def _units(_store: Store, record: Record, data: Any) -> Record:
    array("conversion_units", data)
    kept = dict(record["conversion_units"])
    for attribute, unit in data.items() if isinstance(data, dict) else ():
        if unit is None or unit == "":
            kept.pop(attribute, None)
        else:
            kept[attribute] = unit
    return {**record, "conversion_units": kept}


def _faults(store: Store, record: Record, _old: Record | None) -> Iterator[Violation]:
    tree = store.get("categories", record["category_tree"])
    if tree is None:
        yield Violation("category_tree", BLANK)
    elif tree["parent"]:
        yield Violation("category_tree", f'The category "{tree["code"]}" has to be a root category.')
    if not record["currencies"]:
        yield Violation("currencies", ONE_OR_MORE)
    for code in record["currencies"]:
        if not store.need("currencies", code)["enabled"]:
            message = f'The currency "{code}" has to be activated.'
            yield Violation("currencies", message, rule="currency " + code)
    if not record["locales"]:
        yield Violation("locales", ONE_OR_MORE)
    yield from _unit_faults(store, record)


def _unit_faults(store: Store, record: Record) -> Iterator[Violation]:
    for code, unit in record["conversion_units"].items():
        attribute = store.get("attributes", code)
        if attribute is None:
            yield Violation("conversion_units", f'The attribute "{code}" does not exist.')
        elif attribute["type"] != "pim_catalog_metric":
            yield Violation("conversion_units", f'The attribute "{code}" is not a measurement attribute.')
        else:
            family = store.get("measurement_families", attribute["metric_family"])
            if family is None or unit not in family["units"]:
                yield Violation(
                    "conversion_units",
                    f'The unit "{unit}" does not exist or does not belong to the default measurement family '
                    f'of the given attribute "{code}".',
                )


def _keep(store: Store, record: Record, old: Record | None) -> None:
    """Locales become active by being used; a new channel requires the identifier of every family."""
    store.put("channels", record)
    activate(store, record)
    used = {code for channel in store.structure["channels"] for code in channel["locales"]}
    for locale in list(store.structure["locales"]):
        if locale["enabled"] and locale["code"] not in used:
            store.put("locales", {**locale, "enabled": False})
    if old is None:
        for family in list(store.structure["families"]):
            required = {record["code"]: [store.identifier_attribute], **family["attribute_requirements"]}
            store.put("families", {**family, "attribute_requirements": dict(sorted(required.items()))})


CHANNEL = Writing(
    setters={
        "category_tree": _tree,
        "currencies": _codes("currencies", "currency"),
        "locales": _codes("locales", "locale"),
        "conversion_units": _units,
    },
    code_message=(
        "Channel code may contain only letters, numbers and underscores and should contain at least one letter"
    ),
    code_pattern=re.compile(r"^[a-zA-Z0-9_]*[a-zA-Z]+[a-zA-Z0-9_]*$"),
    keep=_keep,
    after=(_faults,),
)
