"""Rows that a person asked for by the id of their record: whatever their key is, they are the ones that are meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pimflow.assemble import Flow
from pimflow.context import RunContext
from pimflow.flow_order import id_column
from pimflow.model import Header
from pimflow.rows import Passed, Stopped
from pimflow.transforming.chain import Chain

Rows = Sequence[Passed | Stopped]


@dataclass(slots=True)
class Asked:
    """Notes by which id a row was asked for. `at` is the place of the id in the source's row."""

    at: int
    only: dict[str, str]
    dropped: int = 0

    def run(self, results: Iterator[Rows]) -> Iterator[Rows]:
        """Give the rows, chunk by chunk."""
        for chunk in results:
            yield [self._noted(row) for row in chunk]

    def _noted(self, row: Passed | Stopped) -> Passed | Stopped:
        asked = self.only.get(str(row.source[self.at]).casefold())
        return row if asked is None or row.key or isinstance(row, Stopped) else replace(row, key=asked)


def let_ask(context: RunContext, flow: Flow, source_header: Header, chain: Chain) -> None:
    """Add a stage to the chain where records are known by an id and a person asked for some of them."""
    column = id_column(flow.config, flow.source)
    if context.run.only and flow.config.entity is not None and column in source_header:
        only = {one.casefold(): one for one in context.run.only}
        chain.stages = (*chain.stages, Asked(source_header.index(column), only))
