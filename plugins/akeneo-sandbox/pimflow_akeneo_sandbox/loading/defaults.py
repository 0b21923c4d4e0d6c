"""Structure entities made whole: every key that the API answers, with the PIM's own defaults."""

from datetime import datetime
from typing import Any

from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.entities import now
from pimflow_akeneo_sandbox.store import Store

ATTRIBUTE: Record = {
    "type": None, "group": None, "unique": False, "useable_as_grid_filter": False, "allowed_extensions": [],
    "metric_family": None, "default_metric_unit": None, "reference_data_name": None, "available_locales": [],
    "max_characters": None, "validation_rule": None, "validation_regexp": None, "wysiwyg_enabled": None,
    "number_min": None, "number_max": None, "decimals_allowed": None, "negative_allowed": None, "date_min": None,
    "date_max": None, "max_file_size": None, "minimum_input_length": None, "sort_order": 0, "localizable": False,
    "scopable": False, "labels": {}, "guidelines": {}, "auto_option_sorting": None, "default_value": None,
    "is_main_identifier": False,
}  # fmt: skip
DEFAULTS: dict[str, Record] = {
    "locales": {"enabled": False},
    "currencies": {"enabled": False},
    "measurement_families": {"labels": {}, "standard_unit_code": None, "units": {}},
    "attribute_groups": {"sort_order": 0, "attributes": [], "labels": {}},
    "attributes": ATTRIBUTE,
    "attribute_options": {"sort_order": 0, "labels": {}},
    "categories": {"parent": None, "labels": {}},
    "channels": {"category_tree": None, "currencies": [], "locales": [], "conversion_units": {}, "labels": {}},
    "families": {
        "attributes": [], "attribute_as_label": None, "attribute_as_image": None, "attribute_requirements": {},
        "labels": {},
    },
    "family_variants": {"labels": {}, "variant_attribute_sets": []},
    "association_types": {"labels": {}, "is_two_way": False, "is_quantified": False},
    "group_types": {"labels": {}},
    "groups": {"type": "RELATED", "labels": {}},
    "reference_data": {"codes": []},
    "jobs": {"type": "export"},
}  # fmt: skip
DATED = frozenset({"categories", "attributes", "attribute_groups", "families"})


def complete(store: Store, kind: str, record: Record) -> Record:
    """Return the entity with everything that was left out. Raises LookupError without a code."""
    if not record.get("code"):
        raise LookupError("it has no code")
    code = str(record["code"])
    whole: dict[str, Any] = {"code": code, **_copied(DEFAULTS[kind]), **record}
    if kind in DATED:
        whole.setdefault("updated", now().astimezone(store.zone).isoformat())
    if kind == "attributes":
        return _attribute(store, whole)
    if kind == "families":
        return _family(store, whole)
    if kind == "channels":
        whole["conversion_units"] = dict(whole["conversion_units"] or {})
        activate(store, whole)
    return whole


def _copied(defaults: Record) -> Record:
    return {name: value.copy() if isinstance(value, (dict, list)) else value for name, value in defaults.items()}


def _attribute(store: Store, record: Record) -> Record:
    if record["type"] == "pim_catalog_identifier":
        others = [a for a in store.structure["attributes"] if a["type"] == record["type"]]
        if not others:
            record["is_main_identifier"] = True
        record["unique"] = True
    for name in ("date_min", "date_max"):
        if record[name]:
            record[name] = midnight(store, str(record[name]))
    return record


def midnight(store: Store, day: str) -> str:
    """Return a day, as it begins in the time zone of the server; what follows the ten characters of it is ignored."""
    return datetime.fromisoformat(day[:10]).replace(tzinfo=store.zone).isoformat()


def _family(store: Store, record: Record) -> Record:
    identifier = store.identifier_attribute
    if identifier not in record["attributes"]:
        record["attributes"] = [*record["attributes"], identifier]
    if not record["attribute_as_label"]:
        record["attribute_as_label"] = identifier
    record["attributes"] = sorted(record["attributes"])
    record["attribute_requirements"] = requirements(store, record["attribute_requirements"] or {})
    return record


def requirements(store: Store, given: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return required attributes for every channel: the identifier is always among them."""
    identifier = store.identifier_attribute
    channels = [channel["code"] for channel in store.structure["channels"].in_order()]
    return {
        code: sorted({*given.get(code, ()), identifier})
        for code in dict.fromkeys([*channels, *given])
        if code in channels
    }


def activate(store: Store, channel: Record) -> None:
    """Locales are active when a channel uses them; unknown ones come into being, as only a seed can ask for them."""
    for code in channel["locales"]:
        store.put("locales", {"code": code, **(store.get("locales", code) or {}), "enabled": True})
    for code in channel["currencies"]:
        store.put("currencies", {"code": code, **(store.get("currencies", code) or {}), "enabled": True})
