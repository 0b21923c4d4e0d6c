"""What changed since the last read, by the stamps that the records themselves carry.

Tryton stamps a record with the moment at which the transaction began that wrote it; records of one call share it, and
a long transaction commits rows behind stamps already read. So a read begins `overlap` before the latest stamp that the
last one could see. No clock but the database's own is asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from pimflow_tryton import stamps
from pimflow_tryton.kinds import Kind
from pimflow_tryton.session import Session


def latest(session: Session, kind: Kind) -> dt.datetime | None:
    """Give the latest stamp of the records and of their parts; None where there is no record."""
    found = [_latest_of(session, model) for model in dict.fromkeys(_models(session, kind))]
    return max((one for one in found if one is not None), default=None)


def domain(session: Session, kind: Kind, since: dt.datetime) -> list[Any]:
    """Give the condition for what was stamped then or later. A template's stamp is not its variants', and so on."""
    there = session.catalog.fields(kind.model)
    parts = [part for part in kind.parts if part.partition(".")[0] in there and _has(session, part)]
    own = stamps.names(there)
    fields = [*own, *(f"{part}.{name}" for part in parts for name in own)]
    return ["OR", *([field, ">=", since] for field in fields)]


def _has(session: Session, part: str) -> bool:
    """Tell whether the template has what is looked for below it: pictures are a module of their own."""
    first, _, below = part.partition(".")
    return not below or (first == "template" and below in session.catalog.fields("product.template"))


def _models(session: Session, kind: Kind) -> Iterator[str]:
    yield kind.model
    fields = session.catalog.fields(kind.model)
    yield from (fields[part]["relation"] for part in kind.parts if part in fields)


def _latest_of(session: Session, model: str) -> dt.datetime | None:
    found = [_latest_in(session, model, name) for name in stamps.names(session.catalog.fields(model))]
    return max((one for one in found if one is not None), default=None)


def _latest_in(session: Session, model: str, name: str) -> dt.datetime | None:
    order: Sequence[Any] = [[name, "DESC"], ["id", "DESC"]]
    page = session.call(f"{model}.search_read", [[name, "!=", None]], 0, 1, order, [name])
    return page[0][name] if page else None
