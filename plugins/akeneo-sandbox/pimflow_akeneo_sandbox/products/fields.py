"""Properties that products and models share: scalars, categories, groups. Each raises PropertyError."""

from typing import Any

from pimflow_akeneo_sandbox import php
from pimflow_akeneo_sandbox.errors import PropertyError, expects, expects_entity, expects_valid_data
from pimflow_akeneo_sandbox.store import Store


def scalar(name: str, data: Any) -> Any:
    """Return the data, unless it is a list or object."""
    if data is not None and not php.is_scalar(data):
        raise expects(name, "a scalar", php.type_name(data))
    return data


def _codes(name: str, data: Any, what: str) -> list[str]:
    if not php.is_array(data):
        raise expects(name, "an array", php.type_name(data))
    members = php.items_of(data)
    for member in members:
        if member is not None and not php.is_scalar(member):
            raise expects_valid_data(name, f"one of the {name} is not a scalar")
    for member in members:
        if not isinstance(member, str):
            told = f'one of the {what} codes is not a string, "{php.type_name(member)}" given'
            raise expects_valid_data(name, told)
    return members


def categories(store: Store, name: str, data: Any) -> tuple[str, ...]:
    """Return the category codes as the catalogue spells them, in order of code."""
    found = set()
    for code in _codes(name, data, "category"):
        category = store.get("categories", code)
        if category is None:
            raise PropertyError(f"The {code} category does not exist in your PIM.")
        found.add(category["code"])
    return tuple(sorted(found))


def groups(store: Store, data: Any) -> tuple[str, ...]:
    """Return the group codes as the catalogue spells them, in order of code."""
    found = set()
    for code in _codes("groups", data, "group"):
        group = store.get("groups", code)
        if group is None:
            raise expects_entity("groups", "group code", "The group does not exist", code)
        found.add(group["code"])
    return tuple(sorted(found))


def enabled(data: Any) -> bool:
    """Return a boolean, or 0 and 1 as number or text."""
    scalar("enabled", data)
    if isinstance(data, bool):
        return data
    if data in {0, 1, "0", "1"} and not isinstance(data, float):
        return str(data) == "1"
    raise expects("enabled", "a boolean", php.type_name(data))


def family(store: Store, data: Any) -> str | None:
    """Return the family code as the catalogue spells it; None and empty text mean no family."""
    scalar("family", data)
    if data is None or data == "":
        return None
    if not isinstance(data, str):
        raise expects("family", "a string", php.type_name(data))
    found = store.get("families", data)
    if found is None:
        raise PropertyError(f"The {data} family does not exist in your PIM.")
    return str(found["code"])
