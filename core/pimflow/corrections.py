"""Rows that a person corrected: they take the place of those kept open, and go their way without the source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import Field

from pimflow.components import Source
from pimflow.delivering.delivery import Delivery
from pimflow.delivering.intake import ROW
from pimflow.model import BadValue, Header, Outcome, Problem, ProblemKind, Row, Status, Who, Window
from pimflow.rows import Chunk, Passed
from pimflow.sentences import said
from pimflow.state import open_items
from pimflow.state.database import Database
from pimflow.state.open_items import DUPLICATE, OpenItem
from pimflow.state.records import RecordKey
from pimflow.transforming.chain import Chain, Steps

_AT_ONCE = 500
Cells = Mapping[str, Any]
"""The corrected cells of one row, by the source's own names."""


class CorrectedRows(Source):
    """Stands for the source of a flow: its columns only, as the rows come out of the state."""

    type = "corrected"
    file: str = Field(description="The file of the corrections, as reports name it.")
    header: tuple[str, ...] = Field(description="The columns of the source.")

    @property
    def title(self) -> str:
        """What a report calls the source."""
        return self.file

    def extract(self, session: None, window: Window) -> Any:  # noqa: ARG002 - nothing is read
        """Give the header."""
        return [self.header]


@dataclass(frozen=True, slots=True)
class Corrections:
    """What a person corrected: flow -> resource and key of an open item -> cells. `columns` are those of the source.

    `left_out` are sentences about what had to be left out.
    """

    file: str
    rows: Mapping[str, Mapping[RecordKey, Cells]]
    columns: Mapping[str, Header]
    left_out: tuple[str, ...] = ()

    def source(self, flow: str) -> CorrectedRows:
        """Give what stands for the source of a flow."""
        return CorrectedRows(file=self.file, header=self.columns[flow])

    def chunks(self, flow: str, chain: Chain, delivery: Delivery, database: Database) -> Iterator[Chunk]:
        """Give the corrected rows of what is open in one sink; those that may not go are told in its report."""
        yield from delivery.kept_open(self._items(flow, chain, delivery, database))

    def notes(self, flow: str) -> Iterator[str]:
        """Say what a person has to know beside what became of the records."""
        yield said(
            "The rows of {file} took the place of those kept open. "
            "Correct these values at the source too, or what it gives next takes their place again.",
            file=str(self.file),
        )
        if flow == next(iter(self.rows)):
            yield from self.left_out

    def _items(self, flow: str, chain: Chain, delivery: Delivery, database: Database) -> Iterator[OpenItem]:
        may_go = _Keys(chain, self.columns[flow], delivery, database)
        keys = list(self.rows[flow])
        for start in range(0, len(keys), _AT_ONCE):
            scope = delivery.target.records.scope
            found = open_items.of_keys(database, scope, keys[start : start + _AT_ONCE])
            for record, item in found.items():
                new = replace(item, source_row={**item.source_row, **self.rows[flow][record]})
                problem = may_go.problem(new)
                if problem is None:
                    yield new
                else:
                    key = open_items.plain_key(item.key, item.row) or open_items.shown_key(item.key)
                    delivery.tell([Outcome(item.resource, key, Status.REFUSED, (problem,))])


class _Keys:
    """Looks at the keys that corrected rows have behind the transforms."""

    def __init__(self, chain: Chain, columns: Header, delivery: Delivery, database: Database) -> None:
        steps = (Steps(stage.steps) for stage in chain.stages if isinstance(stage, Steps))
        self._chain = Chain(chain.header, tuple(steps))  # its own, so that the run's counts nothing twice
        self._columns = columns
        self._name = delivery.target.key
        self._place = chain.header.index(self._name) if self._name in chain.header else None
        self._scope, self._database = delivery.target.records.scope, database

    def problem(self, item: OpenItem) -> Problem | None:
        """Say why a row may not go: it would make another record, or change one that belongs to another row."""
        old, new = open_items.plain_key(item.key, item.row), self._key(item)
        is_same = new in {None, old}
        if item.resource == DUPLICATE:
            return self._of_another_row(old) if is_same else None
        resource = None if item.resource == ROW else item.resource
        has_settled = not is_same and open_items.has_settled(self._database, self._scope, old, resource)
        return self._second_record(old, new) if has_settled else None

    def _of_another_row(self, key: str) -> Problem:
        remedy = said("Give this row a key of its own, or archive one of the two at the source.")
        return Problem(said("which another row has too"), ProblemKind.DUPLICATE, self._name, key, remedy)

    def _second_record(self, old: str, new: str | None) -> Problem:
        reason = said("and the record has arrived as '{key}': this would make a second one", key=old)
        remedy = said("Put '{key}' back. A record gets another key at the source.", key=old)
        return Problem(reason, ProblemKind.DUPLICATE, self._name, new, remedy, Who.PRODUCT_MANAGER)

    def _key(self, item: OpenItem) -> str | None:
        """Give the key that a row has; None where it has none, or does not come so far."""
        row: Row = [item.source_row.get(name) for name in self._columns]
        results = [one for chunk in self._chain.run([Chunk([item.row], [row])]) for one in chunk]
        if self._place is None or len(results) != 1 or not isinstance(results[0], Passed):
            return None
        value = results[0].result[self._place]
        return None if value is None or isinstance(value, BadValue) else str(value) or None
