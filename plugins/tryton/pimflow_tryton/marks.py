"""Products that Tryton numbers: each is made with an identifier of no type, which holds its id in its own system.

By that it is found again, whether its run was killed or not. Tryton lets identifiers of no type hold any text.
"""

from __future__ import annotations

from collections.abc import Sequence

from pimflow import Change
from pimflow_erp.jobs import Values
from pimflow_tryton.existing import PRODUCTS, with_marks
from pimflow_tryton.session import Record, Session


def put(change: Change, values: Values) -> Values:
    """Put the mark of a product among the values of its variant."""
    if not change.mark:
        return values
    [[command, identifiers]] = values.get("identifiers") or [["create", []]]
    return {**values, "identifiers": [[command, [*identifiers, {"type": None, "code": change.mark}]]]}


def find(session: Session, marks: Sequence[str], asks: Sequence[str] = ()) -> dict[str, Record]:
    """Give the products by mark. A copy in Tryton has the identifiers of its original: the oldest counts."""
    wanted = set(marks)
    found: dict[str, Record] = {}
    for record in with_marks(session, PRODUCTS, marks, asks) if marks else []:
        for one in record["identifiers."]:
            if not one["type"] and one["code"] in wanted:
                found.setdefault(one["code"], record)
    return found
