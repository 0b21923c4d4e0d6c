"""Records that rest: the target has them as they are, which their fingerprints tell, many at once."""

from __future__ import annotations

from collections.abc import Container, Sequence

from pimflow.delivering.diff import fingerprint
from pimflow.delivering.intake import Made, Target
from pimflow.many_outcomes import Alike, Untold
from pimflow.model import Status
from pimflow.state.records import RecordKey


class Resting:
    """Finds what rests among the items of a sink, before anything else is made of these."""

    def __init__(self, target: Target, untold: Untold) -> None:
        self._records, self._run, self._untold = target.records, target.rules.run, untold
        rules = target.rules
        looked_at = (target.domain, target.identification, rules.once, rules.stamps, rules.against_target)
        self._possible = not target.sink.whole and not any(looked_at) and target.records.count() > 0

    def without(self, made: list[Made], under_way: Container[RecordKey]) -> list[Made]:
        """Give what may have to be sent, and count the others; what is `under_way` does not rest."""
        prints = _prints(made, under_way) if self._possible else {}
        resting = self._records.rest(prints, self._run) if prints else set()
        keys: dict[str, list[str]] = {}
        for resource, key in resting:
            keys.setdefault(resource, []).append(key)
        for resource, of_resource in keys.items():
            self._untold.add(Alike(resource, of_resource, Status.UNCHANGED))
        return [one for one in made if (one.item.resource, one.item.key) not in resting] if resting else made


def _prints(made: Sequence[Made], under_way: Container[RecordKey]) -> dict[RecordKey, bytes]:
    """Give the fingerprints of what may rest: whole items, each the only one with its key."""
    met: set[RecordKey] = set()
    prints: dict[RecordKey, bytes] = {}
    for one in made:
        item = one.item
        record = (item.resource, item.key)
        if record in met:
            prints.pop(record, None)
            continue
        met.add(record)
        if not (item.problems or one.bad or record in under_way or None in item.payload.values()):
            prints[record] = fingerprint(item.payload)
    return prints
