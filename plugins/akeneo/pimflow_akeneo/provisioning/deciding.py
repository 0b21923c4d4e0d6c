"""One wish held against what the PIM has: what is to be sent, and what cannot be. No I/O of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pimflow import Change, Item, Problem, ProblemKind, RowProblem, Status, Who, said
from pimflow_akeneo.provisioning.references import outside, standing, without
from pimflow_akeneo.provisioning.there import There
from pimflow_akeneo.provisioning.wish import ATTRIBUTES, Wish
from pimflow_akeneo.spelling import CLOSE, alike
from pimflow_akeneo.structure import preparing, resources
from pimflow_akeneo.structure.codecs import CODES
from pimflow_akeneo.structure.description import Resource, flat
from pimflow_akeneo.structure.fitting import fitted
from pimflow_akeneo.wording import enumerated

Values = Mapping[str, Any]
_MERGED = frozenset({resources.FAMILIES, resources.FAMILY_VARIANTS})
"""Records whose lists only grow."""

_NEEDED: Mapping[Resource, tuple[str, ...]] = {ATTRIBUTES: ("type", "group")}
"""What a new record must have, besides what belongs to its form."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is done, or would be done, with one wish. `values` are column, what is there, and what comes."""

    wish: Wish
    status: Status
    values: tuple[tuple[str, Any, Any], ...] = ()
    problems: tuple[Problem, ...] = ()
    change: Change | None = None


def decide(wish: Wish, record: Values | None, there: There, once: Collection[str]) -> Decision:
    """Hold a wish against the PIM's record, None where there is none."""
    try:
        path = wish.resource.list_of(wish.owner)
        item = preparing.item({**wish.cells, **_keys(wish)}, wish.resource)
    except RowProblem as bad:
        return Decision(wish, Status.REFUSED, problems=(*wish.problems, _of_the_file(bad.problem)))
    payload, problems = standing(item.payload, wish.resource, there)
    troubles = _family_troubles(wish, payload, there)
    told = [*wish.problems, *map(_of_the_file, item.problems), *problems, *troubles]
    item = Item(path, wish.code, without(payload, troubles))
    return _new(wish, item, told, there) if record is None else _existing(wish, item, record, there, once, told)


def refused(wish: Wish, *problems: Problem) -> Decision:
    """Refuse a record as a whole."""
    return Decision(wish, Status.REFUSED, problems=problems)


def _keys(wish: Wish) -> dict[str, str]:
    owner = wish.resource.owner
    return {"code": wish.code, **({owner.name: wish.owner} if owner else {})}


def _new(wish: Wish, item: Item, told: list[Problem], there: There) -> Decision:
    for_ever = [problem for problem in told if _is_fixed(wish.resource, problem)]
    lacking = [name for name in _NEEDED.get(wish.resource, ()) if item.payload.get(name) is None]
    untold = [name for name in lacking if not any(problem.field == name for problem in told)]
    told += [_needed(untold, wish, there)] if untold else []
    if lacking or for_ever:
        return refused(wish, *told)
    payload = {name: value for name, value in item.payload.items() if value is not None}
    values = tuple((name, None, value) for name, value in payload.items())
    return Decision(wish, Status.CREATED, values, tuple(told), _change(replace(item, payload=payload), known=False))


def _existing(
    wish: Wish, item: Item, record: Values, there: There, once: Collection[str], told: list[Problem]
) -> Decision:
    if record["code"] != wish.code:
        return refused(wish, *told, _spelled(record["code"]))
    now = flat(record, wish.resource)
    payload = {name: value for name, value in item.payload.items() if not (name in now and _is_once(wish, name, once))}
    if wish.resource in _MERGED:
        payload = {name: _merged(wish, name, value, now.get(name)) for name, value in payload.items()}
    change = fitted(_change(replace(item, payload=payload), known=True), now, wish.resource, there.attributes)
    told += [_kept(problem) for problem in change.item.problems]
    if any(problem.field == "type" for problem in told):
        return refused(wish, *told)
    differing = {name: new for name, new in change.payload.items() if new != _there(wish, name, now)}
    if not differing:
        return Decision(wish, Status.UNCHANGED, problems=tuple(told))
    completed = {name: change.payload[name] for name in wish.resource.completed if name in change.payload}
    values = tuple((name, now.get(name), new) for name, new in differing.items())
    going = replace(change, item=replace(change.item, payload={**completed, **differing}, problems=()))
    return Decision(wish, Status.UPDATED, values, tuple(told), going)


def _family_troubles(wish: Wish, payload: Values, there: There) -> list[Problem]:
    """Tell what a family would show, ask for or split by without having it: the PIM would refuse the record."""
    if wish.resource is resources.FAMILIES:
        return list(outside(payload, there.attributes_of(wish.code).union(payload.get("attributes") or ()), wish.code))
    if wish.resource is resources.FAMILY_VARIANTS:
        return list(outside(payload, there.attributes_of(wish.owner), wish.owner))
    return []


def _is_once(wish: Wish, name: str, once: Collection[str]) -> bool:
    place = wish.resource.place(name)
    assert place is not None
    return (place.column.api_name if place.column.per else place.column.name) in once


def _merged(wish: Wish, name: str, value: Any, now: Any) -> Any:
    place = wish.resource.place(name)
    is_list = place is not None and place.column.codec is CODES and not place.column.fixed
    return sorted({*(value or ()), *(now or ())}) or None if is_list else value


def _there(wish: Wish, name: str, now: Values) -> Any:
    """Give what the PIM has; nothing there is the same as what nothing means in that column."""
    place = wish.resource.place(name)
    return now.get(name, place.column.codec.nothing if place else None)


def _change(item: Item, *, known: bool) -> Change:
    return Change(item, 0, known=known, fingerprint=b"", absent=not known)


def _needed(names: list[str], wish: Wish, there: There) -> Problem:
    noun = wish.resource.noun[0]
    near = alike(wish.code, there.codes(noun), CLOSE)
    needed = enumerated(f"`{name}`" for name in names)
    reason = said("the PIM has no such {noun}, and a new one needs {names}", noun=noun, names=needed)
    remedy = said("Add what is needed; or correct the code, if you mean another one.")
    if near:
        remedy = said("Did you mean '{near}'?", near=near)
    return Problem(reason, ProblemKind.MISSING, None, None, remedy, Who.ADMINISTRATOR)


def _is_fixed(resource: Resource, problem: Problem) -> bool:
    """Tell whether a problem is about what the PIM would keep for ever: a record is not created without that."""
    place = resource.place(problem.field) if problem.field else None
    return place is not None and place.column.fixed


def _spelled(code: str) -> Problem:
    reason = said("the PIM has it as '{code}', and keeps the letters of a code for ever", code=code)
    remedy = said("Write {code} in the file.", code=code)
    return Problem(reason, ProblemKind.VALUE, "code", None, remedy, Who.ADMINISTRATOR)


def _kept(problem: Problem) -> Problem:
    remedy = said("Write what is there, or leave it out of the file.")
    if problem.field == "type":
        remedy = said("Give the attribute another code in the file, or write the type that is there.")
    return replace(problem, remedy=remedy, who=Who.ADMINISTRATOR)


def _of_the_file(problem: Problem) -> Problem:
    return replace(problem, remedy=said("Correct the file, and call again."), who=Who.ADMINISTRATOR)
