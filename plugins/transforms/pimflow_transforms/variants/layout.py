"""Which columns belong to which level, as places in the row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from pimflow import Header, Level, Target
from pimflow_transforms.variants.rules import LevelRule, matches

Places = tuple[int, ...]
"""The place of a column; behind it that of the unit which makes one value with it."""

_UNIT = "-unit"


@dataclass(frozen=True, slots=True)
class Layout:
    """Places of the columns of one family variant.

    `lifted` are the columns of the root models, then those of sub models where there are any; `axes` tell sub models
    apart, then variants. `missing` are axes for which there is no column.
    """

    lifted: tuple[tuple[Places, ...], ...]
    axes: tuple[tuple[int, ...], ...]
    missing: tuple[str, ...]


LayoutOf = Callable[[str], Layout | None]


def layouts(header: Header, target: Target, stated: Sequence[LevelRule], fixed: frozenset[str]) -> LayoutOf:
    """Give the function that finds the layout of a family variant, None where it is not known.

    The target is asked once for each; where it knows none, what is stated holds. `fixed` columns have no level.
    """
    known: dict[str, Layout | None] = {}

    def layout_of(family_variant: str) -> Layout | None:
        if family_variant not in known:
            levels = target.levels(family_variant, header) or _stated(header, stated)
            known[family_variant] = _layout(header, levels, fixed) if len(levels) > 1 else None
        return known[family_variant]

    return layout_of


def _stated(header: Header, stated: Sequence[LevelRule]) -> list[Level]:
    return [
        Level(rule.axes, frozenset(name for name in header if any(matches(name, named) for named in rule.columns)))
        for rule in stated
    ]


def _layout(header: Header, levels: Sequence[Level], fixed: frozenset[str]) -> Layout:
    place = {name: at for at, name in enumerate(header)}
    axes = [name for level in levels for name in level.axes]
    return Layout(
        tuple(_values(header, level.columns.difference(fixed, axes)) for level in levels[:-1]),
        tuple(tuple(place[name] for name in level.axes if name in place) for level in levels[1:]),
        tuple(name for name in axes if name not in place),
    )


def _values(header: Header, columns: Collection[str]) -> tuple[Places, ...]:
    """Give the places of columns, a unit together with its amount: it must not be taken from another variant."""
    place = {name: at for at, name in enumerate(header) if name in columns}
    units = {name for name in place if name.endswith(_UNIT) and name.removesuffix(_UNIT) in place}
    return tuple(
        (at, place[name + _UNIT]) if name + _UNIT in units else (at,) for name, at in place.items() if name not in units
    )
