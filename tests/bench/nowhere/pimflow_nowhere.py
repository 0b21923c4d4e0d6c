"""A target that takes everything and keeps nothing, so that what comes before it can be measured."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pimflow import Change, Item, Outcome, Run, Sink, Status, Writer, hookimpl


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


@hookimpl
def pimflow_components():
    return [NowhereSink]
