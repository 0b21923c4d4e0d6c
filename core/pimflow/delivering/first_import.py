"""The demand of a first import: before a flow creates records beside others, somebody sees whether they are there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pimflow.chunks import chunked
from pimflow.configuration.forms import FlowConfig
from pimflow.errors import GuardError
from pimflow.model import Item
from pimflow.sentences import said
from pimflow.sinks import Sink, Writer
from pimflow.state.database import Database
from pimflow.state.links import Links, known_there
from pimflow.state.records import Records

_WAYS_OUT = (
    "The guard is `first_import`. `pimflow match` tells which are the same; once that is settled the flow runs. If all "
    "are to be created, let one run pass with `--allow first_import`."
)
_SAMPLES = 20


@dataclass(frozen=True, slots=True)
class FirstImport:
    """A flow that never wrote into a target that has records; `strangers` are those that no flow has sent there."""

    flow: str
    sink: Sink
    writer: Writer
    strangers: int

    def check(self, held: Iterable[Item]) -> None:
        """Hold the flow back where it would create records beside ones that it does not name.

        Raises GuardError with the first that it would create.
        """
        there, new, samples = 0, 0, list[str]()
        for items in _batches(held, self.sink.batch_size):
            found = self.writer.current(items[0].resource, [item.key for item in items], ())
            missing = [item for item in items if item.key not in found]
            elsewhere = self.writer.meant(missing) if missing else {}
            created = [item.key for item in missing if item.key not in elsewhere]
            there += len(found) + sum(bool(key) for key in elsewhere.values())
            new += len(created)
            samples += created[: _SAMPLES - len(samples)]
        if new and there < self.strangers:
            raise GuardError(self._told(there, new), detail=_WAYS_OUT, samples=tuple(samples), guard="first_import")

    def _told(self, there: int, new: int) -> str:
        noun = self.sink.noun[0] if self.strangers == 1 else self.sink.noun[1]
        return said(
            "{flow} was never imported into {title}, which has {strangers:,} {nouns} of others: what comes names "
            "{there:,} of them, and would create {new:,} new. Some of these may be there under another spelling. "
            "Nothing was written. Your administrator can find out which, or have all of them created; then it goes on",
            flow=self.flow,
            title=said(self.sink.title),
            strangers=self.strangers,
            nouns=said(noun),
            there=there,
            new=new,
        )


def first_import(
    config: FlowConfig, flow: str, sink: Sink, writer: Writer, records: Records, place: tuple[str, str]
) -> FirstImport | None:
    """Give the demand of a flow, where there is one: a record was never sent, and the target is not empty."""
    if not sink.matches or config.mode == "update" or config.guards.first_import == "allow":
        return None
    database: Database = records.database
    if records.count() or Links(database, records.scope).matched:
        return None
    strangers = writer.count() - known_there(database, *place)
    return FirstImport(flow, sink, writer, strangers) if strangers > 0 else None


def _batches(held: Iterable[Item], size: int) -> Iterator[Sequence[Item]]:
    for chunk in chunked(held, size):
        for resource in dict.fromkeys(item.resource for item in chunk):
            yield [item for item in chunk if item.resource == resource]
