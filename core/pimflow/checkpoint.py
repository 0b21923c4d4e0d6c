"""Where a run that goes group by group stopped, or that it came to the end."""

from __future__ import annotations

from dataclasses import dataclass

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
        return f"{_shown(self.next)} ({self.rows:,} {self.noun[0] if self.rows == 1 else self.noun[1]})"

    def told(self) -> str:
        """Say it in sentences: how many are done, what comes next, what waits for the end."""
        if not self.left:
            return f"By {self.by}: all {self.groups:,} done."
        more = self.left - 1 - len(self.then[:_NAMED])
        later = ", ".join(map(_shown, self.then[:_NAMED])) + (f" and {more:,} more" if more > 0 else "")
        after = f", then {later}" if later else ""
        waits = f" After the last: {', '.join(self.waiting)}." if self.waiting else ""
        return f"By {self.by}: {self.done:,} of {self.groups:,} done. Next: {self.what}{after}.{waits}"


def _shown(name: str) -> str:
    return name if name.startswith("(no ") else f"'{name}'"
