"""What people changed or deleted in the target since it was sent, as a flow with `diff: target` finds it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pimflow.delivering.diff import Candidate
from pimflow.model import SETTLED, Outcome, Status
from pimflow.plain import as_json
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
            _Move.RENAMED: f"'{key}' is '{moved.key}' there",
            _Move.BACK: f"'{moved.key}' is '{key}' again" if moved.key else f"'{key}'",
        }
        self.moves[kind] += 1
        named = self.moved.setdefault(kind, [])
        named += [told[kind]] if len(named) < _NAMED else []

    def notes(self, noun: tuple[str, str], title: str, *, dry: bool) -> Iterator[str]:
        """Tell it in sentences; `noun` is what people call a record, and several."""
        for kind, number in sorted(self.moves.items()):
            which, more = "; ".join(self.moved[kind]), "; …" if number > _NAMED else ""
            yield f"{_number(number, noun)} {self._moved(kind, title, number, dry=dry)}: {which}{more}"
        if self.changed:
            which, more = "; ".join(self.changes), "; …" if self.changed > _NAMED else ""
            done = f"{_were(self.changed, dry=dry)} put back"
            yield f"{_number(self.changed, noun)} changed in {title} since sent, and {done}: {which}{more}"
        if self.deleted:
            which, more = ", ".join(self.deletions), ", …" if self.deleted > _NAMED else ""
            done = f"{_were(self.deleted, dry=dry)} created again" if self.came_back else "left so"
            yield f"{_number(self.deleted, noun)} deleted in {title} since sent, and {done}: {which}{more}"

    def _moved(self, kind: _Move, title: str, number: int, *, dry: bool) -> str:
        its, that = ("its", "that") if number == 1 else ("their", "those")
        now = "would be" if dry else ("is" if number == 1 else "are")
        if kind is _Move.RENAMED:
            return f"renamed in {title} by hand, and {now} kept in step under {its} new {self.key} from now on"
        if kind is _Move.BACK:
            done = _were(number, dry=dry)
            return f"renamed in {title} by hand, and {done} given {its} own {self.key} back"
        made = "another was made" if number == 1 else "others were made"
        return f"deleted in {title}, and {made} by hand under {its} {self.key}; {that} {now} kept in step instead"


def _were(count: int, *, dry: bool) -> str:
    return "would be" if dry else ("was" if count == 1 else "were")


def _number(count: int, noun: tuple[str, str]) -> str:
    return f"{count:,} {noun[0] if count == 1 else noun[1]} {_were(count, dry=False)}"


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
