"""Items of which nothing has to be looked at one by one: those that rest, and those that are new to the flow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pimflow.delivering.diff import Rules, Verdict
from pimflow.delivering.fingerprints import fingerprints
from pimflow.delivering.intake import ROW, Intake, Made, Target
from pimflow.delivering.new_records import NewRecords
from pimflow.many_outcomes import Alike, Untold
from pimflow.model import Change, Status
from pimflow.rows import CHUNK_ROWS, Carried, Passed, Stopped
from pimflow.state.records import RecordKey

Prints = dict[str, dict[str, bytes | None]]
"""Fingerprints by resource and key; None where an item has to be looked at by itself."""


@dataclass(slots=True)
class Ready:
    """What was made of some rows, of which so many were stopped before.

    `prints` has fingerprints of the whole items, each the only one with its key; it stays empty without `usual`.
    """

    usual: bool
    rows: int = 0
    stopped: int = 0
    made: list[Made] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    prints: Prints = field(default_factory=dict)

    def add(self, rows: Sequence[Passed | Stopped], intake: Intake) -> None:
        """Make the items of rows, and what else there is to know of them, while they are at hand."""
        found = [*intake.made(rows)]
        made = [one for one in found if isinstance(one, Made)]
        self.rows += len(rows)
        self.stopped += 0 if isinstance(rows, Carried) else sum(isinstance(row, Stopped) for row in rows)
        self.made += made
        self.verdicts += [one for one in found if isinstance(one, Verdict)]
        if self.usual:
            self._print(made)

    def _print(self, made: Sequence[Made]) -> None:
        for one, print_ in zip(made, fingerprints([one.item.payload for one in made]), strict=True):
            item = one.item
            found = self.prints.setdefault(item.resource, {})
            looked_at = item.key in found or item.problems or one.bad
            found[item.key] = None if looked_at else print_


class Sifting:
    """Takes items of a sink apart, a chunk at a time, before anything else is made of them."""

    def __init__(
        self,
        target: Target,
        untold: Untold,
        under_way: dict[RecordKey, int],
        send: Callable[[NewRecords], None],
    ) -> None:
        self._records, self._rules = target.records, target.rules
        self._untold, self._under_way, self._send = untold, under_way, send
        rules = target.rules
        looked_at = (target.domain, target.identification, rules.once, rules.stamps, rules.against_target)
        self._possible = not target.sink.whole and not any(looked_at)

    def readied(self, results: Iterable[Sequence[Passed | Stopped]], intake: Intake, *, again: bool) -> Iterator[Ready]:
        """Make items of rows while they are at hand, and give them about a thousand at a time, once more at the end.

        Rows that come `again` are all looked at.
        """
        ready = Ready(self._possible and not again)
        for rows in results:
            ready.add(rows, intake)
            if ready.rows >= CHUNK_ROWS:
                yield ready
                ready = Ready(ready.usual)
        yield ready

    def without_usual(self, ready: Ready, *, some_open: bool, held: bool) -> list[Made]:
        """Count what rests: the target has it as it is. Send the others where all of them are new, or else give them.

        `some_open`: of some records something is open; those are looked at, as is what is under way. `held`: nothing
        is sent yet.
        """
        if not ready.usual:
            return ready.made
        self._leave_out(ready.prints, some_open=some_open)
        resting, strange = self._sifted(ready.prints)
        if sum(map(len, resting.values())) == len(ready.made):
            return []
        rest = [one for one in ready.made if one.item.key not in resting[one.item.resource]]
        if held or not all(one.item.key in strange[one.item.resource] for one in rest):
            return rest
        for records in _new(rest, ready.prints, self._rules):
            self._under_way.update(records.under_way())
            self._send(records)
        return []

    def _sifted(self, prints: Prints) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
        """Tell what rests, and what was never met."""
        resting: dict[str, set[str]] = {}
        strange: dict[str, set[str]] = {}
        for resource, found in prints.items():
            usual = {key: print_ for key, print_ in found.items() if print_ is not None}
            same, strange[resource] = self._records.sift(resource, usual, self._rules.run)
            resting[resource] = set(same)
            if same:
                self._untold.add(Alike(resource, same, Status.UNCHANGED))
        return resting, strange

    def _leave_out(self, prints: Prints, *, some_open: bool) -> None:
        for resource, key in self._under_way:
            if key in prints.get(resource, ()):
                prints[resource][key] = None
        for resource, found in prints.items() if some_open else ():
            for kind in (resource, ROW):
                found.update(dict.fromkeys(self._records.open_among(kind, [*found])))


def _new(made: Sequence[Made], prints: Prints, rules: Rules) -> Iterator[NewRecords]:
    by_resource = dict[str, list[Made]]()
    for one in made:
        by_resource.setdefault(one.item.resource, []).append(one)
    for resource, some in by_resource.items():
        found, whole = prints[resource], rules.refuse_bad_values
        changes = [Change(one.item, one.row, False, found[one.item.key] or b"", False, whole) for one in some]
        yield NewRecords(changes, [one.source for one in some], rules)
