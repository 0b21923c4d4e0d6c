"""What the flows of one run share, and how far one of them came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from pimflow.assemble import Assembly
from pimflow.components import Source
from pimflow.corrections import Corrections
from pimflow.delivering.delivery import MakeLoading
from pimflow.errors import FlowError
from pimflow.log import Mask
from pimflow.model import FlowReport, Run, Status, Window
from pimflow.sessions import Sessions
from pimflow.sinks import Sink
from pimflow.state.database import Database
from pimflow.tally import Tally

Progress = Callable[[str, int, int | None], None]
"""Takes the flow's name, the number of rows with an outcome and the expected number of all, where it is known."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """What the flows of one run share. `number` orders the runs in the state.

    `allowed` are guards that a person lets pass once; `since` is the time from which a person wants changes;
    `corrections` are rows that stand for the source. `group`: the rows are those of one group; `goes_on`: others of the
    same read were brought in this run before. `created_before` counts what other groups may have created.
    `begun` holds how far each flow came that was begun, by name. `tells`: recipients are told, although it is of some
    records only.
    """

    assembly: Assembly
    database: Database
    run: Run
    number: int
    make_loading: MakeLoading
    sessions: Sessions
    progress: Progress
    retry: bool = False
    strict: bool = False
    mask: Mask = field(default=lambda text: text)
    allowed: frozenset[str] = frozenset()
    since: datetime | None = None
    corrections: Corrections | None = None
    group: bool = False
    goes_on: bool = False
    created_before: int = 0
    tallies: list[Tally] = field(default_factory=list)
    stopped: list[FlowReport] = field(default_factory=list)
    begun: dict[str, FlowProgress] = field(default_factory=dict)
    tells: bool = False

    @property
    def is_partial(self) -> bool:
        """Tell whether a person asked for some records only, or these are one group of them."""
        return bool(self.run.only) or self.run.limit is not None or self.corrections is not None or self.group

    def is_full(self, window: Window) -> bool:
        """Tell whether a complete read of the window has met every record of the source."""
        return window.since is None and not self.is_partial

    def address(self, end: Source | Sink) -> str:
        """Give the address of a source or sink, which is that of its connection where it has one."""
        return self.assembly.address(end)

    def created_so_far(self) -> int:
        """Count the records that this run created up to now, in all its flows, and those of other groups."""
        return self.created_before + sum(tally.counts[Status.CREATED] for tally in self.tallies)


@dataclass(slots=True)
class FlowProgress:
    """How far a flow came; becomes its reports. `begun`: its window is fixed; `idle`: there was nothing to read yet."""

    began: float
    window: Window = field(default_factory=Window)
    basis: str | None = None
    notes: list[str] = field(default_factory=list)
    total: int | None = None
    read: int = 0
    dropped: int = 0
    tallies: list[Tally] = field(default_factory=list)
    begun: bool = False
    idle: bool = False
    complete: bool = False
    failure: FlowError | None = None
    error: str = ""
    detail: str = ""
    exit_code: int = 3

    def settled(self) -> int:
        """Count the rows whose outcome is known, at the slowest of the sinks; a row may have several outcomes."""
        outcomes = min((sum(tally.counts.values()) for tally in self.tallies), default=0)
        return min(self.read, self.dropped + outcomes)
