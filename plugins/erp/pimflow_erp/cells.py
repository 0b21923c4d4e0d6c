"""The cells of a row, each as its codec accepts it. Used by `Writer.prepare`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from pimflow import Item, Problem, ProblemKind, RowProblem, Who, said, said_by
from pimflow_erp.codecs import Codec

_CORRECT = said("Correct it in the source; it will then arrive by itself.")


def key_of(row: Mapping[str, Any], column: str, title: str, nouns: str) -> str:
    """Give the key of a row. Raises RowProblem where it is empty."""
    key = str(row.get(column) or "").strip()
    if not key:
        reason = said("is empty, and {title} finds {nouns} by it", title=title, nouns=said(nouns))
        raise RowProblem(column, None, reason, kind=ProblemKind.MISSING, remedy=said("Fill it in the source."))
    return key


def item(
    resource: str, key_column: str, key: str, row: Mapping[str, Any], codec_of: Callable[[str], Codec | None]
) -> Item:
    """Make the item of a row; columns without a codec are left out, and so are values that theirs does not accept.

    These are told in the problems of the item. An empty cell is None.
    """
    payload: dict[str, Any] = {}
    problems: list[Problem] = []
    for column, cell in row.items():
        codec = codec_of(column)
        if codec is None:
            continue
        try:
            payload[column] = None if cell is None else codec.accept(cell)
        except RowProblem as problem:
            told = problem.problem
            problems.append(Problem(told.reason, told.kind, column, told.value, told.remedy, told.who))
        except ValueError as error:
            problems.append(Problem(said_by(error), ProblemKind.VALUE, column, cell, _CORRECT, Who.SOURCE_TEAM))
    return Item(resource, key, {**payload, key_column: key}, tuple(problems))


def without(item: Item, columns: Collection[str], told: Callable[[str], Problem]) -> Item:
    """Leave columns out of an item, each with the problem that `told` makes of its name."""
    payload = {name: value for name, value in item.payload.items() if name not in columns}
    return replace(item, payload=payload, problems=(*item.problems, *map(told, columns)))
