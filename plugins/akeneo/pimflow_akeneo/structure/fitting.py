"""What is wished for a record, held against what the PIM has: some of it the PIM keeps for ever, or decides itself.

No I/O.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pimflow import Change, Problem, ProblemKind, Who, said
from pimflow_akeneo.model import IDENTIFIER, Attribute
from pimflow_akeneo.structure.codecs import PAIRS, UNITS
from pimflow_akeneo.structure.description import IDENTIFIERS, Column, Resource
from pimflow_akeneo.wording import yes_or_no

Values = Mapping[str, Any]
_KEPT = {
    "type": said("type"),
    "unique": said("unique value"),
    "localizable": said("value per locale"),
    "scopable": said("value per channel"),
    "metric_family": said("measurement family"),
    "reference_data_name": said("reference data"),
    "variant-axes_1": said("axes of level 1"),
    "variant-axes_2": said("axes of level 2"),
    "variant-attributes_1": said("attributes of level 1"),
    "variant-attributes_2": said("attributes of level 2"),
    "is_two_way": said("two-way"),
    "is_quantified": said("quantified"),
    "standard_unit_code": said("standard unit"),
}
"""What the PIM keeps for ever, by column, within a sentence."""
Attributes = Mapping[str, Attribute]


def fitted(change: Change, now: Values, resource: Resource, attributes: Attributes) -> Change:
    """Take out what the PIM keeps for ever, telling where it differs; put in what the PIM holds by itself.

    Where lists are equal save for what the PIM puts into them, the wish becomes what the PIM has.
    """
    payload: dict[str, Any] = {}
    problems = []
    for name, value in change.payload.items():
        place = resource.place(name)
        if place is None:
            continue
        column = place.column
        if _is_kept(column, now):
            if value != now.get(name):
                problems.append(_kept_for_ever(place.name, column, value, now.get(name), resource))
        elif column.holds:
            held = _held(column, now, attributes).intersection(now.get(name) or ())
            payload[name] = sorted(held.union(value or ())) or None
        elif column.codec is PAIRS:
            payload[name] = _replaced_pairs(value or {}, now.get(name) or {})
        elif column.codec is UNITS:
            payload[name] = _merged_units(value or {}, now.get(name) or {})
        else:
            payload[name] = value
    if payload:
        payload = {**{name: now[name] for name in resource.completed if name in now}, **payload}
    return _with(change, payload, problems)


def grouped(change: Change, attributes: Attributes) -> Change:
    """Take out the attributes of a group, telling those that are in another one: the PIM sets it at the attribute."""
    wished = {code.lower() for code in change.payload["attributes"] or ()}
    there = {one.code.lower(): one for one in attributes.values()}
    elsewhere = [one for code, one in there.items() if code in wished and one.group != change.key]
    more = [one for code, one in there.items() if code not in wished and one.group == change.key]
    problems = [_in_another_group(one, elsewhere=True) for one in elsewhere]
    problems += [_in_another_group(one, elsewhere=False) for one in more]
    return _with(change, {name: value for name, value in change.payload.items() if name != "attributes"}, problems)


def _is_kept(column: Column, now: Values) -> bool:
    """Tell whether the PIM keeps this: also the attributes of a level that it does not have."""
    return column.fixed or bool(column.level and f"variant-axes_{column.level}" not in now)


def _held(column: Column, now: Values, attributes: Attributes) -> frozenset[str]:
    if column.holds == IDENTIFIERS:
        return frozenset(one.code for one in attributes.values() if one.type == IDENTIFIER)
    lowest = column.level == 2 or "variant-axes_2" not in now
    unique = (one.code for one in attributes.values() if lowest and one.unique)
    return frozenset([*now.get(f"variant-axes_{column.level}", ()), *unique])


def _replaced_pairs(wish: Values, now: Values) -> dict[str, str] | None:
    """Name those that go as well, without a value: the PIM merges pairs with those that are there."""
    return {**dict.fromkeys(now, ""), **wish} or None


def _merged_units(wish: Values, now: Values) -> dict[str, Any]:
    """Put units over those that are there, as the PIM does: those that are not named stay."""
    merged = dict(now)
    for code, unit in wish.items():
        before = now.get(code, {})
        merged[code] = {**before, **unit, "labels": {**before.get("labels", {}), **unit["labels"]}}
    return dict(sorted(merged.items()))


def _kept_for_ever(name: str, column: Column, wish: Any, now: Any, resource: Resource) -> Problem:
    noun = resource.noun[0]
    has = said("there is none") if now is None else said("it is {value} there", value=_shown(column, now))
    what = _KEPT.get(column.name) or column.words.lower()
    if noun[0] in "aeiou":
        reason = said("the PIM keeps an {noun}'s {property} for ever: {has}", noun=noun, property=what, has=has)
    else:
        reason = said("the PIM keeps a {noun}'s {property} for ever: {has}", noun=noun, property=what, has=has)
    remedy = said(
        "Correct the source; or delete the {noun} in the PIM, and it is created anew by the next run.", noun=noun
    )
    value = None if wish is None else _shown(column, wish)
    return Problem(reason, ProblemKind.VALUE, name, value, remedy, Who.PRODUCT_MANAGER)


def _shown(column: Column, value: Any) -> str:
    if isinstance(value, bool):
        return yes_or_no(value)
    return str(column.codec.cell(value)).removeprefix("pim_catalog_")


def _in_another_group(attribute: Attribute, *, elsewhere: bool) -> Problem:
    reason = said("the PIM keeps the group with the attribute, and this one is in this group there too")
    if elsewhere:
        reason = said(
            "the PIM keeps the group with the attribute, and this one is in group '{group}' there",
            group=str(attribute.group),
        )
    remedy = said("Change the group of the attribute itself; your administrator can have it come from the source.")
    detail = "a flow into `akeneo.attributes` sets it, in the column `group`"
    return Problem(reason, ProblemKind.VALUE, "attributes", attribute.code, remedy, Who.PRODUCT_MANAGER, detail)


def _with(change: Change, payload: Values, problems: list[Problem]) -> Change:
    told = (*change.item.problems, *problems)
    return replace(change, item=replace(change.item, payload=payload, problems=told))
