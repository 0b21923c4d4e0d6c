"""Cells of properties and associations: what the PIM would say, found out before sending. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from pimflow import Lead, Problem, ProblemKind, RowProblem, Who, joined, said
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
                _no_key(label, rule, kind),
                field="identifier" if kind.has_identifier else kind.key,
                value=text,
                remedy=said("Ask the ERP team to correct it; it will then arrive by itself."),
                lead=Lead.VALUE,
                effect=said("Not created") if new else "",
            )
        )
    return text


def _no_key(label: str, rule: str, kind: Kind) -> str:
    if not kind.has_identifier:
        return said("cannot be the code of a product model: {rule}", rule=rule)
    if label[:1] in set("aeiouAEIOU"):
        return said("cannot be an {label}: {rule}", label=label, rule=rule)
    return said("cannot be a {label}: {rule}", label=label, rule=rule)


_UNKNOWN = {
    "family": (
        said("the PIM has no such family"),
        said("Create the family in the PIM, or map the value to one that exists; you decide once."),
    ),
    "family variant": (
        said("the PIM has no such family variant"),
        said("Create the family variant in the PIM, or map the value to one that exists; you decide once."),
    ),
    "category": (
        said("the PIM has no such category"),
        said("Create the category in the PIM, or map the value to one that exists; you decide once."),
    ),
}
"""What is said of that which the PIM does not have, and what to do about it."""


def existing(code: str, known: Mapping[str, str], field: str, noun: str) -> str:
    """Give a code as the PIM spells it. Raises RowProblem, naming one that is spelled alike."""
    if code.lower() in known:
        return known[code.lower()]
    raise unknown(code, known.values(), field, noun)


def unknown(code: str, known: Iterable[str], field: str, noun: str) -> RowProblem:
    """Tell that the PIM lacks what a property names, and which one is spelled alike."""
    near = alike(code, known, CLOSE)
    reason, remedy = _UNKNOWN[noun]
    if near:
        remedy = joined([said("It has '{near}', which is spelled alike.", near=near), remedy])
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
        reason = said(
            "{number} are named, with quantities '{quantities}'", number=len(members), quantities=written or ""
        )
        remedy = said(
            "Give a column '{name}' with one whole number above 0 for each, '|' between.",
            name=f"{column.name}-{QUANTITY}",
        )
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
    reason = said("associated products are named by identifier too, and the PIM takes one or the other")
    remedy = said(
        "Leave column '{by_uuid}' or column '{by_identifier}' empty.", by_uuid=by_uuid, by_identifier=by_identifier
    )
    return Problem(reason, field=by_uuid, value=", ".join(given), remedy=remedy, who=Who.ADMINISTRATOR)


def _is_quantity(text: str) -> bool:
    return text.strip().isdecimal() and 1 <= int(text) <= _LARGEST_QUANTITY


def _enabled(cell: Any) -> bool:
    text = str(cell).strip().lower()
    if text not in {"1", "0", "true", "false"}:
        remedy = said("Give 1 or 0 at the source; your administrator can have other words translated.")
        raise RowProblem("enabled", cell, said("which is neither yes (1) nor no (0)"), remedy=remedy)
    return text in {"1", "true"}


def _uuid(cell: Any) -> str:
    try:
        return str(UUID(str(cell)))
    except ValueError:
        remedy = said("Leave it empty, or correct it.")
        raise RowProblem("uuid", cell, said("which is no uuid"), remedy=remedy) from None


PLAIN: Mapping[str, Callable[[Any], Any]] = {
    "enabled": _enabled,
    "uuid": _uuid,
    "parent": lambda cell: str(cell).strip(),
}
"""Properties that need no look into the PIM."""
