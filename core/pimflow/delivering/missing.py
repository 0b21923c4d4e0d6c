"""Records that the source no longer has: disabled or deleted, after a complete read of everything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pimflow.delivering.delivery import Delivery
from pimflow.delivering.diff import DISABLED, Candidate, Prepared
from pimflow.delivering.following import Reply
from pimflow.delivering.intake import Target
from pimflow.errors import RemoteError
from pimflow.model import SETTLED, Change, Item, Outcome
from pimflow.sentences import Said, said
from pimflow.sinks import Writer
from pimflow.state import open_items
from pimflow.state.changes import Deed, Written
from pimflow.state.database import Database
from pimflow.state.records import RecordKey

_NAMED = 5
_SAMPLES = 20


@dataclass(frozen=True, slots=True)
class _Told:
    """What is told of missing records: that nothing was done, would be done, was done with one, all, some of them."""

    not_done: Said
    planned: Said
    done_one: Said
    done: Said
    partly: Said


_TOLD = {
    "disable": _Told(
        said(
            "{missing}. None was disabled: rows that could not be read as far as their key ({rows}) may be these: "
            "{names}"
        ),
        said("{missing}, and would be disabled: {names}"),
        said("{missing}, and was disabled: {names}"),
        said("{missing}, and were disabled: {names}"),
        said("{missing}, of which {number} were disabled: {names}"),
    ),
    "delete": _Told(
        said(
            "{missing}. None was deleted: rows that could not be read as far as their key ({rows}) may be these: "
            "{names}"
        ),
        said("{missing}, and would be deleted: {names}"),
        said("{missing}, and was deleted: {names}"),
        said("{missing}, and were deleted: {names}"),
        said("{missing}, of which {number} were deleted: {names}"),
    ),
}


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
    told, left = _TOLD[wanted], 0
    if delivery.unidentified:
        text = told.not_done
    elif dry:
        text = told.planned
    else:
        _carry_out(delivery, database)
        left, _ = target.records.unseen(run, 0)
        text = told.partly if left else told.done_one if number == 1 else told.done
    delivery.notes.append(
        said(
            str(text),
            missing=not_met(number),
            rows=delivery.unidentified,
            number=number - left,
            names=_named(keys, number, _SAMPLES if dry and not delivery.unidentified else _NAMED),
        )
    )


def not_met(number: int) -> str:
    """Say how many records a complete read did not meet."""
    if number == 1:
        return said("{number} sent earlier was not in the source this time", number=number)
    return said("{number} sent earlier were not in the source this time", number=number)


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
        title = said(target.sink.title)
        text = said("{title} cannot tell which records exist, so it cannot disable missing ones", title=title)
        raise RemoteError(text) from None
    gone = [record for record in page if record[1] not in there]
    with database.writing() as connection:
        target.records.drop(connection, gone)
    return {record: there[record[1]] for record in page if record[1] in there}


_NONE: frozenset[str] = frozenset()
_NOTHING: Mapping[str, Any] = {}
