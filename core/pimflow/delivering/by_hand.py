"""What people changed or deleted in the target since it was sent, as a flow with `diff: target` finds it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pimflow.delivering.diff import Candidate
from pimflow.model import Outcome, Status
from pimflow.plain import as_json

_NAMED = 20
_LONGEST = 40


@dataclass(slots=True)
class ByHand:
    """Counts what people did in the target, and keeps the first of it; `pimflow explain` tells the rest."""

    changed: int = 0
    deleted: int = 0
    came_back: int = 0
    changes: list[str] = field(default_factory=list)
    deletions: list[str] = field(default_factory=list)

    def see(self, candidate: Candidate, outcome: Outcome) -> None:
        """Take note of one record whose outcome is final."""
        if candidate.deleted:
            self.deleted += 1
            self.came_back += outcome.status is Status.CREATED
            self.deletions += [candidate.change.key] if len(self.deletions) < _NAMED else []
        elif candidate.resting and outcome.status is Status.UPDATED:
            self.changed += 1
            self.changes += [_told(candidate)] if len(self.changes) < _NAMED else []

    def notes(self, noun: tuple[str, str], title: str, *, dry: bool) -> Iterator[str]:
        """Tell it in sentences; `noun` is what people call a record, and several."""
        if self.changed:
            which, more = "; ".join(self.changes), "; …" if self.changed > _NAMED else ""
            done = f"{_were(self.changed, dry=dry)} put back"
            yield f"{_number(self.changed, noun)} changed in {title} since sent, and {done}: {which}{more}"
        if self.deleted:
            which, more = ", ".join(self.deletions), ", …" if self.deleted > _NAMED else ""
            done = f"{_were(self.deleted, dry=dry)} created again" if self.came_back else "left so"
            yield f"{_number(self.deleted, noun)} deleted in {title} since sent, and {done}: {which}{more}"


def _were(count: int, *, dry: bool) -> str:
    return "would be" if dry else ("was" if count == 1 else "were")


def _number(count: int, noun: tuple[str, str]) -> str:
    return f"{count:,} {noun[0] if count == 1 else noun[1]} {_were(count, dry=False)}"


def _told(candidate: Candidate) -> str:
    """Name a record with what somebody made of its values: `MUG-1 (colour 'green', name '')`."""
    before, ours = as_json(dict(candidate.before or {})), as_json(dict(candidate.sent or candidate.change.payload))
    theirs = [f"{name} {_short(before.get(name))}" for name, value in ours.items() if before.get(name) != value]
    return f"{candidate.change.key} ({', '.join(theirs)})" if theirs else candidate.change.key


def _short(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{text[:_LONGEST]}…'" if len(text) > _LONGEST else f"'{text}'"
