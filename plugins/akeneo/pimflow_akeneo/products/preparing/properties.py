"""Cells of properties and associations: what the PIM would say, found out before sending. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from pimflow import Lead, Problem, ProblemKind, RowProblem, Who
from pimflow_akeneo import checks
from pimflow_akeneo.columns import QUANTITY, Association
from pimflow_akeneo.kinds import Kind
from pimflow_akeneo.spelling import CLOSE, alike

_LARGEST_QUANTITY = 2_147_483_647


def key(cell: Any, kind: Kind, label: str, *, new: bool = True) -> str:
    """Accept an identifier, which people call by this label, or the code of a product model. Raises RowProblem.

    Unless it is `new`, the PIM may have the record under something else.
    """
    text = str(cell)
    rule = checks.broken_rule(text)
    if rule:
        raise RowProblem.of(
            Problem(
                f"cannot be {_one(label) if kind.has_identifier else f'the code of a {kind.noun[0]}'}: {rule}",
                field="identifier" if kind.has_identifier else kind.key,
                value=text,
                remedy=f"Ask the {Who.SOURCE_TEAM} to correct it; it will then arrive by itself.",
                lead=Lead.VALUE,
                effect="Not created" if new else "",
            )
        )
    return text


def _one(label: str) -> str:
    return f"{'an' if label[:1] in set('aeiouAEIOU') else 'a'} {label}"


def existing(code: str, known: Mapping[str, str], field: str, noun: str) -> str:
    """Give a code as the PIM spells it. Raises RowProblem, naming one that is spelled alike."""
    if code.lower() in known:
        return known[code.lower()]
    raise unknown(code, known.values(), field, noun)


def unknown(code: str, known: Iterable[str], field: str, noun: str) -> RowProblem:
    """Tell that the PIM lacks what a property names, and which one is spelled alike."""
    near = alike(code, known, CLOSE)
    hint = f"It has '{near}', which is spelled alike. " if near else ""
    remedy = f"{hint}Create the {noun} in the PIM, or map the value to one that exists; you decide once."
    reason = f"the PIM has no such {noun}"
    return RowProblem(field, code, reason, kind=ProblemKind.REFERENCE, remedy=remedy, who=Who.PRODUCT_MANAGER)


def associated(column: Association, cell: Any, row: Mapping[str, Any]) -> list[Any] | None:
    """Take the members of an association, with their quantities where it has some. Raises RowProblem."""
    members = checks.listed(cell) if cell is not None else []
    if not members:
        return None
    if not column.quantified:
        return sorted(set(members))
    written = row.get(f"{column.name}-{QUANTITY}")
    quantities = [] if written in {None, ""} else str(written).split("|")
    if len(quantities) != len(members) or not all(_is_quantity(one) for one in quantities):
        reason = f"{len(members)} are named, with quantities '{written or ''}'"
        remedy = f"Give a column '{column.name}-{QUANTITY}' with one whole number above 0 for each, '|' between."
        raise RowProblem(column.name, cell, reason, kind=ProblemKind.MISSING, remedy=remedy)
    pairs = sorted(zip(members, quantities, strict=True))
    return [{"identifier": member, "quantity": int(quantity)} for member, quantity in pairs]


def in_one_way(payload: dict[str, Any], column: Association) -> Problem | None:
    """Leave one of two lists out of a payload: the PIM takes products by identifier or by uuid, not both at once."""
    by_identifier, by_uuid = f"{column.type}-products", f"{column.type}-product_uuids"
    if column.quantified or by_identifier not in payload or by_uuid not in payload:
        return None
    given = payload[by_uuid]
    del payload[by_uuid if payload[by_identifier] or not given else by_identifier]
    if not (given and payload.get(by_identifier)):
        return None
    reason = "associated products are named by identifier too, and the PIM takes one or the other"
    remedy = f"Leave column '{by_uuid}' or column '{by_identifier}' empty."
    return Problem(reason, field=by_uuid, value=", ".join(given), remedy=remedy, who=Who.ADMINISTRATOR)


def _is_quantity(text: str) -> bool:
    return text.strip().isdecimal() and 1 <= int(text) <= _LARGEST_QUANTITY


def _enabled(cell: Any) -> bool:
    text = str(cell).strip().lower()
    if text not in {"1", "0", "true", "false"}:
        remedy = "Give 1 or 0 at the source; your administrator can have other words translated."
        raise RowProblem("enabled", cell, "which is neither yes (1) nor no (0)", remedy=remedy)
    return text in {"1", "true"}


def _uuid(cell: Any) -> str:
    try:
        return str(UUID(str(cell)))
    except ValueError:
        raise RowProblem("uuid", cell, "which is no uuid", remedy="Leave it empty, or correct it.") from None


PLAIN: Mapping[str, Callable[[Any], Any]] = {
    "enabled": _enabled,
    "uuid": _uuid,
    "parent": lambda cell: str(cell).strip(),
}
"""Properties that need no look into the PIM."""
