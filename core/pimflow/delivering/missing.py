"""Records that the source no longer has: disabled or deleted, after a complete read of everything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pimflow.delivering.delivery import Delivery
from pimflow.delivering.diff import DISABLED, Candidate, Prepared
from pimflow.delivering.following import Reply
from pimflow.delivering.intake import Target
from pimflow.errors import RemoteError
from pimflow.model import SETTLED, Change, Item, Outcome
from pimflow.sinks import Writer
from pimflow.state import open_items
from pimflow.state.changes import Deed, Written
from pimflow.state.database import Database
from pimflow.state.records import RecordKey

_NAMED = 5
_SAMPLES = 20
_DONE = {"disable": "disabled", "delete": "deleted"}


class Deleting(Writer):
    """Stands where a writer stands for a loader, and deletes what it is given."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def load(self, batch: Sequence[Change]) -> Iterable[Outcome]:
        """Delete a batch."""
        return self._writer.delete(batch[0].resource, [change.key for change in batch])


def settle_missing(delivery: Delivery, database: Database, *, dry: bool) -> None:
    """Do what the flow says with records that this run did not meet. Raises FlowError.

    Where a row could not be read as far as its key, it may be any of them: nothing is done then.
    """
    target = delivery.target
    wanted, run = target.config.on_missing, target.rules.run
    number, keys = target.records.unseen(run, _SAMPLES)
    if wanted in {"report", "ignore"} or not number:
        return
    were = "was" if number == 1 else "were"
    said = f"{number} sent earlier {were} not in the source this time"
    if delivery.unidentified:
        delivery.notes.append(
            f"{said}. None was {_DONE[wanted]}: rows that could not be read as far as their key "
            f"({delivery.unidentified}) may be these: {_named(keys, number, _NAMED)}"
        )
    elif dry:
        delivery.notes.append(f"{said}, and would be {_DONE[wanted]}: {_named(keys, number, _SAMPLES)}")
    else:
        _carry_out(delivery, database)
        left, _ = target.records.unseen(run, 0)
        done = f"and {were}" if not left else f"of which {number - left} were"
        delivery.notes.append(f"{said}, {done} {_DONE[wanted]}: {_named(keys, number, _NAMED)}")


def _named(keys: Sequence[str], number: int, most: int) -> str:
    return ", ".join(keys[:most]) + (", …" if number > most else "")


def _carry_out(delivery: Delivery, database: Database) -> None:
    target = delivery.target
    deletes = target.config.on_missing == "delete"
    writer = Deleting(target.writer) if deletes else target.writer
    payload = {} if deletes else {target.sink.enabled or "": False}

    def settle(replies: Sequence[Reply]) -> None:
        settled = [c for c, outcome in replies if outcome.status in SETTLED]
        done = [c.prepared.record for c in settled]
        with database.writing() as connection:
            if target.rules.history:
                deed = Deed.DELETED if deletes else Deed.UPDATED
                written = [Written(*c.prepared.record, deed, payload, c.before) for c in settled]
                delivery.changes.keep(connection, written, target.rules.run)
            if deletes:
                target.records.drop(connection, done)
            else:
                target.records.retire(connection, done, DISABLED)
            open_items.close(connection, target.records.scope, done)
        delivery.tell([outcome for _, outcome in replies])

    with delivery.second_loading(writer, settle) as loading:
        for page in target.records.unseen_pages(target.rules.run, target.sink.batch_size):
            there = dict.fromkeys(page, _NOTHING) if deletes else _still_there(target, database, page)
            for (resource, key), before in there.items():
                item = Item(resource, key, payload)
                change = Change(item, 0, known=True, fingerprint=b"")
                loading.put(Candidate(Prepared(0, (), item), change, {}, _NONE, before=before))
            loading.drain()
        loading.finish()


def _still_there(
    target: Target, database: Database, page: Sequence[RecordKey]
) -> Mapping[RecordKey, Mapping[str, Any]]:
    """Leave out, and forget, what somebody removed from the target: disabling it would create it again."""
    resource = page[0][0]
    keys = [key for _, key in page]
    try:
        target.writer.moved(resource, keys)  # so that what has another key there is found all the same
        there = target.writer.current(resource, keys, [target.sink.enabled or ""])
    except NotImplementedError:
        title = target.sink.title
        raise RemoteError(f"{title} cannot tell which records exist, so it cannot disable missing ones") from None
    gone = [record for record in page if record[1] not in there]
    with database.writing() as connection:
        target.records.drop(connection, gone)
    return {record: there[record[1]] for record in page if record[1] in there}


_NONE: frozenset[str] = frozenset()
_NOTHING: Mapping[str, Any] = {}
