"""The levels of a family variant: which columns belong to the root models, the models below them, the variants. No I/O.

Level 0 are the root models, the last level the variants; a simple product has no level.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pimflow import Level
from pimflow_akeneo.columns import UNIT, Column, ValueColumn
from pimflow_akeneo.model import FamilyVariant


@dataclass(frozen=True, slots=True)
class Tree:
    """A family variant together with all attributes of its family."""

    variant: FamilyVariant
    attributes: frozenset[str]

    @property
    def last(self) -> int:
        """The level of the variants: 1 or 2."""
        return len(self.variant.levels)

    def level(self, attribute: str) -> int | None:
        """Give the level to which an attribute belongs; None where the family does not have it."""
        for number, (_, attributes) in enumerate(self.variant.levels, start=1):
            if attribute in attributes:
                return number
        return 0 if attribute in self.attributes else None

    def axes(self, level: int) -> tuple[str, ...]:
        """Give the attributes that tell the records of a level apart; the root has none."""
        return self.variant.levels[level - 1][0] if level else ()


def spread(tree: Tree, columns: Mapping[str, Column | None]) -> tuple[Level, ...]:
    """Give the columns of each level, root first; an axis for which there is no column is named by its attribute."""
    return tuple(_level(tree, level, columns) for level in range(tree.last + 1))


def _level(tree: Tree, level: int, columns: Mapping[str, Column | None]) -> Level:
    values = {name: column for name, column in columns.items() if isinstance(column, ValueColumn)}
    own = frozenset(name for name, column in values.items() if tree.level(column.attribute.code) == level)
    axes = [name for axis in tree.axes(level) for name in _of_axis(axis, values)]
    return Level(tuple(axes), own)


def _of_axis(axis: str, columns: Mapping[str, ValueColumn]) -> list[str]:
    """Name the columns of an axis; the unit of a measurement tells variants apart as its amount does."""
    found = [name for name, column in columns.items() if column.attribute.code == axis]
    return sorted(found, key=lambda name: columns[name].part == UNIT) or [axis]
