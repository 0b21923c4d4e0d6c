"""When a record was last changed: one field in series 8, in older ones two, the second of which may be empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_WHOLE = ("last_modified_at",)
_PARTS = ("create_date", "write_date")


def names(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the fields of a model that hold its stamp; every one of them can be searched."""
    return _WHOLE if _WHOLE[0] in fields else _PARTS


def below(relation: str, fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the same fields, of a model that a relation leads to."""
    return tuple(f"{relation}.{name}" for name in names(fields))


def of(record: Mapping[str, Any]) -> Any:
    """Give the stamp of a record: the latest moment that it tells."""
    return max(record[name] for name in (*_WHOLE, *_PARTS) if record.get(name) is not None)
