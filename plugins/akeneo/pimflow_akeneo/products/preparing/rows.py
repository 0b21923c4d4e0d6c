"""One row -> one item for the PIM: every cell checked, bad ones left out with their reason. No I/O of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from pimflow import Item, Problem, ProblemKind, RowProblem, said
from pimflow_akeneo import checks, fields
from pimflow_akeneo.catalog import Catalog
from pimflow_akeneo.checks import Vocabulary
from pimflow_akeneo.columns import (
    ADD_CATEGORIES,
    REMOVE_CATEGORIES,
    UNIT,
    Association,
    Column,
    Property,
    ValueColumn,
)
from pimflow_akeneo.kinds import Kind
from pimflow_akeneo.model import FamilyVariant
from pimflow_akeneo.products.lines import LISTS
from pimflow_akeneo.products.preparing import properties
from pimflow_akeneo.products.preparing.alone import Accept, accepting, stands_alone
from pimflow_akeneo.products.preparing.needs import needs

_PRICE = re.compile(r"\s*(\S+)\s+([A-Za-z]{3})\s*")
_CATEGORIES = frozenset({"categories", ADD_CATEGORIES, REMOVE_CATEGORIES})
_NEEDED = frozenset({"identifier", "code", "family_variant"})
Cells = Mapping[str, Any]
Found = Iterator[tuple[str, Any]]


class Preparation:
    """Makes items. `parse` gives the column of a name, or None for one that cannot be taken and was told before.

    `new_option` and `new_category` give the code under which something missing will be made, or None.
    """

    def __init__(
        self,
        catalog: Catalog,
        kind: Kind,
        parse: Callable[[str], Column | None],
        new_option: Callable[[str, str], str | None] = lambda _attribute, _text: None,
        new_category: Callable[[str], str | None] = lambda _text: None,
    ) -> None:
        self._catalog = catalog
        self._model = catalog.model
        self._kind = kind
        self.vocabulary = Vocabulary(catalog.options, catalog.units, new_option)
        self._new_category = new_category
        self._parse = parse
        self._accepting: dict[str, Accept] = {}
        self._alone: dict[str, Accept | None] = {}
        self._columns: tuple[str, ...] = ()
        self._associates = False
        self._needed = _NEEDED | {"family"} if kind.has_identifier else _NEEDED

    def expect(self, columns: Iterable[str]) -> None:
        """Take note of the columns of the rows to come: what they need of the PIM is read at once, by the first row."""
        self._columns = tuple(columns)

    def item(self, row: Cells) -> Item:
        """Check one row. Raises RowProblem for a record that cannot be sent at all."""
        payload: dict[str, Any] = {}
        problems: list[Problem] = []
        for name, cell in row.items():
            accept = self._alone[name] if name in self._alone else self._alone_or_not(name)
            try:
                if accept is not None:
                    payload[name] = None if cell is None else accept(cell)
                else:
                    payload.update(self._taken(self._parse(name), cell, row, problems))
            except RowProblem as bad:
                column = self._parse(name)
                if isinstance(column, Property) and column.name in self._needed:
                    raise
                problems.append(bad.problem)
        if self._associates and not payload.get("uuid"):
            columns = [column for name in payload if isinstance(column := self._parse(name), Association)]
            problems += filter(None, (properties.in_one_way(payload, column) for column in columns))
        return Item(self._kind.resource, self._key(payload), payload, tuple(problems))

    def judged(self, name: str, cell: Any) -> list[Problem]:
        """Tell what is wrong with one cell, whatever else its row holds."""
        problems: list[Problem] = []
        try:
            list(self._taken(self._parse(name), cell, {name: cell}, problems))
        except RowProblem as bad:
            problems.append(bad.problem)
        return problems

    def _alone_or_not(self, name: str) -> Accept | None:
        """Give what accepts the cells of a column by themselves, and keep it; None where it takes more than that."""
        expected, self._columns = self._columns, ()
        if expected:
            self._catalog.read(*needs(filter(None, map(self._parse, expected)), self._catalog))
        column = self._parse(name)
        self._associates = self._associates or isinstance(column, Association)
        self._alone[name] = None
        if isinstance(column, ValueColumn) and stands_alone(column):
            self._alone[name] = self._accept(column)
        elif isinstance(column, Property) and column.name == name == "family" and self._kind.has_identifier:
            self._alone[name] = self._family
        return self._alone[name]

    def _accept(self, column: ValueColumn) -> Accept:
        if column.name not in self._accepting:
            self._accepting[column.name] = accepting(column, self.vocabulary)
        return self._accepting[column.name]

    def _key(self, payload: dict[str, Any]) -> str:
        """Take the key out of the payload; under its uuid a product keeps the identifier there, as it may change."""
        name = "identifier" if self._kind.has_identifier else self._kind.key
        key: str | None = payload.get(name) or payload.get("uuid")
        if not payload.get("uuid"):
            payload.pop("uuid", None)
            payload.pop(name, None)
        if not key:
            remedy = said("Give it one; it will then arrive by itself.")
            reason = said("the record has none, and the PIM needs one")
            raise RowProblem(name, None, reason, kind=ProblemKind.MISSING, remedy=remedy)
        return key

    def _taken(self, column: Column | None, cell: Any, row: Cells, problems: list[Problem]) -> Found:
        if isinstance(column, Property) and column.name in _CATEGORIES:
            yield from self._classified(column.name, cell, problems)
        elif isinstance(column, Property):
            yield from self._property(column.name, cell, row)
        elif isinstance(column, Association) and column.part is None:
            yield column.name, properties.associated(column, cell, row)
        elif isinstance(column, ValueColumn) and column.part != UNIT:
            yield from self._value(column, cell, row, problems)

    def _property(self, name: str, cell: Any, row: Cells) -> Found:
        if name == "family" and not self._kind.has_identifier:
            self._check_family(cell, row)
        elif cell is None:
            yield name, None
        elif name in {"identifier", "code"}:
            yield name, properties.key(cell, self._kind, self._model.identifier.label, new=not row.get("uuid"))
        elif name == "family":
            yield name, self._family(cell)
        elif name == "family_variant":
            yield name, self._variant(str(cell).strip(), row).code
        elif name in LISTS or name in self._kind.made:
            yield name, sorted(set(checks.listed(cell))) or None
        else:
            yield name, properties.PLAIN[name](cell)

    def _family(self, cell: Any) -> str:
        return properties.existing(str(cell).strip(), self._families, "family", "family")

    @cached_property
    def _families(self) -> Mapping[str, str]:
        return self._catalog.families

    def _variant(self, code: str, row: Cells) -> FamilyVariant:
        """Find a family variant, first in the family that the row names. Raises RowProblem."""
        family = self._families.get(str(row.get("family") or "").strip().lower())
        found = self._catalog.family_variant(code, family) if family else None
        found = found or self._catalog.family_variant(code)
        if found is None:
            families = [family] if family else self._families.values()
            known = [one.code for name in families for one in self._catalog.family_variants(name).values()]
            raise properties.unknown(code, known, "family_variant", "family variant")
        return found

    def _check_family(self, cell: Any, row: Cells) -> None:
        """Hold a model's family against that of its family variant, which decides: the PIM is not told a family."""
        code = row.get("family_variant")
        if cell in {None, ""} or not code:
            return
        variant = self._variant(str(code).strip(), row)
        if str(cell).strip().lower() != variant.family.lower():
            reason = said(
                "family variant '{code}' belongs to family '{family}'", code=variant.code, family=variant.family
            )
            remedy = said("The family variant was used; correct one of the two in the source.")
            raise RowProblem("family", cell, reason, kind=ProblemKind.REFERENCE, remedy=remedy)

    def _classified(self, name: str, cell: Any, problems: list[Problem]) -> Found:
        """Take the categories that exist; they are left as they are where none of those asked for does."""
        asked = checks.listed(cell) if cell is not None else []
        taken = set()
        for code in asked:
            try:
                taken.add(self._category(code, name))
            except RowProblem as bad:
                problems.append(bad.problem)
        if taken or (name == "categories" and not asked):
            yield name, sorted(taken) or None

    def _category(self, code: str, name: str) -> str:
        known = self._catalog.categories
        made = None if code.lower() in known or name == REMOVE_CATEGORIES else self._new_category(code)
        return made or properties.existing(code, known, name, "category")

    def _value(self, column: ValueColumn, cell: Any, row: Cells, problems: list[Problem]) -> Found:
        kind = column.attribute.kind
        if kind == "price_collection" and column.part is None:
            yield from self._prices(column, cell)
        elif cell is None:
            yield column.name, None
        elif kind == "metric":
            unit = row.get(f"{column.whole}-{UNIT}")
            whole = (cell, unit) if unit not in {None, ""} else cell
            yield column.name, self._accept(column)(whole)
        elif kind == "multiselect":
            yield from self._options(column, cell, problems)
        else:
            yield column.name, self._accept(column)(cell)

    def _options(self, column: ValueColumn, cell: Any, problems: list[Problem]) -> Found:
        """Take the options that exist; the value is left as it is where none of them does."""
        taken = set()
        asked = checks.listed(cell)
        for one in asked:
            try:
                taken.add(checks.option(one, column, self.vocabulary))
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
            remedy = said(
                "Write amount and currency as in '12.50 {currency}'; active: {names}.",
                currency=next(iter(active), "EUR"),
                names=", ".join(active),
            )
            reason = said("which is no price of a currency that the PIM has")
            raise RowProblem(column.name, text, reason, remedy=remedy)
        return parts[2].upper(), fields.accept(parts[1], column, self.vocabulary)
