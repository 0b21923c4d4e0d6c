"""Takes attributes out of items that are no variants: ERPNext would keep them, and show them nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pimflow import Change, Problem, ProblemKind, Who, said
from pimflow_erp import cells
from pimflow_erpnext.answers import TITLE
from pimflow_erpnext.existing import PRODUCTS, meant
from pimflow_erpnext.places import ATTRIBUTES, VARIANT_OF
from pimflow_erpnext.session import Session


def fit(session: Session, batch: Sequence[Change]) -> Sequence[Change]:
    """Give the changes as ERPNext can take them. Asks only where a row has attributes and names no template."""
    unsure = [change.key for change in batch if _attributes(change) and not change.payload.get(VARIANT_OF)]
    ids = {one.key: str(one.payload["id"]) for one in batch if one.key in unsure and one.payload.get("id")}
    there = meant(session, PRODUCTS, unsure, ids) if unsure else {}
    lacking = {key for key in unsure if not there.get(key, {}).get(VARIANT_OF)}
    return [_without(change) if change.key in lacking else change for change in batch]


def _attributes(change: Change) -> list[str]:
    return [name for name, value in change.payload.items() if name.startswith(ATTRIBUTES) and value is not None]


def _without(change: Change) -> Change:
    return replace(change, item=cells.without(change.item, _attributes(change), _problem))


def _problem(column: str) -> Problem:
    return Problem(
        said("{title} takes attributes of variants only, and this item has no template", title=TITLE),
        ProblemKind.MISSING,
        column,
        remedy=said("Map `variant_of`, or take the column out of the mapping."),
        who=Who.ADMINISTRATOR,
    )
