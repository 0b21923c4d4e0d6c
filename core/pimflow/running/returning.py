"""Rows of a flow that brings records back to where they came from: found by their keys, and written by their ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pimflow.assemble import Flow
from pimflow.context import RunContext
from pimflow.errors import ConfigError
from pimflow.model import Header
from pimflow.rows import Passed, Stopped
from pimflow.running.ledger import FlowLedger
from pimflow.transforming.chain import Chain
from pimflow.words import did_you_mean

Rows = Sequence[Passed | Stopped]


@dataclass(slots=True)
class Returning:
    """Gives each row the id of its record, in the cell at `to`; a row of which the other flow knows nothing goes.

    `key_at` is the place of the key in the source's row. `only` is what a person asked for, by key or id.
    """

    ledger: FlowLedger
    flow: str
    key_at: int
    to: int
    only: frozenset[str]
    dropped: int = 0

    def run(self, results: Iterator[Rows]) -> Iterator[Rows]:
        """Give the rows, chunk by chunk."""
        for chunk in results:
            keyed = [(row, str(key)) for row in chunk if (key := row.source[self.key_at]) is not None]
            found = self.ledger.ids(self.flow, {key for _, key in keyed})
            kept = [self._with_id(row, found[key]) for row, key in keyed if key in found]
            self.dropped += len(chunk) - len(kept)
            yield kept

    def _with_id(self, row: Passed | Stopped, id_: str) -> Passed | Stopped:
        if isinstance(row, Stopped):
            return row
        cells = [*row.result, *[None] * (self.to + 1 - len(row.result))]
        cells[self.to] = id_
        asked = next(iter(self.only & {id_, str(row.source[self.key_at])}), "")
        return Passed(row.row, row.source, cells, asked)


def let_return(context: RunContext, flow: Flow, source_header: Header, chain: Chain) -> None:
    """Add a last stage to the chain of a flow that `returns` what another one brought out.

    Raises ConfigError where the source does not tell under which key the other flow wrote a record.
    """
    if flow.config.returns is None:
        return
    other = next(one for one in context.assembly.flows if one.name == flow.config.returns)
    key = other.config.key or other.sinks[0].key or ""
    if key not in source_header:
        raise ConfigError(
            f"returns: flow {other.name!r} writes records by {key!r}, a column that the source does not have"
            f"{did_you_mean(key, source_header)}"
        )
    column = flow.sinks[0].id or ""
    chain.header = chain.header if column in chain.header else (*chain.header, column)
    ledger = FlowLedger(context.assembly, context.database)
    to = chain.header.index(column)
    returning = Returning(ledger, other.name, source_header.index(key), to, frozenset(context.run.only))
    chain.stages = (*chain.stages, returning)
