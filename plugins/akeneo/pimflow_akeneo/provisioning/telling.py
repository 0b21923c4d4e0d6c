"""What was done or would be done, in words and as data. No I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pimflow import Document, Problem, Status
from pimflow_akeneo.provisioning.calling import Done
from pimflow_akeneo.provisioning.deciding import Decision
from pimflow_akeneo.provisioning.wish import Trail, Wish
from pimflow_akeneo.provisioning.wishes import ORDER

_VERBS = {Status.CREATED: ("created", "create"), Status.UPDATED: ("changed", "change")}
_LONGEST = 70
Line = tuple[str, str]
"""A style - head, plain, bad, hint - and a text."""


def lines(done: Done) -> Iterator[Line]:
    """Tell what changed, what could not be done, and how many there were."""
    for decision in done.decisions:
        if decision.status in _VERBS:
            yield from _changed(decision, done)
    for message, remedy in _told(done):
        yield "bad", message
        if remedy:
            yield "hint", f"    {remedy}"
    yield "head", _summary(done)
    for note in done.notes:
        yield "plain", f"Note: {note}"
    if done.dry and any(decision.status in _VERBS for decision in done.decisions):
        yield "plain", "Nothing was written; without --plan it is."


def data(done: Done) -> dict[str, Any]:
    """Give the same for machines."""
    return {
        "file": done.document.file,
        "plan": done.dry,
        "pim": {"address": done.address, "edition": done.edition.code, "version": done.edition.version},
        "counts": dict(Counter(decision.status.value for decision in done.decisions)),
        "records": [_record(one) for one in done.decisions if one.status is not Status.UNCHANGED],
        "problems": [_problem(one, problem, done.document) for one in done.decisions for problem in one.problems],
        "notes": list(done.notes),
        "error": str(done.error) if done.error else "",
        "exit_code": done.exit_code,
    }


def _record(decision: Decision) -> dict[str, Any]:
    wish = decision.wish
    changed = decision.values if decision.status in _VERBS else ()
    values = [{"column": name, "old": old, "new": new} for name, old, new in changed]
    owner = {wish.resource.owner.name: wish.owner} if wish.resource.owner else {}
    return {"noun": wish.resource.noun[0], "code": wish.code, **owner, "status": decision.status, "values": values}


def _problem(decision: Decision, problem: Problem, document: Document) -> dict[str, Any]:
    wish = decision.wish
    return {
        "file": document.file,
        "line": _line(wish, problem, document),
        "noun": wish.resource.noun[0],
        "code": wish.code,
        "column": problem.field,
        "value": problem.value,
        "kind": problem.kind,
        "reason": problem.reason,
        "remedy": problem.remedy,
        "who": problem.who,
        "status": decision.status,
        "detail": problem.detail,
    }


def _changed(decision: Decision, done: Done) -> Iterator[Line]:
    verb = _VERBS[decision.status][int(done.dry)]
    yield "head", f"{verb} {_name(decision.wish)}"
    for name, old, new in decision.values:
        yield "plain", f"    {name}: {_difference(old, new, is_new=decision.status is Status.CREATED)}"


def _name(wish: Wish) -> str:
    of = f" of {wish.resource.owner.words.lower()} {wish.owner}" if wish.resource.owner else ""
    return f"{wish.resource.noun[0]} {wish.code}{of}"


def _difference(old: Any, new: Any, *, is_new: bool) -> str:
    if is_new:
        return _shown(new)
    if isinstance(new, list) or isinstance(old, list):
        before, after = set(old or ()), set(new or ())
        parts = [("+", after - before), ("-", before - after)]
        return " ".join(f"{sign} {_shown(sorted(members))}" for sign, members in parts if members)
    return f"{_shown(old)} -> {_shown(new)}"


def _shown(value: Any) -> str:
    if value is None:
        return "(empty)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"{text[:_LONGEST]}…" if len(text) > _LONGEST else text


def _told(done: Done) -> list[tuple[str, str]]:
    """Give each message once, with what to do about it: options of one attribute may share one."""
    told = ((_sentence(one, problem, done), problem.remedy) for one in done.decisions for problem in one.problems)
    return list(dict.fromkeys(told))


def _sentence(decision: Decision, problem: Problem, done: Done) -> str:
    wish = decision.wish
    owner = wish.resource.owner
    place = wish.resource.place(problem.field) if problem.field else None
    if owner is not None and problem.field == owner.name:
        about = f"{wish.resource.noun[1]} of {owner.words.lower()} {wish.owner}"
        said = ""
    else:
        about = f"{_name(wish)}, {place.title}" if place else _name(wish)
        said = "" if problem.value is None else f"the file says '{_shown(problem.value)}', "
    where = f"{done.document.file}:{_line(wish, problem, done.document)}"
    return f"{where}: {about}: {said}{problem.reason}. {_effect(decision.status, dry=done.dry)}"


def _effect(status: Status, *, dry: bool) -> str:
    if status is Status.REFUSED:
        return "Nothing of it would be written." if dry else "Nothing of it was written."
    if status in {Status.FAILED, Status.UNKNOWN}:
        return "It may not have been written."
    return "This would be left out." if dry else "This was left out."


def _line(wish: Wish, problem: Problem, document: Document) -> int:
    trail = wish.places.get(problem.field or "", wish.trail)
    if wish.resource.owner is not None and problem.field == wish.resource.owner.name:
        trail = wish.trail[:-1]
    return document.line((*trail, *_step(_at(document.data, trail), problem.value)))


def _at(found: Any, trail: Trail) -> Any:
    for step in trail:
        is_inside = step in found if isinstance(found, dict) else isinstance(found, list) and isinstance(step, int)
        if not is_inside:
            return None
        found = found[step]
    return found


def _step(found: Any, value: Any) -> Sequence[str | int]:
    """Give where in a list, or under which key, a value stands."""
    if isinstance(found, list) and value in found:
        return (found.index(value),)
    return (value,) if isinstance(found, Mapping) and isinstance(value, str) and value in found else ()


def _summary(done: Done) -> str:
    words = [("new", Status.CREATED), ("changed", Status.UPDATED)]
    parts = [f"{counted} {word}" for word, status in words if (counted := _counted(done, status))]
    same = sum(decision.status is Status.UNCHANGED for decision in done.decisions)
    parts.append(f"{same:,} already there")
    lost = sum(decision.status not in {*_VERBS, Status.UNCHANGED} for decision in done.decisions)
    parts += [f"{lost:,} refused"] if lost else []
    dry = ", preview" if done.dry else ""
    return f"{done.document.file} -> {done.edition} at {done.address}{dry}: {'; '.join(parts)}."


def _counted(done: Done, status: Status) -> str:
    """Count by what people call the records: `1 attribute group, 14 attributes`."""
    counts = Counter(decision.wish.resource for decision in done.decisions if decision.status is status)
    found = [(resource, counts[resource]) for resource in ORDER if counts[resource]]
    return ", ".join(f"{count:,} {resource.noun[int(count > 1)]}" for resource, count in found)
