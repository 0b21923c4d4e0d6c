"""The sink `tryton.products`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import Field

from pimflow import (
    AccessError,
    Change,
    ConfigError,
    Header,
    Item,
    Outcome,
    Problem,
    ProblemKind,
    RowProblem,
    Run,
    Sink,
    Use,
    Who,
    Writer,
)
from pimflow_tryton import existing
from pimflow_tryton.connection import TITLE, TrytonConnection
from pimflow_tryton.loading import Loading
from pimflow_tryton.places import PRODUCT, TEMPLATE, Place, place
from pimflow_tryton.session import Session

RESOURCE = "products"


class TrytonProductsSink(Sink):
    """Creates and updates products by their `code`, 50 a call.

    Columns are as the source `tryton.products` gives them: `name`, `name@fr`, `default_uom` by symbol or name,
    `categories` by code or path, `attributes.color`, `ean`. A new product becomes a template with one variant. Name,
    measures, categories and list price belong to the template: written through one variant they hold for all of them.
    """

    type = "tryton.products"
    key = "code"
    noun = ("product", "products")
    batch_size = 50

    connection: Use[TrytonConnection] = Field(description="Name of the connection to Tryton.")
    default_unit: str | None = Field(
        None, description="Default unit of new products that bring no `default_uom`, by symbol or name."
    )

    @property
    def title(self) -> str:
        """What a report calls the target."""
        return TITLE

    def open(self, session: Session, run: Run) -> Writer:  # noqa: ARG002 - a dry run calls no `load`
        """Check rights and the default unit, and give the writer. Raises AccessError, ConfigError."""
        access = session.call("ir.model.access.get_access", [TEMPLATE, PRODUCT])
        lacking = [model for model in (TEMPLATE, PRODUCT) if not (access[model]["write"] and access[model]["create"])]
        if lacking:
            raise AccessError(
                f"User {session.username!r} of Tryton may not write products. Put the user into a group that may "
                f"create and write {', '.join(lacking)}."
            )
        return ProductWriter(session, self.default_unit)


class ProductWriter(Writer):
    """Writes products by code."""

    def __init__(self, session: Session, default_unit: str | None) -> None:
        self._session = session
        self._places: dict[str, Place | None] = {}
        self._loading = Loading(session, self._place, default_unit)
        if default_unit is not None:
            _check_unit(self._place("default_uom"), default_unit)

    def knows(self, column: str) -> bool:
        """Tell whether Tryton has this field, in this language, and lets it be written."""
        return self._place(column) is not None

    def label(self, column: str) -> str:
        """Give a column the label that its field or attribute has in Tryton."""
        found, catalog = self._place(column), self._session.catalog
        if found is None or found.field == "ean":
            return column
        if found.field == "attributes":
            return catalog.attributes[column.removeprefix("attributes.")].label or column
        label = str(catalog.fields(found.model)[found.field].get("string") or column)
        return f"{label} ({column.partition('@')[2]})" if "@" in column else label

    def check_columns(self, header: Header) -> Mapping[str, RowProblem]:
        """Name the columns that Tryton cannot take."""
        return {name: _unknown(name, self._session) for name in header if not self.knows(name)}

    def prepare(self, row: Mapping[str, Any]) -> Iterable[Item]:
        """Check the cells of one row. Raises RowProblem for one without a code."""
        code = str(row.get("code") or "").strip()
        if not code:
            raise RowProblem("code", None, "is empty, and Tryton finds products by it", kind=ProblemKind.MISSING)
        payload: dict[str, Any] = {}
        problems: list[Problem] = []
        for column, cell in row.items():
            found = self._place(column)
            if found is None:
                continue
            try:
                payload[column] = None if cell is None else found.codec.accept(cell)
            except RowProblem as problem:
                told = problem.problem
                problems.append(Problem(told.reason, told.kind, column, told.value, told.remedy, told.who))
            except ValueError as reason:
                remedy = "Correct it in the source; it will then arrive by itself."
                problems.append(Problem(str(reason), ProblemKind.VALUE, column, cell, remedy, Who.SOURCE_TEAM))
        return [Item(RESOURCE, code, {**payload, "code": code}, tuple(problems))]

    def current(self, resource: str, keys: Sequence[str], columns: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:  # noqa: ARG002 - there is one resource
        """Give what Tryton has for these codes: the columns that have a value there."""
        places = [found for column in columns if (found := self._place(column))]
        return existing.values(self._session, keys, places)

    def load(self, batch: Sequence[Change]) -> Iterable[Outcome]:
        """Write a batch: codes are looked up first, so that nothing is created twice."""
        return list(self._loading.load(batch)) if batch else []

    def _place(self, column: str) -> Place | None:
        if column not in self._places:
            self._places[column] = place(column, self._session.catalog, self._session.language)
        return self._places[column]


def _check_unit(found: Place | None, unit: str) -> None:
    try:
        assert found is not None
        found.codec.accept(unit)
    except RowProblem as problem:
        raise ConfigError(f"default_unit: {problem.problem.reason}: {unit!r}") from None


def _unknown(column: str, session: Session) -> RowProblem:
    field, _, language = column.partition("@")
    if language and language not in session.catalog.languages:
        reason = f"Tryton has not loaded the language {language!r}"
    else:
        reason = f"Tryton has no field {field!r} of products that can be written"
    return RowProblem(column, None, reason, remedy="Correct the mapping.", who=Who.ADMINISTRATOR)
