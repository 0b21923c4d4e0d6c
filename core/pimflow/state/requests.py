"""Runs that a server was asked for, by people, by the clock and by events: who asked, when, and what became of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from pimflow.plain import to_json, to_kept_json
from pimflow.sentences import Said, said, together, understood
from pimflow.state.database import Database
from pimflow.state.server_tables import requests

_BEGIN = '{"said":'
WAITING, RUNNING, ENDED = "waiting", "running", "ended"
KILLED = "Broken off:"
"""What is told of a run whose process, or server, was killed begins so."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for. `kind` is changes, everything, only, retry, preview or apply.

    `keys` are those of `only`, `retry` and a preview of some; `plan` is the number of the preview that is applied;
    `allow` names guards that may be passed this once; `full` is for a preview of everything; `confirm` names the
    production that may be written for the first time. `cause` is person, schedule, event or restart.
    """

    pipeline: str
    kind: str
    asked_by: str
    cause: str = "person"
    keys: tuple[str, ...] = ()
    plan: int | None = None
    allow: tuple[str, ...] = ()
    confirm: str = ""
    full: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """A run that was asked for. `status` is waiting, running or ended; `told` says what people should know of it.

    `server` is the one that took it on, `stopped` who had it stopped, `due` the time before which it is not begun.
    """

    number: int
    wish: Wish
    asked: datetime
    status: str
    server: str = ""
    due: datetime | None = None
    stopped: str = ""
    begun: datetime | None = None
    ended: datetime | None = None
    run: str | None = None
    exit_code: int | None = None
    told: str = ""

    @property
    def pipeline(self) -> str:
        """The name of the pipeline."""
        return self.wish.pipeline

    @property
    def kind(self) -> str:
        """What was asked for."""
        return self.wish.kind

    @property
    def was_killed(self) -> bool:
        """Tell whether its process, or its server, was killed."""
        return self.status == ENDED and self.told.startswith(KILLED)


def add(database: Database, wish: Wish, now: datetime, *, once: bool = False, told: str = "") -> Request:
    """Keep what somebody asks for. `once`: where the same is waiting already, that one is given instead."""
    with database.writing() as connection:
        if once:
            for row in connection.execute(_of(requests.c.status == WAITING, requests.c.pipeline == wish.pipeline)):
                if _covers(_request(row).wish, wish):
                    return _request(row)
        return _put(connection, wish, now, told=told)


def gather(connection: Connection, wish: Wish, now: datetime, due: datetime, most: int) -> None:
    """Within the caller's transaction: add the keys of an event to a run that waits because of others, or ask for one.

    One of more keys than `most` becomes a run of all changes, which takes fewer calls.
    """
    waits = (requests.c.status == WAITING, requests.c.pipeline == wish.pipeline, requests.c.cause == wish.cause)
    waiting = [_request(row) for row in connection.execute(_of(*waits, requests.c.kind.in_(["only", "changes"])))]
    if any(one.kind == "changes" for one in waiting):
        return
    keys = tuple(dict.fromkeys(key for one in (*(there.wish for there in waiting), wish) for key in one.keys))
    few = wish.kind == "only" and len(keys) <= most
    wanted = replace(wish, kind="only" if few else "changes", keys=keys if few else ())
    if waiting:
        same = requests.c.number == waiting[0].number
        connection.execute(requests.update().where(same).values(_stored(wanted)))
    else:
        _put(connection, wanted, now, due.isoformat())


def _put(connection: Connection, wish: Wish, now: datetime, due: str | None = None, told: str = "") -> Request:
    values = {**_stored(wish), "asked": now.isoformat(), "status": WAITING, "server": "", "stopped": ""}
    values |= {"told": _kept(told), "due": due}
    return _request(connection.execute(requests.insert().values(values).returning(requests)).one())


def find(database: Database, number: int) -> Request | None:
    """Give the request of this number."""
    with database.reading() as connection:
        row = connection.execute(_of(requests.c.number == number)).first()
        return _request(row) if row else None


def latest(database: Database, pipeline: str | None, limit: int, before: int | None = None) -> list[Request]:
    """Give the latest requests, of one pipeline or all, the latest first; with `before` those with lower numbers."""
    query = _of(*([] if pipeline is None else [requests.c.pipeline == pipeline]))
    query = query if before is None else query.where(requests.c.number < before)
    with database.reading() as connection:
        return [_request(row) for row in connection.execute(query.order_by(requests.c.number.desc()).limit(limit))]


def open_ones(database: Database) -> list[Request]:
    """Give what waits and what runs, in the order in which it was asked for."""
    query = _of(requests.c.status.in_([WAITING, RUNNING])).order_by(requests.c.number)
    with database.reading() as connection:
        return [_request(row) for row in connection.execute(query)]


def of_runs(database: Database, runs: Collection[str]) -> dict[str, Request]:
    """Give the requests that led to these runs, by run."""
    with database.reading() as connection:
        found = connection.execute(_of(requests.c.run.in_(sorted(runs))))
        return {row.run: _request(row) for row in found}


def claim(database: Database, number: int, server: str, now: datetime) -> Request | None:
    """Take a waiting request on and give it, unless another server did, or the same pipeline runs by request.

    Previews write nothing: they neither wait for others nor keep them off.
    """
    other = requests.alias("other")
    busy = sa.exists().where(
        other.c.pipeline == requests.c.pipeline, other.c.status == RUNNING, other.c.kind != "preview"
    )
    free = (requests.c.number == number) & (requests.c.status == WAITING) & ((requests.c.kind == "preview") | ~busy)
    values = {"status": RUNNING, "server": server, "begun": now.isoformat(), "due": None}
    with database.writing() as connection:
        row = connection.execute(requests.update().where(free).values(values).returning(requests)).first()
        return _request(row) if row else None


def put_back(database: Database, number: int, due: datetime, told: str) -> None:
    """Let a request that runs wait again, until a time."""
    values = {"status": WAITING, "server": "", "begun": None, "due": due.isoformat(), "told": _kept(told)}
    with database.writing() as connection:
        connection.execute(requests.update().where(_still(number, RUNNING)).values(values))


def know_run(database: Database, number: int, run: str) -> None:
    """Keep which run a request led to."""
    with database.writing() as connection:
        connection.execute(requests.update().where(requests.c.number == number).values(run=run))


def stop(database: Database, number: int, person: str, now: datetime) -> Request | None:
    """Note who has a request stopped, and give it as it then is: one that waits has ended, one that runs is told."""
    named = requests.update().where(requests.c.number == number, requests.c.status != ENDED).values(stopped=person)
    taken_back = said("Taken back by {person} before it began.", person=person)
    over = {"status": ENDED, "ended": now.isoformat(), "told": _kept(taken_back)}
    with database.writing() as connection:
        connection.execute(named)
        connection.execute(requests.update().where(_still(number, WAITING)).values(over))
        row = connection.execute(_of(requests.c.number == number)).first()
        return _request(row) if row else None


def end(database: Database, number: int, now: datetime, exit_code: int | None, run: str | None, told: str) -> None:
    """Keep how a request ended."""
    values = {"status": ENDED, "ended": now.isoformat(), "exit_code": exit_code, "told": _kept(told)}
    if run is not None:
        values["run"] = run
    with database.writing() as connection:
        connection.execute(requests.update().where(_still(number, RUNNING)).values(values))


def abandon(database: Database, servers: Collection[str], now: datetime, told: str, exit_code: int) -> list[Request]:
    """End what ran on servers that are no more, and give it."""
    theirs = (requests.c.status == RUNNING) & requests.c.server.in_(sorted(servers))
    values = {"status": ENDED, "ended": now.isoformat(), "exit_code": exit_code, "told": _kept(told)}
    with database.writing() as connection:
        ending = requests.update().where(theirs).values(values).returning(requests)
        return [_request(row) for row in connection.execute(ending)]


def forget_before(database: Database, before: datetime) -> int:
    """Forget requests that ended before a time, and tell how many."""
    with database.writing() as connection:
        return forget_ended(connection, before)


def forget_ended(connection: Connection, before: datetime) -> int:
    """Forget requests that ended before a time, within the caller's transaction."""
    old = (requests.c.status == ENDED) & (requests.c.ended < before.isoformat())
    return connection.execute(requests.delete().where(old)).rowcount


def _covers(there: Wish, wanted: Wish) -> bool:
    """Tell whether what waits already does what is wanted, too: a run of everything reads changes as well."""
    if not set(wanted.allow) <= set(there.allow):
        return False
    if there.kind == wanted.kind:
        return (there.keys, there.plan, there.full) == (wanted.keys, wanted.plan, wanted.full)
    return there.kind == "everything" and wanted.kind == "changes"


def _of(*chosen: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(requests).where(*chosen)


def _still(number: int, status: str) -> sa.ColumnElement[bool]:
    return (requests.c.number == number) & (requests.c.status == status)


_IN_WHAT: Sequence[str] = ("keys", "plan", "allow", "confirm", "full")


def _stored(wish: Wish) -> dict[str, Any]:
    what = to_json({name: getattr(wish, name) for name in _IN_WHAT}).decode()
    return {
        "pipeline": wish.pipeline,
        "kind": wish.kind,
        "what": what,
        "cause": wish.cause,
        "asked_by": wish.asked_by,
    }


def _request(row: Row[Any]) -> Request:
    what = orjson.loads(row.what)
    what |= {"keys": tuple(what["keys"]), "allow": tuple(what["allow"])}
    wish = Wish(row.pipeline, row.kind, row.asked_by, row.cause, **what)
    asked, due, begun, ended = (
        datetime.fromisoformat(one) if one else None for one in (row.asked, row.due, row.begun, row.ended)
    )
    assert asked is not None
    return Request(
        row.number,
        wish,
        asked,
        row.status,
        row.server,
        due,
        row.stopped,
        begun,
        ended,
        row.run,
        row.exit_code,
        _as_told(row.told),
    )


def _kept(told: str) -> str:
    if not isinstance(told, Said) and not told.startswith(_BEGIN):
        return told
    return to_kept_json(together("{text}", text=told)).decode()


def _as_told(kept: str) -> str:
    """Give a sentence again that remembers how it is made; what is none is plain text."""
    if not kept.startswith(_BEGIN):
        return kept
    told: str = understood(orjson.loads(kept))
    return told
