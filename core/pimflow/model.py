"""What crosses the boundary between the core and its plugins: frozen data, no behaviour to speak of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar

from pimflow.checkpoint import Checkpoint
from pimflow.memories import Memory, ShortMemory
from pimflow.sentences import Text
from pimflow.words import Lead

Header = tuple[str, ...]
Row = Sequence[Any]
RowStep = Callable[[Row], Row | None]
"""One compiled transform: a row in, a row out, or None to drop it."""
Origin = tuple[int, Row]
"""Where a row came from: its number in the source, the first being 1, and what it was there."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a family variant: the root models' first, the variant products' last.

    `axes` are the columns that tell its records apart (none at the root), `columns` those that belong to it.
    """

    axes: tuple[str, ...]
    columns: frozenset[str]


class ProblemKind(StrEnum):
    """The class of a problem."""

    VALUE = "value"
    MISSING = "missing"
    REFERENCE = "reference"
    PERMISSION = "permission"
    DUPLICATE = "duplicate"
    TOO_LARGE = "too large"
    CONNECTION = "connection"
    RATE_LIMIT = "rate limit"


class Who(StrEnum):
    """Who can mend a problem."""

    PRODUCT_MANAGER = "product manager"
    SOURCE_TEAM = "ERP team"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a value or a record could not go on, in words for the product manager.

    `reason` continues the sentence "Colour: Odoo says 'BORD', …": "the PIM has no such option". It names no
    record, so that equal causes are told once with a count. `remedy` is what to do now, as a sentence of its own.
    `detail` (a status, the other side's own words) is for the administrator and is shown apart. `lead` says how the
    sentence begins where it is not so; `effect` what became of those that it names, as in "Neither was updated".
    """

    reason: Text
    kind: ProblemKind = ProblemKind.VALUE
    field: str | None = None
    value: Any = None
    remedy: Text = ""
    who: Who = Who.SOURCE_TEAM
    detail: str = ""
    lead: Lead = Lead.COLUMN
    effect: Text = ""

    def __str__(self) -> str:
        """Give `field: 'value': reason` for logs."""
        found = None if self.value is None else repr(self.value)
        return ": ".join(part for part in (self.field, found, self.reason) if part)


@dataclass(frozen=True, slots=True)
class BadValue:
    """A cell whose value could not be read: it travels in the row in place of the value.

    Later steps carry it along unchanged; before the sink the flow's `on_bad_value` decides whether the cell is
    left out or the record is refused. Where the cell held a list, `items` are its members, the bad ones as BadValues.
    """

    problem: Problem
    items: tuple[Any, ...] = ()

    def __str__(self) -> str:
        """Give the value as it was found."""
        return "" if self.problem.value is None else str(self.problem.value)


@dataclass(frozen=True, slots=True)
class Field:
    """A column that a source offers or a sink takes.

    `hot` marks data that changes all day (stock, current prices) and has no place in a PIM.
    """

    name: str
    type: str
    label: str = ""
    translatable: bool = False
    hot: bool = False
    sample: Any = None


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a source that one run reads: `[since, until)` in the source's own time; no `since` means all.

    `cursor` is opaque to the core: it is kept when the read was complete, and handed to the next `Source.window`.
    `keys` limits the read to these records where the source can; `partition` to a part, in the source's own words. A
    part that comes `last` is read once all others were.
    """

    since: str | None = None
    until: str | None = None
    keys: tuple[str, ...] = ()
    partition: str | None = None
    cursor: str | None = None
    last: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One record for the target: columns with values as the sink's codec made them. None empties, absent ones stay.

    `problems` are values left out of the payload, each with its reason; `others_own` such as nobody has to mend.
    """

    resource: str
    key: str
    payload: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()
    others_own: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """An item that differs from what the flow sent last.

    `known`: this flow has written the record before. `absent`: the target was asked just now, and does not have it.
    `whole`: a value that the target does not take costs the record; otherwise it goes without that value. With a
    `mark` the target gives the key, and that of the item is not one yet: the record is found again by its mark.
    """

    item: Item
    row: int
    known: bool
    fingerprint: bytes
    absent: bool = False
    whole: bool = False
    mark: str = ""

    @property
    def key(self) -> str:
        """The record's key in the target."""
        return self.item.key

    @property
    def resource(self) -> str:
        """What kind of record it is in the target, such as `products`."""
        return self.item.resource

    @property
    def payload(self) -> Mapping[str, Any]:
        """The columns to write."""
        return self.item.payload


class Status(StrEnum):
    """What became of one record."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    WAITING = "waiting"
    FAILED = "failed"
    UNKNOWN = "unknown"


SETTLED = frozenset({Status.CREATED, Status.UPDATED, Status.DELETED, Status.UNCHANGED})
"""The target has the record as it should be, save for values that were left out."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one change. A settled outcome may still tell `problems`: values the target did not take.

    `given` is the key that the target gave to a record that came with a mark, empty where it gave none.
    """

    resource: str
    key: str
    status: Status
    problems: tuple[Problem, ...] = ()
    remote_id: str | None = None
    given: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one pipeline, as plugins see it. `dry` runs write nothing.

    `strict`: it ends with 1 when anything needs attention. `undoes` is the id of a run that it undoes, `corrects` a
    file of corrected rows that it sends, `environment` that of the project in which it works, if that has any, `by` the
    column by whose groups it goes. `memory` is that of the target for which a sink is opened.
    """

    id: str
    pipeline: str
    started: datetime
    full: bool = False
    only: tuple[str, ...] = ()
    limit: int | None = None
    dry: bool = False
    strict: bool = False
    undoes: str = ""
    corrects: str = ""
    environment: str = ""
    by: str = ""
    memory: Memory = field(default_factory=ShortMemory, repr=False, compare=False)
    __pydantic_config__: ClassVar = {"arbitrary_types_allowed": True}  # reports are read again; they have no memory

    @property
    def option(self) -> str:
        """What is added to a command that looks this run up."""
        return f" -e {self.environment}" if self.environment else ""

    @property
    def is_regular(self) -> bool:
        """Tell whether it keeps the target in step: no preview, no undo, not of some records or group by group."""
        return not (self.dry or self.undoes or self.is_of_some or self.by)

    @property
    def is_of_some(self) -> bool:
        """Tell whether it is of some records only, and no other run follows for the rest."""
        return bool(self.only) or self.limit is not None or bool(self.corrects)


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause and the records that it concerns: `keys` are the first of them, `label` names its column for people.

    Where very many values have the same problem, `problem` tells of one and `others` are the next of them. `record`
    names the first record as people know it: `'Sweat, option A' (SKU S-2)`.
    """

    problem: Problem
    status: Status
    count: int
    keys: tuple[str, ...] = ()
    label: Text = ""
    others: tuple[Any, ...] = ()
    record: Text = ""


@dataclass(frozen=True, slots=True)
class FlowReport:
    """What one flow did. `noun` is singular and plural of what it moves; `counts` has a number per status.

    `shared`: other targets of the flow take some of the rows that were read. `part` names the group that it tells of.
    `error_kind` is the class of the problem that stopped it, where that is known; `guard` the one of `guards:` that
    held it back, and that one run may be let pass.
    """

    name: str
    source: Text
    target: Text
    noun: tuple[Text, Text]
    read: int = 0
    dropped: int = 0
    counts: Mapping[Status, int] = field(default_factory=dict)
    attention: int = 0
    causes: tuple[Cause, ...] = ()
    full: bool = True
    complete: bool = True
    error: Text = ""
    detail: str = ""
    notes: tuple[Text, ...] = ()
    seconds: float = 0.0
    exit_code: int = 0
    shared: bool = False
    part: str = ""
    error_kind: ProblemKind | None = None
    guard: str = ""


@dataclass(frozen=True, slots=True)
class RunReport:
    """What one run did, and its exit code. `error` broke it off; `checkpoint`: how far one by groups came."""

    run: Run
    flows: tuple[FlowReport, ...]
    seconds: float
    exit_code: int
    log: str = ""
    error: Text = ""
    checkpoint: Checkpoint | None = None


class Event(StrEnum):
    """What a run can be to those who are told of it, the weightiest first."""

    FAILURE = "failure"
    RECOVERY = "recovery"
    PROBLEMS = "problems"
    SUCCESS = "success"


@dataclass(frozen=True, slots=True)
class Message:
    """What one person or monitor is told of one run: `title` is one line, `text` the report in plain words."""

    event: Event
    title: str
    text: str
    report: RunReport


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks at a page of a plugin: the folder of the project, its environment if it has any, name and language."""

    root: Path
    environment: str
    person: str
    language: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page that a plugin adds to the web UI: `path` is one word for its address, `title` stands in the menu.

    `render` gives what stands below the title, as HTML without scripts or styles: the server allows neither in a page.
    """

    path: str
    title: str
    render: Callable[[Visit], str]
