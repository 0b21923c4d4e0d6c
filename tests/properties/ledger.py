"""A source that changes, a target that fails, and what must be true of the two: written apart from the engine's code.

Times are years, because the shop's source begins to read at the year of a time that a person gives.
"""

from collections import Counter
from dataclasses import dataclass, replace

from shop_in_memory import Shop

from pimflow.errors import AccessError, UnreachableError
from pimflow.model import SETTLED, BadValue, Outcome, Problem, ProblemKind, Status

OVERLAP = 1
"""Years that a read begins before its cursor: what is committed late is stamped at most so long before."""

FORBIDDEN = "forbidden"
"""A name for which the writer refuses the row."""

UNREADABLE = "?"
"""A colour that the source cannot read."""

UNKNOWN = "BORD"
"""A colour that the writer leaves out."""

HEADER = ("sku", "name", "colour", "parent")


@dataclass(frozen=True)
class Row:
    """A record of the source, and when it was changed."""

    sku: str
    name: str
    colour: str
    parent: str
    stamp: int

    @property
    def cells(self):
        colour = (
            BadValue(Problem("which cannot be read", value=UNREADABLE)) if self.colour == UNREADABLE else self.colour
        )
        return (self.sku, self.name, colour, self.parent)

    @property
    def wanted(self):
        """What the target must have of it: the filled columns whose value is good."""
        told = {"sku": self.sku, "name": self.name, "colour": self.colour, "parent": self.parent}
        return {name: value for name, value in told.items() if value and value not in {UNREADABLE, UNKNOWN}}

    @property
    def emptied(self):
        """What must be empty, where empty cells erase: values sent earlier do not stay."""
        cells = {"name": self.name, "colour": self.colour, "parent": self.parent}
        return {name: None for name, value in cells.items() if not value}

    @property
    def is_whole(self):
        return self.colour not in {UNREADABLE, UNKNOWN}


class Source:
    """The records by their own number, the order in which they are read, and the clock of their system."""

    def __init__(self, shop):
        self.shop = shop
        self.rows = {}
        self.breaks_after = None
        self.given = []
        shop.tables["products"] = self.read

    def read(self):
        """Give what the last window asks for, beginning OVERLAP before it."""
        since = self.shop.windows[-1].since
        self.given = [row for _, row in sorted(self.rows.items()) if since is None or row.stamp >= int(since) - OVERLAP]
        yield HEADER
        for number, row in enumerate(self.given):
            if number == self.breaks_after:
                raise UnreachableError("the shelf is gone")
            yield row.cells

    def by_key(self):
        found = {}
        for _, row in sorted(self.rows.items()):
            found.setdefault(row.sku, []).append(row)
        return found


class FickleShop(Shop):
    """A shop that refuses some names, lacks some colours, and whose batches meet faults by their number in a run."""

    def __init__(self):
        super().__init__()
        self.refused_names = set()
        self.lacking_colours = set()
        self.faults = {}
        self.batch = 0
        self.settled = {}
        self.unsure = set()
        self.disabling = []
        self.disabled = set()
        self.needless = []
        self.excused = set()
        self.kept_once = frozenset()

    def begin(self, faults, excused):
        """Begin a run. Keys that are `excused` may be sent again although nothing changed."""
        self.faults, self.batch, self.disabling = faults, 0, []
        self.needless, self.excused = [], excused
        self.deleted = []
        self.batches = []

    def load(self, batch):
        with self.lock:
            self.batch += 1
            fault = self.faults.get(self.batch)
            self._judge(batch)
        if fault == "before":
            raise UnreachableError("no answer")
        answers = list(super().load(batch))
        if fault == "after":
            raise UnreachableError("the answer was lost")
        if fault == "silence":
            return answers[::2] if len(answers) > 1 else []
        if fault == "fatal":
            raise AccessError("no rights")
        if fault == "defect":
            raise KeyError("a mistake in the plugin")
        with self.lock:
            self._note(batch, answers)
        return answers

    def _judge(self, batch):
        """Find what is sent although the target has just that, and nobody has reason to doubt it."""
        for change in batch:
            sent = self._plain(change.payload)
            if change.payload == {"enabled": False}:
                self.disabling.append(change.key)
            elif sent == self.settled.get(change.key) and change.key not in self.unsure | self.excused:
                record = self.records.get((change.resource, change.key), {})
                if not any(name in change.payload and name not in record for name in self.kept_once):
                    self.needless.append((change.key, sent))
            self.unsure.add(change.key)

    def _plain(self, payload):
        return {name: value for name, value in payload.items() if name not in {"enabled", *self.kept_once}}

    def _note(self, batch, answers):
        """Remember what settled: whoever was told so needs no second call."""
        status = {answer.key: answer for answer in answers}
        for change in batch:
            answer = status[change.key]
            if answer.status in SETTLED and not answer.problems:
                self.unsure.discard(change.key)
            if answer.status in SETTLED and change.payload != {"enabled": False}:
                self.settled[change.key] = self._plain(change.payload)

    def answer(self, change, scripted):
        if change.payload.get("name") in self.refused_names:
            problem = Problem("nobody may be called so today", field="name", value=change.payload["name"])
            return Outcome(change.resource, change.key, Status.REFUSED, (problem,))
        record = self.records.get((change.resource, change.key))
        if record is not None:
            assert all(record.get(name) is None for name in self.kept_once & change.payload.keys()), "once is once"
        if change.payload.get("enabled") is not None and record is not None:
            (self.disabled.discard if change.payload["enabled"] else self.disabled.add)(change.key)
        colour = change.payload.get("colour")
        if colour in self.lacking_colours:
            problem = Problem("the shop has no such colour", ProblemKind.REFERENCE, "colour", colour)
            payload = {name: value for name, value in change.payload.items() if name != "colour"}
            change, scripted = replace(change, item=replace(change.item, payload=payload)), (problem,)
        return super().answer(change, scripted)


def contested(source):
    """Name the keys that several rows have now."""
    return {key for key, number in Counter(row.sku for row in source.rows.values()).items() if number > 1 and key}
