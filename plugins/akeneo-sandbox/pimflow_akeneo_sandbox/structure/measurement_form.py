"""The form of measurement families, as a JSON schema would tell it: what is missing, of a wrong type or too much."""

from collections.abc import Callable, Iterator
from typing import Any

from pimflow_akeneo_sandbox.collection import Record

Check = Callable[[str, Any], Iterator[Record]]
NAMES: dict[type, str] = {str: "string", dict: "object", list: "array"}


def _fault(path: str, message: str) -> Record:
    return {"property": path, "message": message}


def type_name(data: Any) -> str:
    """Return the type as the schema's messages name it."""
    if data is None:
        return "null"
    if isinstance(data, bool):
        return "boolean"
    if isinstance(data, int):
        return "integer"
    if data == {}:  # PHP does not tell an empty object from an empty list
        return "array"
    return "number" if isinstance(data, float) else NAMES[type(data)]


def _of_type(*wanted: str) -> Check:
    def check(path: str, data: Any) -> Iterator[Record]:
        if type_name(data) not in wanted:
            told = f"The data ({type_name(data)}) must match the type: {', '.join(wanted)}"
            yield _fault(path, told)

    return check


def _labels(path: str, data: Any) -> Iterator[Record]:
    faults = list(_of_type("object", "array")(path, data))
    yield from faults
    for locale, label in data.items() if isinstance(data, dict) else ():
        yield from _of_type("string")(f"{path}.{locale}", label)


def _object(properties: dict[str, Check], required: tuple[str, ...], *, closed: bool) -> Check:
    def check(path: str, data: Any) -> Iterator[Record]:
        if type_name(data) != "object":
            yield from _of_type("object")(path, data)
            return
        missing = [name for name in required if name not in data]
        if missing:
            yield _fault(path, f"The required properties ({', '.join(missing)}) are missing")
        for name, of_property in properties.items():
            if name in data:
                yield from of_property(f"{path}.{name}".lstrip("."), data[name])
        extra = [name for name in data if name not in properties]
        if extra and closed:
            yield _fault(path, f"Additional object properties are not allowed: {', '.join(extra)}")

    return check


def _operations(path: str, data: Any) -> Iterator[Record]:
    yield from _of_type("array")(path, data)
    for at, step in enumerate(data if isinstance(data, list) else ()):
        yield from OPERATION(f"{path}[{at}]", step)


def _units(path: str, data: Any) -> Iterator[Record]:
    yield from _of_type("object")(path, data)
    for code, unit in data.items() if isinstance(data, dict) else ():
        yield from UNIT(f"{path}.{code}", unit)


TEXT = _of_type("string")
OPERATION = _object({"operator": TEXT, "value": TEXT}, ("operator", "value"), closed=False)
UNIT = _object(
    {"code": TEXT, "labels": _labels, "convert_from_standard": _operations, "symbol": TEXT},
    ("code", "convert_from_standard"),
    closed=True,
)
WHOLE = _object(
    {"_links": _of_type("object"), "code": TEXT, "labels": _labels, "standard_unit_code": TEXT, "units": _units},
    ("code", "units", "standard_unit_code"),
    closed=True,
)
COMMON = _object({"code": TEXT}, ("code",), closed=False)


def common_faults(data: Any) -> list[Record]:
    """Return what keeps a family from being looked up; empty when nothing does."""
    return list(COMMON("", data))


def form_faults(data: Record) -> list[Record]:
    """Return all that is wrong with the form of a whole family."""
    return list(WHOLE("", data))
