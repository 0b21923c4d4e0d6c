"""What a measurement family must be: first each property for itself, then what holds for the whole."""

import re
from collections.abc import Iterator
from typing import Any

from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.structure.writing import BLANK
from pimflow_akeneo_sandbox.values import kinds

MOST_UNITS, MOST_OPERATIONS, MOST_FAMILIES = 50, 5, 300
LONGEST, LONGEST_SYMBOL = 100, 255
WORD = re.compile(r"^[a-zA-Z0-9_]+$")
NUMBER = re.compile(r"^\d*\.?\d+$")
OPERATORS = ("mul", "div", "add", "sub")
CAPITAL = re.compile(r"(?<=\w)([A-Z])")
Faults = Iterator[Record]


def _fault(path: str, message: str) -> Record:
    """Return a fault; the PIM spells its path in small letters, capitals behind a letter get an underscore."""
    return {"property": CAPITAL.sub(r"_\1", path).lower(), "message": message}


def index_faults(record: Record) -> list[Record]:
    """Return the units that stand under another code than their own."""
    return [
        {"property": f"[units][{key}]", "message": "The index does not match the unit code."}
        for key, unit in record["units"].items()
        if unit["code"] != key
    ]


def business_faults(store: Store, record: Record, old: Record | None) -> list[Record]:
    """Return what the family must not be; what concerns the whole only when its parts are good."""
    return list(_part_faults(record)) or list(_whole_faults(store, record, old))


def _too_long(path: str, text: str, most: int) -> Faults:
    if len(text) > most:
        yield _fault(path, f"This value is too long. It should have {most} characters or less.")


def _code_faults(path: str, code: str) -> Faults:
    if not code:
        yield _fault(path, BLANK)
        return
    yield from _too_long(path, code, LONGEST)
    if not WORD.match(code):
        yield _fault(path, "This field can only contain letters, numbers, and underscores.")


def _label_faults(path: str, labels: dict[str, str]) -> Faults:
    for locale, label in labels.items():
        yield from _too_long(f"{path}[{locale}]", locale, LONGEST)
        yield from _too_long(f"{path}[{locale}]", label, LONGEST)


def _part_faults(record: Record) -> Faults:
    units = list(record["units"].values())
    standard = record["standard_unit_code"]
    if not standard:
        yield _fault("standard_unit_code", "The standard unit is required.")
    elif standard not in record["units"]:
        message = (
            f'The "{standard}" standard unit code does not exist in the list of units for '
            f'the "{record["code"]}" measurement family.'
        )
        yield _fault("standard_unit_code", message)
    yield from _code_faults("code", record["code"])
    yield from _label_faults("labels", record["labels"])
    if len(units) > MOST_UNITS:
        yield _fault("units", _limit(MOST_UNITS))
    for at, unit in enumerate(units):
        path = f"units[{at}]"
        yield from _code_faults(f"{path}[code]", unit["code"])
        yield from _label_faults(f"{path}[labels]", unit["labels"])
        yield from _too_long(f"{path}[symbol]", unit["symbol"], LONGEST_SYMBOL)
        yield from _operation_faults(f"{path}[convert_from_standard]", unit["convert_from_standard"])


def _limit(most: int) -> str:
    return f"You\u2019ve reached the limit of {most} conversion operations per unit."


def _operation_faults(path: str, steps: list[Record]) -> Faults:
    if not steps:
        yield _fault(path, "A minimum of one conversion operation per unit is required.")
    if len(steps) > MOST_OPERATIONS:
        yield _fault(path, _limit(MOST_OPERATIONS))
    for at, step in enumerate(steps):
        operator, value = step["operator"], step["value"]
        if not operator:
            yield _fault(f"{path}[{at}][operator]", BLANK)
        if operator not in OPERATORS:
            choices = ", ".join(f'"{one}"' for one in OPERATORS)
            told = f'The "{operator}" operator is invalid, please use {choices} instead.'
            yield _fault(f"{path}[{at}][operator]", told)
        if not value:
            yield _fault(f"{path}[{at}][value]", BLANK)
        elif not NUMBER.match(value):
            yield _fault(f"{path}[{at}][value]", "The operation value should be a valid number")


def _whole_faults(store: Store, record: Record, old: Record | None) -> Faults:
    name = f'The standard unit code of the "{record["code"]}" measurement family'
    if old and old["standard_unit_code"] != record["standard_unit_code"]:
        yield _fault("standard_unit_code", f"{name} cannot be changed")
    steps = record["units"][record["standard_unit_code"]]["convert_from_standard"]
    if len(steps) == 1 and (steps[0]["operator"], steps[0]["value"]) != ("mul", "1"):
        path = "units[0][convert_from_standard]" if old else "units[0].convert_from_standard"
        yield _fault(path, f"{name} should be a multiply-by-1 operation")
    if old and _is_used(store, record["code"]) and _has_other_operations(old, record):
        told = (
            "A product attribute is linked to this measurement family. "
            "You can only edit the translated labels and symbol of a unit"
        )
        yield _fault("", told)
    others = [family for family in store.structure["measurement_families"] if family["code"] != record["code"]]
    if len(others) >= MOST_FAMILIES:
        yield _fault("", f"You\u2019ve reached the limit of {MOST_FAMILIES} measurement families.")


def _is_used(store: Store, code: str) -> bool:
    return any(a["type"] == kinds.METRIC and a["metric_family"] == code for a in store.structure["attributes"])


def _has_other_operations(old: Record, record: Record) -> bool:
    return any(
        _steps(unit["convert_from_standard"]) != _steps(record["units"][code]["convert_from_standard"])
        for code, unit in old["units"].items()
    )


def _steps(operations: list[Record]) -> list[tuple[Any, Any]]:
    return [(step["operator"], step["value"]) for step in operations]
