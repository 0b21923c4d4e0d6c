"""Items of which nothing has to be looked at one by one: those that rest, and those that are new to the flow."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence

from pimflow.delivering.diff import Rules
from pimflow.delivering.fingerprints import fingerprints
from pimflow.delivering.intake import ROW, Made, Target
from pimflow.delivering.new_records import NewRecords
from pimflow.many_outcomes import Alike, Untold
from pimflow.model import Change, Status
from pimflow.state.records import RecordKey

Prints = dict[str, dict[str, bytes | None]]
"""Fingerprints by resource and key; None where an item has to be looked at by itself."""


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

    def without_usual(self, made: list[Made], *, some_open: bool, held: bool) -> list[Made]:
        """Count what rests: the target has it as it is. Send the others where all of them are new, or else give them.

        `some_open`: of some records something is open; those are looked at, as is what is `under_way`. `held`: nothing
        is sent yet.
        """
        if not self._possible:
            return made
        prints = _prints(made, self._under_way)
        if some_open:
            self._leave_out_open(prints)
        resting, strange = self._sifted(prints)
        rest = [one for one in made if one.item.key not in resting[one.item.resource]]
        if held or not all(one.item.key in strange[one.item.resource] for one in rest):
            return rest
        for records in _new(rest, prints, self._rules):
            self._under_way.update(records.under_way())
            self._send(records)
        return []

    def _sifted(self, prints: Prints) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
        """Tell what rests, and what was never met."""
        resting: dict[str, set[str]] = {}
        strange: dict[str, set[str]] = {}
        for resource, found in prints.items():
            usual = {key: print_ for key, print_ in found.items() if print_ is not None}
            resting[resource], strange[resource] = self._records.sift(resource, usual, self._rules.run)
            if resting[resource]:
                self._untold.add(Alike(resource, [*resting[resource]], Status.UNCHANGED))
        return resting, strange

    def _leave_out_open(self, prints: Prints) -> None:
        for resource, found in prints.items():
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


def _prints(made: Sequence[Made], under_way: Container[RecordKey]) -> Prints:
    """Give the fingerprints of whole items, each the only one with its key."""
    prints: Prints = {}
    for one, print_ in zip(made, fingerprints([one.item.payload for one in made]), strict=True):
        item = one.item
        found = prints.setdefault(item.resource, {})
        twin = item.key in found
        looked_at = twin or item.problems or one.bad or (item.resource, item.key) in under_way
        found[item.key] = None if looked_at else print_
    return prints
