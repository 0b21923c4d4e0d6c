"""The `search` of structure lists."""

from typing import Any

from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.store import Store


def _codes(records: list[Record], conditions: Any) -> list[Record]:
    for condition in conditions:
        wanted = {str(code).lower() for code in condition["value"]}
        records = [record for record in records if record["code"].lower() in wanted]
    return records


def attribute_filters(store: Store, records: list[Record], search: dict[str, Any]) -> list[Record]:
    """code IN, type IN, updated >."""
    return _codes(records, search.get("code", ()))


def group_filters(store: Store, records: list[Record], search: dict[str, Any]) -> list[Record]:
    """code IN, updated >."""
    return _codes(records, search.get("code", ()))


def family_filters(store: Store, records: list[Record], search: dict[str, Any]) -> list[Record]:
    """code IN, updated >, has_products =."""
    return _codes(records, search.get("code", ()))


def category_filters(store: Store, records: list[Record], search: dict[str, Any]) -> list[Record]:
    """code IN, parent =, is_root =, updated >."""
    return _codes(records, search.get("code", ()))


def locale_filters(store: Store, records: list[Record], search: dict[str, Any]) -> list[Record]:
    """enabled =."""
    return records
