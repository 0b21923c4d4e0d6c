"""The checks of measurement families: first their form, then what they mean."""

import re
from typing import Any

from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.values import kinds

KEYS = ("code", "labels", "standard_unit_code", "units")
REQUIRED = ("units", "standard_unit_code")
MOST_UNITS, MOST_FAMILIES = 50, 100
CODE = re.compile(r"^[a-zA-Z0-9_]+$")


def _fault(path: str, message: str) -> Record:
    return {"property": path, "message": message}


def form_faults(data: Record, *, is_new: bool) -> list[Record]:
    """Return what is wrong with the form; empty when nothing is."""
    if "code" not in data:
        return [_fault("", "The required properties (code) are missing")]
    extra = [name for name in data if name not in KEYS]
    if extra:
        return [_fault("", f"Additional object properties are not allowed: {', '.join(extra)}")]
    if not isinstance(data["code"], str):
        return [_fault("code", "The data must match the type: string")]
    missing = [name for name in REQUIRED if name not in data] if is_new else []
    if missing:
        return [_fault("", f"The required properties ({', '.join(missing)}) are missing")]
    for name, kind, told in (
        ("labels", dict, "object"),
        ("units", dict, "object"),
        ("standard_unit_code", str, "string"),
    ):
        if name in data and not isinstance(data[name], kind):
            return [_fault(name, f"The data must match the type: {told}")]
    return []


def business_faults(store: Store, record: Record, old: Record | None) -> list[Record]:
    """Return what the family must not be; empty when nothing is wrong."""
    faults = []
    if not CODE.match(record["code"]):
        faults.append(_fault("code", "This field can only contain letters, numbers, and underscores."))
    for key, unit in record["units"].items():
        if unit["code"] != key:
            faults.append(_fault(f"[units][{key}]", "The index does not match the unit code."))
    if record["standard_unit_code"] not in record["units"]:
        message = (
            f'The "{record["standard_unit_code"]}" standard unit code does not exist in the list of units for '
            f'the "{record["code"]}" measurement family.'
        )
        faults.append(_fault("standard_unit_code", message))
    if len(record["units"]) > MOST_UNITS:
        faults.append(_fault("units", f"You\u2019ve reached the limit of {MOST_UNITS} conversion operations per unit."))
    if old is None and len(store.structure["measurement_families"]) >= MOST_FAMILIES:
        faults.append(_fault("", f"You\u2019ve reached the limit of {MOST_FAMILIES} measurement families."))
    return [*faults, *_change_faults(store, record, old)]


def _change_faults(store: Store, record: Record, old: Record | None) -> list[Record]:
    if old is None:
        return []
    faults = []
    if old["standard_unit_code"] != record["standard_unit_code"]:
        message = f'The standard unit code of the "{record["code"]}" measurement family cannot be changed'
        faults.append(_fault("standard_unit_code", message))
    if _is_used(store, record["code"]) and _operations(old) != _operations(record):
        message = (
            "A product attribute is linked to this measurement family. "
            "You can only edit the translated labels and symbol of a unit."
        )
        faults.append(_fault("units", message))
    return faults


def _is_used(store: Store, code: str) -> bool:
    return any(a["type"] == kinds.METRIC and a["metric_family"] == code for a in store.structure["attributes"])


def _operations(record: Record) -> dict[str, Any]:
    return {code: unit["convert_from_standard"] for code, unit in record["units"].items()}
