"""Which values a template needs for new variants, and which variants cannot be. No calls.

Odoo makes a variant of each combination of a template's values. A further attribute would replace all variants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pimflow import Problem, said
from pimflow_erp.codecs import absent
from pimflow_odoo import wording
from pimflow_odoo.catalog import TITLE, Catalog
from pimflow_odoo.places import ATTRIBUTES
from pimflow_odoo.shapes import Combination, Shape

Wanted = Mapping[str, Mapping[str, str]]
"""By key the values of a new variant: name of the attribute -> name of the value."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one template needs: `lines` are values by attribute, `more` those that a line gets, by its id."""

    shape: Shape
    combinations: dict[str, Combination] = field(default_factory=dict)
    refused: dict[str, Problem] = field(default_factory=dict)
    lines: dict[int, list[int]] = field(default_factory=dict)
    more: dict[int, list[int]] = field(default_factory=dict)

    @property
    def changes(self) -> bool:
        """Tell whether the template needs values that it does not have."""
        return bool(self.lines) or any(self.more.values())


def plan(shape: Shape, wanted: Wanted, catalog: Catalog) -> Plan:
    """Tell what a template needs for these new variants, and which of them cannot be."""
    found = Plan(shape)
    axes = _axes(shape, wanted, catalog)
    taken = {one.values: one.code for one in reversed(shape.variants) if one.code}
    for key, told in wanted.items():
        values = _values(told, axes, shape, catalog)
        if isinstance(values, Problem):
            found.refused[key] = values
            continue
        combination = frozenset(values.values())
        if taken.setdefault(combination, key) != key:
            found.refused[key] = wording.same_values(taken[combination], combination)
            continue
        found.combinations[key] = combination
        for attribute, value in values.items():
            _need(found, attribute, value)
    return found


def _axes(shape: Shape, wanted: Wanted, catalog: Catalog) -> Mapping[str, int]:
    """Give the attributes by which variants differ. Those of new variants where nothing would be lost by that."""
    axes = {catalog.attributes[number]: number for number in shape.lines if number in catalog.attributes}
    if axes or any(one.named for one in shape.variants):
        return axes
    numbers = {name: number for number, name in sorted(catalog.attributes.items(), reverse=True)}
    return {name: numbers[name] for one in wanted.values() for name in one}


def _values(
    told: Mapping[str, str], axes: Mapping[str, int], shape: Shape, catalog: Catalog
) -> Mapping[int, int] | Problem:
    """Give one value of each attribute; where a template has a single one, that is meant."""
    strange = [name for name in told if name not in axes]
    if strange:
        return wording.new_axes(strange, list(axes))
    only = {number: line.values[0] for number, line in shape.lines.items() if len(line.values) == 1}
    lacking = [name for name, number in axes.items() if name not in told and number not in only]
    if lacking:
        return wording.lacks_axes(lacking)
    for name, value in told.items():
        if value not in catalog.options.get(axes[name], ()):
            return replace(absent(said("value of this attribute"), value, TITLE).problem, field=f"{ATTRIBUTES}{name}")
    known = {axes[name]: catalog.options[axes[name]][value] for name, value in told.items()}
    return {number: known.get(number) or only[number] for number in axes.values()}


def _need(found: Plan, attribute: int, value: int) -> None:
    line = found.shape.lines.get(attribute)
    values = found.lines.setdefault(attribute, []) if line is None else found.more.setdefault(line.id, [])
    if value not in (*values, *(line.values if line is not None else ())):
        values.append(value)
