"""Labels of options beside their codes: columns such as `color-label-en_US`. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pimflow import Field
from pimflow_akeneo.columns import ValueColumn
from pimflow_akeneo.model import Model

_KINDS = frozenset({"simpleselect", "multiselect"})


def fields(columns: Iterable[ValueColumn], locales: Sequence[str]) -> Iterator[Field]:
    """Describe a column of labels for each column of options and each locale."""
    for column in columns:
        if column.attribute.kind in _KINDS:
            for locale in locales:
                yield Field(_name(column, locale), "text", f"{column.attribute.label} in words ({locale})", True)


def cells(record: Mapping[str, Any], model: Model) -> Iterator[tuple[str, str]]:
    """Give the labels that the PIM delivered with its `linked_data`; an option without one is told by its code."""
    for code, entries in (record.get("values") or {}).items():
        attribute = model.attributes.get(code)
        if attribute is None or attribute.kind not in _KINDS:
            continue
        for entry in entries:
            column = ValueColumn(attribute, entry["locale"], entry["scope"])
            linked = entry.get("linked_data") or {}
            options = linked if attribute.kind == "multiselect" else {entry["data"]: linked}
            for locale in model.locales:
                yield _name(column, locale), ",".join(_label(one, options[one], locale) for one in sorted(options))


def _label(code: str, option: Mapping[str, Any], locale: str) -> str:
    return str((option.get("labels") or {}).get(locale) or code)


def _name(column: ValueColumn, locale: str) -> str:
    return f"{column.whole}-label-{locale}"
