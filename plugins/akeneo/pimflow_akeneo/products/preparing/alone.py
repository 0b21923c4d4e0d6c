"""Cells of attributes: accepted by what the attribute allows, and remembered where that is dearer than a look."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from pimflow_akeneo import checks, fields
from pimflow_akeneo.checks import Vocabulary
from pimflow_akeneo.columns import ValueColumn

Accept = Callable[[Any], Any]
"""Makes the canonical value of a cell. Raises RowProblem for a value that the PIM would refuse."""

_TEXTS = frozenset({"text", "textarea"})
"""Their cells are their values, within the length that the PIM takes."""

_DEAR = frozenset({"boolean", "number", "date", "metric", "price_collection"})
"""Their values come again and again in a catalogue, and what is made of a cell depends on the attribute alone."""

_REMEMBERED = 1000
_NEED_MORE = frozenset({"metric", "multiselect"})
"""A measurement may have its unit in another column; a list is accepted member by member."""


def accepting(column: ValueColumn, vocabulary: Vocabulary) -> Accept:
    """Give what accepts the cells of a column."""
    accept = fields.CODECS[column.attribute.kind].accept

    def fresh(cell: Any) -> Any:
        return accept(cell, column, vocabulary)

    if column.attribute.kind in _TEXTS and not checks.pattern(column):
        most = checks.longest(column)
        return lambda cell: cell if type(cell) is str and len(cell) <= most else fresh(cell)
    if column.attribute.kind not in _DEAR:
        return fresh
    remembered = lru_cache(_REMEMBERED)(fresh)
    return lambda cell: remembered(cell) if type(cell) is str else fresh(cell)


def stands_alone(column: ValueColumn) -> bool:
    """Tell whether a cell of a column gives one value, whatever else its row holds."""
    kind = column.attribute.kind
    return column.part is not None if kind == "price_collection" else kind not in _NEED_MORE
