"""The source `pimflow.outcomes`: what became of the records of another flow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import Field

from pimflow.components import Source
from pimflow.ledger import Ledger
from pimflow.model import Field as FieldInfo
from pimflow.model import Header, Window

if TYPE_CHECKING:
    import petl

_HEADER: Header = ("id", "key", "standing", "reason", "since")


class Outcomes(Source):
    """How the records of another part of the pipeline stand, to be told where people look: a status in the PIM, say.

    `standing` is `waiting` (it goes by itself), `sent`, `returned` (the flow `returned_by` has brought it back) or
    `attention`; `reason` says then in whole sentences why, and what to do. One that never arrived and does not come any
    more is told once more, with neither. `id` is what the flow's `identity` names,
    `key` the record's key in the target.
    After a complete read the next one gives what was met since, and all that is open.
    """

    type = "pimflow.outcomes"
    identity = "id"
    looks_back = True

    flow: str = Field(description="Name of the flow whose records are told; it has `entity`.")
    before: list[str] = Field(
        [],
        description="Names of flows through which the records go before that one, such as the flow that gives SKUs: "
        "what these keep back is told too.",
    )
    returned_by: str | None = Field(
        None, description="Name of the flow that brings the same records back, under the keys that they got."
    )

    @property
    def title(self) -> str:
        """What a report calls it."""
        return f"what became of {self.flow}"

    def discover(self, session: Any) -> list[FieldInfo]:  # noqa: ARG002 - it needs to ask nobody
        """List the columns; they are always the same."""
        return [FieldInfo(name, "date" if name == "since" else "text") for name in _HEADER]

    def window(self, session: Ledger, cursor: str | None) -> Window:
        """Fix what was met since the cursor: the number of a run."""
        return Window(since=cursor, cursor=session.now)

    def extract(self, session: Ledger, window: Window) -> petl.Table:
        """Give a row for each record."""
        import petl  # noqa: PLC0415 - it takes long to load, and only a run reads

        return petl.wrap(_Rows(self, session, window))


class _Rows:
    """Rows that are made when they are read."""

    def __init__(self, source: Outcomes, ledger: Ledger, window: Window) -> None:
        self._source = source
        self._ledger = ledger
        self._window = window

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        yield _HEADER
        wanted = set(self._window.keys)
        source, since = self._source, self._window.since
        for one in self._ledger.standings(source.flow, source.returned_by, since, source.before):
            if not wanted or wanted & {one.id, one.key}:
                yield one.id, one.key, str(one.standing), one.reason, one.since.isoformat() if one.since else None
