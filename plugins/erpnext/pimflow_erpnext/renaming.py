"""Gives items another code, which is their name: ERPNext changes it in all documents that refer to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pimflow import Change, Problem, ProblemKind, Who, said
from pimflow_erpnext import refusals
from pimflow_erpnext.answers import TITLE, RefusedError
from pimflow_erpnext.catalog import folded
from pimflow_erpnext.existing import Target, find
from pimflow_erpnext.session import Record, Session

_PATIENCE = 600
"""Seconds: on a large site a rename goes through millions of documents that may refer to the item."""


def wanted(target: Target, batch: Sequence[Change], there: Mapping[str, Record]) -> dict[str, str]:
    """Give the codes of changes whose items have others."""
    codes = {one.key: str(one.payload.get(target.key) or one.key) for one in batch if one.key in there}
    return {key: code for key, code in codes.items() if folded(str(there[key]["name"])) != folded(code)}


def rename(
    session: Session, target: Target, codes: Mapping[str, str], there: Mapping[str, Record]
) -> dict[str, Problem]:
    """Give items their codes, a call for each, in the order given; tell those that did not get theirs."""
    taken = {folded(str(one["name"])): one for one in find(session, target, list(codes.values())).values()}
    refused: dict[str, Problem] = {}
    for key, code in codes.items():
        was = str(there[key]["name"])
        holder = taken.get(folded(code))
        if holder is not None:
            refused[key] = _taken(target, code, holder)
            continue
        names = {"doctype": target.doctype, "old_name": was, "new_name": code}
        try:
            session.method("frappe.client.rename_doc", names, repeatable=False, patience=_PATIENCE)
        except RefusedError as error:
            refused[key] = refusals.told(error)
        else:
            taken.pop(folded(was), None)
            taken[folded(code)] = there[key]
    return refused


def _taken(target: Target, code: str, holder: Record) -> Problem:
    return Problem(
        said(
            "item {code} {name!r} has this code in {title} already",
            code=holder["name"],
            name=str(holder.get("item_name") or ""),
            title=TITLE,
        ),
        ProblemKind.DUPLICATE,
        target.key,
        code,
        said("Give one of the two another code; this one then goes by itself."),
        Who.PRODUCT_MANAGER,
    )
