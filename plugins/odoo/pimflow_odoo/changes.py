"""What changed since the last read, by the stamps that the records themselves carry.

Odoo stamps a record with the moment at which the transaction began that wrote it; records of one call share it, and
a long transaction commits rows behind stamps already read. So a read begins `overlap` before the latest stamp that the
last one could see. No clock but the database's own is asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from pimflow_odoo.fields import moment, written
from pimflow_odoo.kinds import CATEGORIES, Kind
from pimflow_odoo.session import Session

_STAMP = "write_date"


def latest(session: Session, kind: Kind) -> dt.datetime | None:
    """Give the latest stamp of the records and of their parts; None where there is no record.

    A stamp in the future, left behind by a clock that was wrong, must not hide what changes until then.
    """
    found = [_latest_in(session, model) for model in dict.fromkeys(_models(session, kind))]
    stamps = [one for one in found if one is not None]
    now = session.transport.answered
    return min(max(stamps), now or max(stamps)) if stamps else None


def domain(session: Session, kind: Kind, since: dt.datetime) -> list[Any]:
    """Give the condition for what was stamped then or later. A template's stamp is not its variants', and so on."""
    at = written(since)
    fields = [_STAMP, *(f"{part}.{_STAMP}" for part in kind.parts if _relation(session, kind.model, part))]
    found: list[Any] = [[field, ">=", at] for field in fields]
    if kind.categorised:
        # A category's name is part of the path of those below it.
        renamed = session.call(CATEGORIES.model, "search", domain=[[_STAMP, ">=", at]])
        found += [["categ_id", "child_of", renamed]] if renamed else []
    return [*["|"] * (len(found) - 1), *found]


def _models(session: Session, kind: Kind) -> Iterator[str]:
    yield kind.model
    yield from (model for part in kind.parts if (model := _relation(session, kind.model, part)))
    if kind.categorised:
        yield CATEGORIES.model


def _relation(session: Session, model: str, path: str) -> str | None:
    """Follow a path of fields to the model that it leads to; None where the server lacks it, or the user may not."""
    for field in path.split("."):
        info = session.catalog.fields(model).get(field)
        if info is None or not session.catalog.may_read(info["relation"]):
            return None
        model = info["relation"]
    return model


def _latest_in(session: Session, model: str) -> dt.datetime | None:
    order = f"{_STAMP} desc, id desc"
    asked: dict[str, Any] = {"domain": [], "fields": ["id", _STAMP], "order": order, "limit": 1}
    page: Sequence[Any] = session.call(model, "search_read", archived=True, **asked)
    return moment(page[0][_STAMP]) if page else None
