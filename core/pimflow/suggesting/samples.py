"""Some records of both sides, and what of their values can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any

from pimflow.components import Source
from pimflow.errors import RowProblem
from pimflow.model import BadValue, Field, Row
from pimflow.outlook import Offer
from pimflow.sinks import Writer

_KEYS_ASKED = 100
_AMOUNT = re.compile(r"([+-]?[0-9.]+) [A-Z_]+")


@dataclass(frozen=True, slots=True)
class Sample:
    """Records of the source, and those of the target: beside each that is known there, or any.

    `pairs` are places in `rows` with the values that the target has for that record.
    """

    fields: Mapping[str, Field]
    rows: Sequence[Mapping[str, Any]]
    pairs: Sequence[tuple[int, Mapping[str, Any]]] = ()
    others: Sequence[Mapping[str, Any]] = ()
    key: str = ""
    """The column whose values are keys of the target, where that is known."""
    hot: frozenset[str] = field(default_factory=frozenset)

    def values(self, column: str) -> frozenset[str]:
        """Give the different values of a column of the source, as they are compared."""
        return frozenset(text for row in self.rows if (text := compared(row.get(column))))


def read_rows(source: Source, session: Any, most: int) -> tuple[dict[str, Field], list[dict[str, Any]]]:
    """Give what the source says of its columns, and its first records. Raises FlowError."""
    rows: Iterator[Row] = iter(source.extract(session, source.window(session, None)))
    try:
        header = tuple(str(name) for name in next(rows, ()))
        found = [dict(zip(header, row, strict=False)) for row in islice(rows, most)]
    finally:
        close = getattr(rows, "close", None)
        if close is not None:
            close()
    known = {one.name: one for one in source.discover(session)}
    return {name: known.get(name, Field(name, "text")) for name in header}, found


def sampled(
    fields: Mapping[str, Field],
    rows: Sequence[Mapping[str, Any]],
    candidates: Sequence[str],
    writer: Writer,
    offers: Sequence[Offer],
) -> Sample:
    """Ask the target for the same records, by the first of the candidates whose values it knows, else for any."""
    key = next((one.column for one in offers if one.is_key), "")
    columns = [one.column for one in offers]
    best: tuple[str, Sequence[tuple[int, Mapping[str, Any]]]] = ("", ())
    for column in candidates:
        pairs = _known(writer, key, column, rows, columns) if key else []
        if len(pairs) > len(best[1]):
            best = (column, pairs)
    others: list[Mapping[str, Any]] = []
    if not best[1]:
        try:
            others = [values for _, values in islice(writer.listed(columns), _KEYS_ASKED)]
        except NotImplementedError:
            others = []
    hot = frozenset(name for name, one in fields.items() if one.hot)
    return Sample(fields, rows, best[1], others, best[0], hot)


def compared(value: Any) -> str:
    """Give a value as it is compared: amounts without their unit, texts without case; empty for nothing."""
    if isinstance(value, Mapping):
        return compared(value.get("amount"))
    if value is None or isinstance(value, BadValue | bool):
        return str(value).casefold() if isinstance(value, bool) else ""
    if isinstance(value, list | tuple):
        return ",".join(sorted(compared(one) for one in value))
    text = str(value).strip()
    amount = _AMOUNT.fullmatch(text)
    try:
        return format(Decimal(amount[1] if amount else text).normalize(), "f")
    except InvalidOperation:
        return " ".join(text.casefold().split())


def _known(
    writer: Writer, key: str, column: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]
) -> list[tuple[int, Mapping[str, Any]]]:
    """Give the rows whose value in this column is the key of a record of the target, with what the target has."""
    places: dict[str, int] = {}
    resource = ""
    for at, row in enumerate(rows[:_KEYS_ASKED]):
        value = str(row.get(column) or "").strip()
        if not value:
            continue
        try:
            items = list(writer.prepare({key: value}))
        except RowProblem:
            continue
        for item in items:
            resource = item.resource
            places.setdefault(item.key, at)
    try:
        there = writer.current(resource, list(places), columns) if places else {}
    except NotImplementedError:
        return []
    return [(places[code], values) for code, values in there.items() if code in places]
