"""Where a run that goes group by group stopped, or that it came to the end."""

from __future__ import annotations

from dataclasses import dataclass

from pimflow.sentences import joined, said, together

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a run by a column came: `done` of `groups` are through, those of earlier runs too.

    `next` is the group to come, with the `rows` that it has and what people call them (`noun`); it is empty where none
    is left. `then` are the first of those after it, `waiting` the flows that run when all are through.
    """

    by: str
    done: int
    groups: int
    next: str = ""
    rows: int = 0
    noun: tuple[str, str] = ("row", "rows")
    then: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()

    @property
    def left(self) -> int:
        """How many groups are left."""
        return self.groups - self.done

    @property
    def what(self) -> str:
        """Say what the next group is: `'mugs' (120 products)`."""
        noun = said(self.noun[0] if self.rows == 1 else self.noun[1])
        return together("{group} ({rows:,} {noun})", group=_shown(self.next), rows=self.rows, noun=noun)

    def told(self) -> str:
        """Say it in sentences: how many are done, what comes next, what waits for the end."""
        if not self.left:
            return said("By {column}: all {groups:,} done.", column=self.by, groups=self.groups)
        numbers = {"column": self.by, "done": self.done, "groups": self.groups, "next": self._next()}
        text = said("By {column}: {done:,} of {groups:,} done. Next: {next}.", **numbers)
        last = said("After the last: {flows}.", flows=", ".join(self.waiting)) if self.waiting else ""
        return joined([text, last])

    def _next(self) -> str:
        more, names = self.left - 1 - len(self.then[:_NAMED]), ", ".join(map(_shown, self.then[:_NAMED]))
        if not names and more <= 0:
            return self.what
        if more <= 0:
            return said("{what}, then {groups}", what=self.what, groups=names)
        return said("{what}, then {groups} and {more:,} more", what=self.what, groups=names, more=more)


def _shown(name: str) -> str:
    return name if name.startswith("(no ") else f"'{name}'"
