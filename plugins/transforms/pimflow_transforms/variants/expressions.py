"""Templates that put the columns of a row together: `{brand}-{style}`. Names are columns and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from pimflow import BadValue, Header, Row, RowProblem
from pimflow_transforms.options import positions
from pimflow_transforms.values import as_text

Reading = Callable[[Row], str]
"""From a row to text, empty where the row says nothing. Raises RowProblem where it cannot be read."""

_NAME = re.compile(r"\{([^{}]+)\}")


def checked(expression: str) -> str:
    """Give the expression back. Raises ValueError where its braces do not hold names."""
    if not expression.strip() or re.search(r"[{}]", _NAME.sub("", expression)):
        raise ValueError(f"{expression!r} is neither a column nor a template such as '{{brand}}-{{style}}'")
    return expression


def names_in(expression: str) -> list[str]:
    """List the columns of an expression: those between braces, or the one that it is."""
    return _NAME.findall(expression) or [expression]


def reading(expression: str, header: Header) -> Reading:
    """Give the function that fills an expression in; one empty column makes it empty.

    Raises ConfigError for a column that is not there.
    """
    places = positions(names_in(expression), header)
    literals = _NAME.split(expression)[::2] if _NAME.search(expression) else ["", ""]

    def read(row: Row) -> str:
        texts = [cell_text(row, at, header) for at in places]
        if not all(texts):
            return ""
        return literals[0] + "".join(text + literal for text, literal in zip(texts, literals[1:], strict=True))

    return read


def cell_text(row: Row, at: int, header: Header) -> str:
    """Give a cell as text without blanks around it. Raises RowProblem for a bad value."""
    value = row[at]
    if isinstance(value, BadValue):
        raise RowProblem.of(replace(value.problem, field=value.problem.field or header[at]))
    return as_text(value).strip()
