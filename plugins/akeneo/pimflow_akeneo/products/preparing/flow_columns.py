"""The columns of one flow, each understood once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pimflow import RowProblem, Who, said
from pimflow_akeneo import fields
from pimflow_akeneo.columns import Column, Property, ValueColumn, parse_column
from pimflow_akeneo.kinds import Kind
from pimflow_akeneo.model import Model

C = TypeVar("C")
_LABELS = {
    "code": said("Code"),
    "enabled": said("Enabled"),
    "family": said("Family"),
    "family_variant": said("Family variant"),
    "parent": said("Parent"),
    "categories": said("Categories"),
    "add_categories": said("Add categories"),
    "remove_categories": said("Remove categories"),
    "groups": said("Groups"),
    "variants": said("Variants"),
}
"""What people call properties that have a name in their language."""


class _ByName(dict[str, C]):
    """What is made of names, each once, when it is first asked for."""

    def __init__(self, make: Callable[[str], C]) -> None:
        self._make = make

    def __missing__(self, name: str) -> C:
        found = self[name] = self._make(name)
        return found


class Columns:
    """Columns by name, as the PIM's model has them for one kind of record.

    `new` understands columns of attributes that will be made. `parsed` gives the column, or what is wrong with its
    name; `known` the column, or None where the PIM cannot take it; `column` raises RowProblem there.
    """

    def __init__(
        self, model: Model, kind: Kind, new: Callable[[str, Model], ValueColumn | None] = lambda _name, _model: None
    ) -> None:
        self._new = new
        self._model = model
        self._kind = kind
        # They are asked for each value of each record: a dictionary answers in a sixth of the time of a method.
        self.parsed: Callable[[str], Column | RowProblem] = _ByName(self._understood).__getitem__
        self.known: Callable[[str], Column | None] = _ByName(self._known).__getitem__
        self.column: Callable[[str], Column] = _ByName(self._usable).__getitem__

    def label(self, name: str) -> str:
        """Give a column the label of its attribute, with locale and channel: `Name (de_DE)`."""
        known = self.known(name)
        if isinstance(known, Property):
            return self._model.identifier.label.replace("_", " ") if known.name == "identifier" else _label(known.name)
        if isinstance(known, ValueColumn):
            place = ", ".join(part for part in (known.locale, known.scope, known.part) if part)
            return f"{known.attribute.label} ({place})" if place else known.attribute.label
        return name

    def _known(self, name: str) -> Column | None:
        column = self.parsed(name)
        return None if isinstance(column, RowProblem) else column

    def _usable(self, name: str) -> Column:
        column = self.parsed(name)
        if isinstance(column, RowProblem):
            raise column
        return column

    def _understood(self, name: str) -> Column | RowProblem:
        try:
            column = parse_column(name, self._model, self._kind)
        except RowProblem as problem:
            new = self._new(name, self._model)
            if new is None:
                return problem
            column = new
        if isinstance(column, ValueColumn) and column.attribute.kind not in fields.CODECS:
            reason = said("values of type {type} cannot be written yet", type=column.attribute.kind)
            return RowProblem(name, None, reason, remedy=said("Leave this column out."), who=Who.ADMINISTRATOR)
        return column


def _label(name: str) -> str:
    return _LABELS.get(name) or name.capitalize().replace("_", " ")
