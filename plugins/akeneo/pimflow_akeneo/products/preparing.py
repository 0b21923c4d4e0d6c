"""One row -> one item for the PIM: every cell checked, bad ones left out with their reason. No I/O of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any
from uuid import UUID

from pimflow import Item, Problem, ProblemKind, RowProblem, Who
from pimflow_akeneo import checks, fields
from pimflow_akeneo.checks import Vocabulary
from pimflow_akeneo.columns import QUANTITY, UNIT, Association, Column, Property, ValueColumn
from pimflow_akeneo.model import Model
from pimflow_akeneo.products.lines import LISTS

RESOURCE = "products"
_NO_IDENTIFIER = re.compile(r"[,;\r\n]|^\s|\s$")
_PRICE = re.compile(r"\s*(\S+)\s+([A-Za-z]{3})\s*")
Cells = Mapping[str, Any]
Found = Iterator[tuple[str, Any]]


class Preparation:
    """Makes items. `parse` gives the column of a name, or None for one that cannot be taken and was told before."""

    def __init__(
        self,
        model: Model,
        vocabulary: Vocabulary,
        families: Callable[[], Mapping[str, str]],
        categories: Callable[[], Mapping[str, str]],
        parse: Callable[[str], Column | None],
    ) -> None:
        self._model = model
        self._vocabulary = vocabulary
        self._families = families
        self._categories = categories
        self._parse = parse

    def item(self, row: Cells) -> Item:
        """Check one row. Raises RowProblem for a record that cannot be sent at all."""
        payload: dict[str, Any] = {}
        problems: list[Problem] = []
        for name, cell in row.items():
            column = self._parse(name)
            try:
                payload.update(self._taken(column, cell, row, problems))
            except RowProblem as bad:
                if isinstance(column, Property) and column.name in {"identifier", "family"}:
                    raise
                problems.append(bad.problem)
        return Item(RESOURCE, self._key(payload), payload, tuple(problems))

    def _key(self, payload: dict[str, Any]) -> str:
        identifier = payload.get("identifier")
        if not payload.get("uuid"):
            payload.pop("uuid", None)
            payload.pop("identifier", None)
        key: str | None = identifier or payload.get("uuid")
        if not key:
            remedy = "Give it one; it will then arrive by itself."
            reason = "the record has none, and the PIM needs one"
            raise RowProblem("identifier", None, reason, kind=ProblemKind.MISSING, remedy=remedy)
        return key

    def _taken(self, column: Column | None, cell: Any, row: Cells, problems: list[Problem]) -> Found:
        if isinstance(column, Property) and column.name == "categories":
            yield from self._classified(cell, problems)
        elif isinstance(column, Property):
            yield column.name, self._property(column.name, cell)
        elif isinstance(column, Association) and column.part is None:
            yield column.name, _associated(column, cell, row)
        elif isinstance(column, ValueColumn) and column.part != UNIT:
            yield from self._value(column, cell, row, problems)

    def _property(self, name: str, cell: Any) -> Any:
        if cell is None:
            return None
        if name in LISTS:
            return sorted(set(checks.listed(cell))) or None
        return _PROPERTIES[name](cell) if name != "family" else self._family(str(cell).strip())

    def _family(self, code: str) -> str:
        return _existing(code, self._families(), "family", "family")

    def _classified(self, cell: Any, problems: list[Problem]) -> Found:
        """Take the categories that exist; they are left as they are where none of those asked for does."""
        asked = checks.listed(cell) if cell is not None else []
        taken = set()
        for code in asked:
            try:
                taken.add(_existing(code, self._categories(), "categories", "category"))
            except RowProblem as bad:
                problems.append(bad.problem)
        if taken or not asked:
            yield "categories", sorted(taken) or None

    def _value(self, column: ValueColumn, cell: Any, row: Cells, problems: list[Problem]) -> Found:
        kind = column.attribute.kind
        if kind == "price_collection" and column.part is None:
            yield from self._prices(column, cell)
        elif cell is None:
            yield column.name, None
        elif kind == "metric":
            unit = row.get(f"{column.whole}-{UNIT}")
            whole = (cell, unit) if unit not in {None, ""} else cell
            yield column.name, fields.accept(whole, column, self._vocabulary)
        elif kind == "multiselect":
            yield from self._options(column, cell, problems)
        else:
            yield column.name, fields.accept(cell, column, self._vocabulary)

    def _options(self, column: ValueColumn, cell: Any, problems: list[Problem]) -> Found:
        """Take the options that exist; the value is left as it is where none of them does."""
        taken = set()
        asked = checks.listed(cell)
        for one in asked:
            try:
                taken.add(checks.option(one, column, self._vocabulary))
            except RowProblem as bad:
                problems.append(bad.problem)
        if taken or not asked:
            yield column.name, sorted(taken) or None

    def _prices(self, column: ValueColumn, cell: Any) -> Found:
        """Split `12 EUR, 14 USD`: it tells the whole price, so currencies that it does not name are emptied."""
        found = dict(self._price(column, one) for one in checks.listed(cell)) if cell is not None else {}
        for currency in self._model.currencies_of(column.scope):
            yield f"{column.whole}-{currency}", found.get(currency)

    def _price(self, column: ValueColumn, text: str) -> tuple[str, Any]:
        parts = _PRICE.fullmatch(text)
        active = self._model.currencies_of(column.scope)
        if parts is None or parts[2].upper() not in active:
            remedy = (
                f"Write amount and currency as in '12.50 {next(iter(active), 'EUR')}'; active: {', '.join(active)}."
            )
            raise RowProblem(column.name, text, "which is no price of a currency that the PIM has", remedy=remedy)
        return parts[2].upper(), fields.accept(parts[1], column, self._vocabulary)


def _existing(code: str, known: Mapping[str, str], field: str, noun: str) -> str:
    """Give a code as the PIM spells it. Raises RowProblem, naming one that is spelled alike."""
    if code.lower() in known:
        return known[code.lower()]
    near = get_close_matches(code.lower(), known, n=1, cutoff=0.75)
    hint = f"It has '{known[near[0]]}', which is spelled alike. " if near else ""
    remedy = f"{hint}Create the {noun} in the PIM, or map the value to one that exists; you decide once."
    reason = f"the PIM has no such {noun}"
    raise RowProblem(field, code, reason, kind=ProblemKind.REFERENCE, remedy=remedy, who=Who.PRODUCT_MANAGER)


def _identifier(cell: Any) -> str:
    text = str(cell)
    if _NO_IDENTIFIER.search(text) or len(text) > 255:
        reason = "which cannot be an identifier: no comma, semicolon, line break, outer blank, nor over 255 characters"
        remedy = "Correct it; it will then arrive by itself."
        raise RowProblem("identifier", text, reason, remedy=remedy)
    return text


def _enabled(cell: Any) -> bool:
    text = str(cell).strip().lower()
    if text not in {"1", "0", "true", "false"}:
        raise RowProblem("enabled", cell, "which is neither yes (1) nor no (0)", remedy="Map it to 1 or 0.")
    return text in {"1", "true"}


def _uuid(cell: Any) -> str:
    try:
        return str(UUID(str(cell)))
    except ValueError:
        raise RowProblem("uuid", cell, "which is no uuid", remedy="Leave it empty, or correct it.") from None


_PROPERTIES: Mapping[str, Callable[[Any], Any]] = {
    "identifier": _identifier,
    "enabled": _enabled,
    "uuid": _uuid,
    "parent": lambda cell: str(cell).strip(),
}


def _associated(column: Association, cell: Any, row: Cells) -> list[Any] | None:
    members = checks.listed(cell) if cell is not None else []
    if not members:
        return None
    if not column.quantified:
        return sorted(set(members))
    written = row.get(f"{column.name}-{QUANTITY}")
    quantities = [] if written in {None, ""} else str(written).split("|")
    if len(quantities) != len(members) or not all(one.strip().isdecimal() for one in quantities):
        reason = f"{len(members)} are named, with quantities '{written or ''}'"
        remedy = f"Give a column '{column.name}-{QUANTITY}' with one whole number for each, '|' between them."
        raise RowProblem(column.name, cell, reason, kind=ProblemKind.MISSING, remedy=remedy)
    pairs = sorted(zip(members, quantities, strict=True))
    return [{"identifier": member, "quantity": int(quantity)} for member, quantity in pairs]
