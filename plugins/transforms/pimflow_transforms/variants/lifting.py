"""Values that belong to a model are taken from its variants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pimflow import BadValue, Header, Origin
from pimflow_transforms.values import as_text, is_empty
from pimflow_transforms.variants.layout import Places
from pimflow_transforms.variants.problems import no_common_value, other_value

Differing = Literal["first", "leave_out"]


@dataclass(frozen=True, slots=True)
class Variant:
    """An item that will be a variant; `cells` are its own, and changed until it is given."""

    key: str
    origin: Origin
    cells: list[Any]
    axes: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Lift:
    """How values are lifted. `differing` tells what becomes of a value of the model that differs among variants.

    `shared` columns belong to no level.
    """

    header: Header
    differing: Differing
    shared: tuple[int, ...]

    def take(self, variants: Sequence[Variant], values: Iterable[Places], model: list[Any], group: str) -> None:
        """Take the values of a model's level from its variants, in the order of their keys."""
        for places in values:
            if len(places) == 1 and _are_same_text([variant.cells[places[0]] for variant in variants]):
                move(variants, places, model)
                continue
            _drop_lone_units(variants, places)
            holders = [variant for variant in variants if _usable(variant, places)]
            if holders:
                self._take(holders, places, model, group)

    def take_shared(self, variants: Sequence[Variant], model: list[Any]) -> None:
        """Take the columns that belong to no level, where all variants have the same value."""
        for at in self.shared:
            own = {_identity(variant, (at,)) if _usable(variant, (at,)) else None for variant in variants}
            if len(own) == 1 and None not in own:
                move(variants, (at,), model)

    def _take(self, holders: Sequence[Variant], places: Places, model: list[Any], group: str) -> None:
        column, first = self.header[places[0]], holders[0]
        own = [_identity(variant, places) for variant in holders]
        values = [variant.cells[places[0]] for variant in holders]
        agreed = len(set(own)) == 1
        if agreed or self.differing == "first":
            move(holders, places, model)
        else:
            _empty(holders, places)
        for variant, value, identity in zip(holders, values, own, strict=True):
            if self.differing == "leave_out" and not agreed:
                variant.cells[places[0]] = no_common_value(column, value, group)
            elif identity != own[0]:
                variant.cells[places[0]] = other_value(column, value, model[places[0]], first.key)


def move(variants: Sequence[Variant], places: Places, model: list[Any]) -> None:
    """Give a model the value of its first variant, and none to the variants."""
    for at in places:
        model[at] = variants[0].cells[at]
    _empty(variants, places)


def has_value(cell: Any) -> bool:
    """Tell whether a cell holds a value that can be used."""
    return not (is_empty(cell) or isinstance(cell, BadValue))


def _empty(variants: Sequence[Variant], places: Places) -> None:
    for variant in variants:
        for at in places:
            variant.cells[at] = None


def _are_same_text(cells: Sequence[Any]) -> bool:
    """Tell whether all cells hold one text or nothing, as most do: found faster than by their identities."""
    first = cells[0]
    return (first is None or isinstance(first, str)) and cells.count(first) == len(cells)


def _drop_lone_units(variants: Sequence[Variant], places: Places) -> None:
    """Empty the unit of an amount that is empty: it tells nothing, and must not stay behind."""
    for variant in variants:
        for at in places[1:]:
            if is_empty(variant.cells[places[0]]) and has_value(variant.cells[at]):
                variant.cells[at] = None


def _usable(variant: Variant, places: Places) -> bool:
    """Tell whether a variant has a value here, with a unit that can be used if it has one."""
    return has_value(variant.cells[places[0]]) and not any(isinstance(variant.cells[at], BadValue) for at in places)


def _identity(variant: Variant, places: Places) -> tuple[str, ...]:
    """Give what two equal values have in common: text for 1 and '1', while lists differ from their text."""
    cells = (variant.cells[at] for at in places)
    return tuple(repr(cell) if isinstance(cell, list | tuple | dict) else as_text(cell) for cell in cells)
