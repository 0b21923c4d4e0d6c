"""A target that takes everything and keeps nothing, so that what comes before it can be measured; also a slow one.

What is slow waits for a time, as for a system that is far away, for each page of rows.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Any

from pimflow import (
    Change,
    Item,
    LazyTable,
    Outcome,
    Run,
    Sink,
    Source,
    Status,
    Transform,
    Window,
    Writer,
    hookimpl,
)

PAGE = 100


class NowhereSink(Sink):
    """Takes every record; its columns are remembered as those of any target are."""

    type = "nowhere.products"
    key = "identifier"
    batch_size = 1000

    def open(self, session: None, run: Run) -> Writer:  # noqa: ARG002 - there is nothing to open
        return NowhereWriter()


class NowhereWriter(Writer):
    def prepare(self, row: Mapping[str, Any]) -> Iterable[Item]:
        return (Item("products", row["identifier"], row),)

    def load(self, batch: Sequence[Change]) -> Iterable[Outcome]:
        return [
            Outcome(change.resource, change.key, Status.UPDATED if change.known else Status.CREATED) for change in batch
        ]


class SlowSource(Source):
    """Gives so many pages, each after a time."""

    type = "nowhere.pages"
    pages: int
    seconds: float

    def extract(self, session: None, window: Window) -> LazyTable:  # noqa: ARG002 - it gives all
        return LazyTable(self._rows)

    def _rows(self):
        yield ("identifier", "name")
        for page in range(self.pages):
            time.sleep(self.seconds)
            for number in range(page * PAGE, (page + 1) * PAGE):
                yield (f"P-{number}", f"Product {number}")


class SlowTransform(Transform):
    """Lets rows pass, each page after a time."""

    type = "nowhere.pass"
    seconds: float

    def compile(self, header, knows):  # noqa: ARG002 - the target is not asked
        met = count(1)

        def step(row):
            if next(met) % PAGE == 0:
                time.sleep(self.seconds)
            return row

        return header, step


class SlowSink(NowhereSink):
    """Takes a page after a time, one after the other."""

    type = "nowhere.slowly"
    batch_size = PAGE
    seconds: float

    def open(self, session: None, run: Run) -> Writer:  # noqa: ARG002 - there is nothing to open
        return SlowWriter(self.seconds)


class SlowWriter(NowhereWriter):
    def __init__(self, seconds):
        self._seconds = seconds

    def load(self, batch: Sequence[Change]) -> Iterable[Outcome]:
        time.sleep(self._seconds)
        return super().load(batch)


@hookimpl
def pimflow_components():
    return [NowhereSink, SlowSource, SlowTransform, SlowSink]
