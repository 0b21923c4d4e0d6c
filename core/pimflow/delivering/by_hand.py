"""What people changed or deleted in the target since it was sent, as a flow with `diff: target` finds it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pimflow.delivering.diff import Candidate
from pimflow.model import SETTLED, Outcome, Status
from pimflow.plain import as_json
from pimflow.sentences import Said, joined, said, together
from pimflow.sinks import Moved
from pimflow.words import plainly

_NAMED = 20
_LONGEST = 40


class _Move(StrEnum):
    """What became of a record whose key names another one now, or none."""

    RENAMED = "it keeps the new key"
    BACK = "it got its key back"
    REPLACED = "another one has its place"


@dataclass(slots=True)
class ByHand:
    """Counts what people did in the target, and keeps the first of it; `pimflow explain` tells the rest.

    `key` is what people call the key of a record.
    """

    key: str = "key"
    changed: int = 0
    deleted: int = 0
    came_back: int = 0
    changes: list[str] = field(default_factory=list)
    deletions: list[str] = field(default_factory=list)
    moves: Counter[_Move] = field(default_factory=Counter)
    moved: dict[_Move, list[str]] = field(default_factory=dict)

    def see(self, candidate: Candidate, outcome: Outcome) -> None:
        """Take note of one record whose outcome is final."""
        if candidate.moved is not None and outcome.status in SETTLED:
            self._see_move(candidate, candidate.moved)
        if candidate.deleted:
            self.deleted += 1
            self.came_back += outcome.status is Status.CREATED
            self.deletions += [candidate.change.key] if len(self.deletions) < _NAMED else []
        elif candidate.resting and outcome.status is Status.UPDATED and (theirs := _theirs(candidate)) is not None:
            self.changed += 1
            self.changes += [f"{candidate.change.key}{theirs}"] if len(self.changes) < _NAMED else []

    def _see_move(self, candidate: Candidate, moved: Moved) -> None:
        key = candidate.change.key
        kind = _Move.REPLACED if moved.key is None else _Move.RENAMED if candidate.new_key else _Move.BACK
        told = {
            _Move.REPLACED: key,
            _Move.RENAMED: said("'{key}' is '{new}' there", key=key, new=moved.key),
            _Move.BACK: said("'{new}' is '{key}' again", new=moved.key, key=key) if moved.key else f"'{key}'",
        }
        self.moves[kind] += 1
        named = self.moved.setdefault(kind, [])
        named += [told[kind]] if len(named) < _NAMED else []

    def notes(self, noun: tuple[str, str], title: str, *, dry: bool) -> Iterator[str]:
        """Tell it in sentences; `noun` is what people call a record, and several."""
        for kind, number in sorted(self.moves.items()):
            more = "; …" if number > _NAMED else ""
            yield self._note(kind, noun, title, number, joined([joined(self.moved[kind], "; "), more], ""), dry=dry)
        if self.changed:
            more = "; …" if self.changed > _NAMED else ""
            records = joined([joined(self.changes, "; "), more], "")
            yield self._note(_CHANGED, noun, title, self.changed, records, dry=dry)
        if self.deleted:
            what = _CREATED_AGAIN if self.came_back else _LEFT_SO
            names = ", ".join(self.deletions) + (", …" if self.deleted > _NAMED else "")
            yield self._note(what, noun, title, self.deleted, names, dry=dry)

    def _note(self, kind: str, noun: tuple[str, str], title: str, number: int, records: str, *, dry: bool) -> str:
        one = number == 1
        text = _NOTES[kind][0 if one else 1][dry]
        counted = together("{number:,} {noun}", number=number, noun=said(noun[0] if one else noun[1]))
        return said(str(text), counted=counted, title=said(title), key=self.key, records=records)


_CHANGED, _CREATED_AGAIN, _LEFT_SO = "changed", "created again", "left so"
_NOTES: Mapping[str, tuple[tuple[Said, Said], tuple[Said, Said]]] = {
    _CHANGED: (
        (
            said("{counted} was changed in {title} since sent, and was put back: {records}"),
            said("{counted} was changed in {title} since sent, and would be put back: {records}"),
        ),
        (
            said("{counted} were changed in {title} since sent, and were put back: {records}"),
            said("{counted} were changed in {title} since sent, and would be put back: {records}"),
        ),
    ),
    _CREATED_AGAIN: (
        (
            said("{counted} was deleted in {title} since sent, and was created again: {records}"),
            said("{counted} was deleted in {title} since sent, and would be created again: {records}"),
        ),
        (
            said("{counted} were deleted in {title} since sent, and were created again: {records}"),
            said("{counted} were deleted in {title} since sent, and would be created again: {records}"),
        ),
    ),
    _LEFT_SO: (
        (said("{counted} was deleted in {title} since sent, and left so: {records}"),) * 2,
        (said("{counted} were deleted in {title} since sent, and left so: {records}"),) * 2,
    ),
    _Move.RENAMED: (
        (
            said(
                "{counted} was renamed in {title} by hand, and is kept in step under its new {key} from now on: "
                "{records}"
            ),
            said(
                "{counted} was renamed in {title} by hand, and would be kept in step under its new {key} from now on: "
                "{records}"
            ),
        ),
        (
            said(
                "{counted} were renamed in {title} by hand, and are kept in step under their new {key} from now on: "
                "{records}"
            ),
            said(
                "{counted} were renamed in {title} by hand, and would be kept in step under their new {key} from now "
                "on: {records}"
            ),
        ),
    ),
    _Move.BACK: (
        (
            said("{counted} was renamed in {title} by hand, and was given its own {key} back: {records}"),
            said("{counted} was renamed in {title} by hand, and would be given its own {key} back: {records}"),
        ),
        (
            said("{counted} were renamed in {title} by hand, and were given their own {key} back: {records}"),
            said("{counted} were renamed in {title} by hand, and would be given their own {key} back: {records}"),
        ),
    ),
    _Move.REPLACED: (
        (
            said(
                "{counted} was deleted in {title}, and another was made by hand under its {key}; that is kept in step "
                "instead: {records}"
            ),
            said(
                "{counted} was deleted in {title}, and another was made by hand under its {key}; that would be kept in "
                "step instead: {records}"
            ),
        ),
        (
            said(
                "{counted} were deleted in {title}, and others were made by hand under their {key}; those are kept in "
                "step instead: {records}"
            ),
            said(
                "{counted} were deleted in {title}, and others were made by hand under their {key}; those would be "
                "kept in step instead: {records}"
            ),
        ),
    ),
}
"""What is told of one and of several records: after a run, and in a preview."""


def _theirs(candidate: Candidate) -> str | None:
    """Say what somebody made of the values of a record, ` (colour 'green', name '')`; None for its key alone."""
    before, ours = as_json(dict(candidate.before or {})), as_json(dict(candidate.sent or candidate.change.payload))
    found = [name for name, value in ours.items() if before.get(name) != value]
    theirs = [f"{name} {_short(before.get(name))}" for name in found if name not in (candidate.prepared.renaming or {})]
    if found and not theirs:
        return None
    return f" ({', '.join(theirs)})" if theirs else ""


def _short(value: Any) -> str:
    text = "" if value is None else plainly(value)
    return f"'{text[:_LONGEST]}…'" if len(text) > _LONGEST else f"'{text}'"
