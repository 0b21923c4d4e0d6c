"""What is told to people about a record that Odoo does not take."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pimflow import Lead, Problem, ProblemKind, Who
from pimflow_odoo.refusals import RefusedError
from pimflow_odoo.session import Record

_BARCODE = re.compile(r'"([^"]+)" already assigned to product\(s\): (?:\[([^\]]*)\] )?([^\n]*)')
_NUMBERS = {2: "two", 3: "three", 4: "four"}
_LONGEST = 300
_CORRECT = "Correct it in the source; it will then arrive by itself."


def told(error: RefusedError) -> Problem:
    """Tell a refusal in Odoo's words, on one line."""
    barcode = _BARCODE.search(error.said)
    if barcode:
        return taken(barcode[1], barcode[2] or "", barcode[3].partition(" and ")[0])
    said = " ".join(error.said.split()).rstrip(".")[:_LONGEST]
    if error.is_of_rights:
        remedy = "Your administrator was told; the record goes by itself afterwards."
        return Problem(
            f"Odoo says: {said}", ProblemKind.PERMISSION, remedy=remedy, who=Who.ADMINISTRATOR, detail=error.detail
        )
    return Problem(f"Odoo says: {said}", remedy=_CORRECT, who=Who.PRODUCT_MANAGER, detail=error.detail)


def taken(barcode: str, code: str, name: str) -> Problem:
    """Tell that another product has a barcode."""
    owner = " ".join(part for part in (code, f"'{name}'" if name else "") if part)
    return Problem(
        f"Odoo refused this product: barcode {barcode} already belongs to {owner}",
        ProblemKind.DUPLICATE,
        "barcode",
        barcode,
        "Correct the EAN in the source, or have the other product's corrected in Odoo; it will then arrive by itself.",
        Who.PRODUCT_MANAGER,
        lead=Lead.NOTHING,
    )


def belongs_to(records: Sequence[Record], column: str, key: str, nouns: str) -> Problem:
    """Tell that several records have one key, so that none can be chosen."""
    names = [f"'{record['name']}'" for record in records]
    number = _NUMBERS.get(len(records), str(len(records)))
    two = len(records) == 2
    return Problem(
        f"belongs to {number} {nouns} in Odoo: {', '.join(names[:-1])} and {names[-1]}",
        ProblemKind.DUPLICATE,
        column,
        key,
        f"The ERP team must change or archive {'one' if two else 'all but one'}.",
        Who.SOURCE_TEAM,
        lead=Lead.KEY,
        effect="Neither was updated" if two else "None of them was updated",
    )


def needed(column: str) -> Problem:
    """Tell that a value cannot be taken away."""
    return Problem(
        "is empty, and Odoo needs it: what it has there was left",
        ProblemKind.MISSING,
        column,
        remedy="Fill it in the source.",
        who=Who.SOURCE_TEAM,
    )


def lacking(field: str, noun: str) -> Problem:
    """Tell that a new record lacks what Odoo needs."""
    return Problem(
        f"Odoo needs a {field} for a new {noun}, and this one has none",
        ProblemKind.MISSING,
        field,
        remedy="Fill it in the source; it will then arrive by itself.",
        who=Who.SOURCE_TEAM,
    )
