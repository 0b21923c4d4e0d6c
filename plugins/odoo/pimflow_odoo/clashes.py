"""Finds changes that cannot be written because of other records, before Odoo is asked: it would refuse a whole call."""

from __future__ import annotations

from collections.abc import Sequence

from pimflow import Change, Problem
from pimflow_odoo import wording
from pimflow_odoo.existing import Found, Target
from pimflow_odoo.fields import number_of
from pimflow_odoo.session import Record

Refused = dict[str, Problem]


def of_keys(batch: Sequence[Change], found: Found, target: Target) -> Refused:
    """Find keys that several records have: none of them can be chosen."""
    return {
        change.key: wording.belongs_to(found.several[change.key], target.key, change.key, target.kind.noun[1])
        for change in batch
        if change.key in found.several
    }


def of_barcodes(batch: Sequence[Change], found: Found, target: Target) -> Refused:
    """Find barcodes that another product has, in Odoo or in this batch: Odoo would refuse the whole call."""
    refused: Refused = {}
    seen: dict[str, str] = {}
    for change in batch:
        code = change.payload.get("barcode")
        if not code:
            continue
        owner = next((one for one in found.barcodes if _clashes(one, code, found.by_key.get(change.key))), None)
        if owner is not None:
            refused[change.key] = wording.taken(code, owner[target.field] or "", owner["name"])
        elif code in seen:
            refused[change.key] = wording.taken(code, seen[code], "")
        else:
            seen[code] = change.key
    return refused


def _clashes(owner: Record, barcode: str, own: Record | None) -> bool:
    """Tell whether a product in use keeps another one from a barcode; two companies may have the same."""
    if owner["barcode"] != barcode or (own is not None and owner["id"] == own["id"]):
        return False
    companies = {number_of(one["company_id"]) for one in (owner, own) if one and one.get("company_id")}
    return len(companies) < 2
