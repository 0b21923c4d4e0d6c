"""How the records of a flow stand, for sources that look back on what other flows did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Standing(StrEnum):
    """How a record of a flow stands: still to arrive, there, brought back by another flow, or in need of somebody.

    Withdrawn is one that was told to be kept back, never arrived, and does not come any more.
    """

    WAITING = "waiting"
    SENT = "sent"
    RETURNED = "returned"
    ATTENTION = "attention"
    WITHDRAWN = ""


@dataclass(frozen=True, slots=True)
class RecordStanding:
    """How one record stands: by the id that its source gave it, with its key in the target.

    `reason` says in whole sentences why it is not there, or not as it should be, and what to do; `since` is when that
    was met first.
    """

    id: str
    key: str
    standing: Standing
    reason: str = ""
    since: datetime | None = None


class Ledger(Protocol):
    """What the flows of a pipeline have done so far; the session of a source with `looks_back`."""

    @property
    def now(self) -> str:
        """Where a later look begins, to see what changes from here on."""

    def standings(
        self, flow: str, returned_by: str | None, since: str | None, before: Sequence[str] = ()
    ) -> Iterator[RecordStanding]:
        """Tell how the records of a flow stand, each once: all, or those met since then and those that are open.

        What the flows `before` it keep back is told as well.
        """
