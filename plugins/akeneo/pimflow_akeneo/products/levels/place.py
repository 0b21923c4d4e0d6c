"""What of a record the PIM has no place for: values of another level of the variant tree. No I/O.

The PIM drops such values silently. Here what only repeats the product model is dropped too, and the rest is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from pimflow import Change, Memory, Problem, ProblemKind, Who, said
from pimflow_akeneo.columns import Column, ValueColumn
from pimflow_akeneo.media.content import CODE, Content, original_name
from pimflow_akeneo.media.taking import UPLOADED
from pimflow_akeneo.products.levels.ancestors import Ancestor
from pimflow_akeneo.products.levels.tree import Tree
from pimflow_akeneo.wording import yes_or_no

Same = Callable[[Any, Any], bool]
"""Tells whether two canonical values are one: a media file may have two names."""


def same_in(memory: Memory) -> Same:
    """Compare values; media files by their content, as far as the memory knows it."""

    def named(value: Any) -> Any:
        content = Content.of(value)
        return value if content is None else memory.get(UPLOADED, [content.key]).get(content.key, content.key)

    return lambda one, other: bool(one == other or named(one) == named(other))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands: its level in its tree, and the model above it, which has the values of all above."""

    tree: Tree
    level: int
    parent: Ancestor | None = None

    @property
    def is_variant(self) -> bool:
        """Tell whether it is a variant, and no product model."""
        return self.level == self.tree.last

    def holder(self, level: int) -> str:
        """Give the code of the model above that has the values of a level."""
        above = self.parent
        if above is None:
            return ""
        return above.parent if above.parent and above.level != level else above.code


def fitted(change: Change, place: Place, parse: Callable[[str], Column], same: Same) -> Change:
    """Take out of a change the values that do not belong to the record's level."""
    columns = {name: parse(name) for name in change.payload}
    foreign = {
        name: column
        for name, column in columns.items()
        if isinstance(column, ValueColumn) and place.tree.level(column.attribute.code) != place.level
    }
    if not foreign:
        return change
    told = [_told(column, change.payload[name], place, same) for name, column in foreign.items()]
    return without(change, set(foreign), *(problem for problem in told if problem))


def attributes_of(batch: Iterable[Change], parse: Callable[[str], Column]) -> frozenset[str]:
    """Give the codes of the attributes that changes have values for."""
    columns = [parse(name) for name in {name for change in batch for name in change.payload}]
    return frozenset(column.attribute.code for column in columns if isinstance(column, ValueColumn))


def without(change: Change, columns: set[str], *problems: Problem) -> Change:
    """Leave columns out of a change, and tell why."""
    payload = {name: value for name, value in change.payload.items() if name not in columns}
    return replace(change, item=replace(change.item, payload=payload, problems=(*change.item.problems, *problems)))


def _told(column: ValueColumn, value: Any, place: Place, same: Same) -> Problem | None:
    """Tell of a value that is left out; nothing where it is empty or the same above."""
    level = place.tree.level(column.attribute.code)
    if value is None:
        return None
    if level is None:
        return _outside(column, value, place)
    if level > place.level:
        return _below(column, value, place, level)
    above = place.parent.values.get(column.name) if place.parent else None
    return None if above is not None and same(above, value) else _above(column, value, place, level, above)


def _outside(column: ValueColumn, value: Any, place: Place) -> Problem:
    what = said("variant") if place.is_variant else said("product model")
    reason = said(
        "family '{family}' does not have this attribute, and a {what} has no other values",
        family=place.tree.variant.family,
        what=what,
    )
    remedy = said("Add the attribute to the family in the PIM, or leave it out of the mapping.")
    return _problem(column, value, reason, remedy)


def _below(column: ValueColumn, value: Any, place: Place, level: int) -> Problem:
    code = place.tree.variant.code
    if level == place.tree.last:
        reason = said(
            "each variant has a value of its own here, by family variant '{code}'; this model has none", code=code
        )
        return _problem(column, value, reason, said("Give the value to each variant."))
    reason = said(
        "each product model below has a value of its own here, by family variant '{code}'; this model has none",
        code=code,
    )
    return _problem(column, value, reason, said("Give the value to each product model below."))


def _above(column: ValueColumn, value: Any, place: Place, level: int, above: Any) -> Problem:
    told = shown(above)
    if above is None:
        says = said("but the product model '{code}' has no value", code=place.holder(level))
    elif told == shown(value):  # the name of a file is not all of it
        says = said("but the product model '{code}' has another file of that name", code=place.holder(level))
    else:
        says = said("but the product model '{code}' says '{value}'", code=place.holder(level), value=told)
    if place.is_variant:
        reason = said("{says}; a variant has no own value here", says=says)
    else:
        reason = said("{says}; a product model below it has no own value here", says=says)
    return _problem(column, value, reason, said("Correct it at the product model, or in the source."))


def _problem(column: ValueColumn, value: Any, reason: str, remedy: str) -> Problem:
    return Problem(reason, ProblemKind.VALUE, column.name, shown(value), remedy, Who.PRODUCT_MANAGER)


def shown(value: Any) -> Any:
    """Write a canonical value as people do; of a media file its name."""
    content = Content.of(value)
    if content or (isinstance(value, str) and CODE.fullmatch(value)):
        return content.name if content else original_name(value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return f"{value['amount']} {value['unit']}"
    return yes_or_no(value) if isinstance(value, bool) else value
