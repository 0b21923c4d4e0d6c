"""The columns of one flow, each understood once."""

from __future__ import annotations

from collections.abc import Callable

from pimflow import RowProblem, Who
from pimflow_akeneo import fields
from pimflow_akeneo.columns import Column, Property, ValueColumn, parse_column
from pimflow_akeneo.kinds import Kind
from pimflow_akeneo.model import Model


class Columns:
    """Columns by name, as the PIM's model has them for one kind of record.

    `new` understands columns of attributes that will be made.
    """

    def __init__(
        self, model: Model, kind: Kind, new: Callable[[str, Model], ValueColumn | None] = lambda _name, _model: None
    ) -> None:
        self._new = new
        self._model = model
        self._kind = kind
        self._found: dict[str, Column | RowProblem] = {}

    def parsed(self, name: str) -> Column | RowProblem:
        """Give the column, or what is wrong with its name."""
        if name not in self._found:
            self._found[name] = self._understood(name)
        return self._found[name]

    def known(self, name: str) -> Column | None:
        """Give the column; None where the PIM cannot take it."""
        column = self.parsed(name)
        return None if isinstance(column, RowProblem) else column

    def column(self, name: str) -> Column:
        """Give the column. Raises RowProblem where the PIM cannot take it."""
        column = self.parsed(name)
        if isinstance(column, RowProblem):
            raise column
        return column

    def label(self, name: str) -> str:
        """Give a column the label of its attribute, with locale and channel: `Name (de_DE)`."""
        known = self.known(name)
        if isinstance(known, Property):
            label = self._model.identifier.label if known.name == "identifier" else known.name.capitalize()
            return label.replace("_", " ")
        if isinstance(known, ValueColumn):
            place = ", ".join(part for part in (known.locale, known.scope, known.part) if part)
            return f"{known.attribute.label} ({place})" if place else known.attribute.label
        return name

    def _understood(self, name: str) -> Column | RowProblem:
        try:
            column = parse_column(name, self._model, self._kind)
        except RowProblem as problem:
            new = self._new(name, self._model)
            if new is None:
                return problem
            column = new
        if isinstance(column, ValueColumn) and column.attribute.kind not in fields.CODECS:
            reason = f"values of type {column.attribute.kind} cannot be written yet"
            return RowProblem(name, None, reason, remedy="Leave this column out.", who=Who.ADMINISTRATOR)
        return column
