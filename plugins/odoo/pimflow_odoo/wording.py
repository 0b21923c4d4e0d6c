"""What is told to people about a record that Odoo does not take."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from pimflow import Lead, Problem, ProblemKind, Who, said
from pimflow_odoo.catalog import TITLE
from pimflow_odoo.refusals import RefusedError
from pimflow_odoo.session import Record

_BARCODE = re.compile(r'"([^"]+)" already assigned to product\(s\): (?:\[([^\]]*)\] )?([^\n]*)')
_NUMBERS = {2: said("two"), 3: said("three"), 4: said("four")}
_LONGEST = 300
_CORRECT = said("Correct it in the source; it will then arrive by itself.")


def told(error: RefusedError) -> Problem:
    """Tell a refusal in Odoo's words, on one line."""
    barcode = _BARCODE.search(error.said)
    if barcode:
        return taken(barcode[1], barcode[2] or "", barcode[3].partition(" and ")[0])
    words = " ".join(error.said.split()).rstrip(".")[:_LONGEST]
    reason = said("{title} says: {words}", title=TITLE, words=words)
    if error.is_of_rights:
        remedy = said("Your administrator was told; the record goes by itself afterwards.")
        return Problem(reason, ProblemKind.PERMISSION, remedy=remedy, who=Who.ADMINISTRATOR, detail=error.detail)
    return Problem(reason, remedy=_CORRECT, who=Who.PRODUCT_MANAGER, detail=error.detail)


def taken(barcode: str, code: str, name: str) -> Problem:
    """Tell that another product has a barcode."""
    owner = " ".join(part for part in (code, f"'{name}'" if name else "") if part)
    return Problem(
        said("Odoo refused this product: barcode {barcode} already belongs to {owner}", barcode=barcode, owner=owner),
        ProblemKind.DUPLICATE,
        "barcode",
        barcode,
        said(
            "Correct the EAN in the source, or have the other product's corrected in Odoo; it will then arrive by "
            "itself."
        ),
        Who.PRODUCT_MANAGER,
        lead=Lead.NOTHING,
    )


def taken_key(code: str, owner: Record) -> Problem:
    """Tell that another product has the reference that one is to get."""
    return Problem(
        said("'{name}' has this SKU in Odoo already", name=owner["name"]),
        ProblemKind.DUPLICATE,
        "default_code",
        code,
        said("The product keeps the one that it has there. The ERP team must change or archive one."),
        Who.SOURCE_TEAM,
    )


def belongs_to(records: Sequence[Record], column: str, key: str, nouns: str) -> Problem:
    """Tell that several records have one key, so that none can be chosen."""
    names = [f"'{record['name']}'" for record in records]
    two = len(records) == 2
    return Problem(
        said(
            "belongs to {number} {nouns} in {title}: {names} and {last}",
            number=_NUMBERS.get(len(records), str(len(records))),
            nouns=nouns,
            title=TITLE,
            names=", ".join(names[:-1]),
            last=names[-1],
        ),
        ProblemKind.DUPLICATE,
        column,
        key,
        said("The ERP team must change or archive one.")
        if two
        else said("The ERP team must change or archive all but one."),
        Who.SOURCE_TEAM,
        lead=Lead.KEY,
        effect=said("Neither was updated") if two else said("None of them was updated"),
    )


def needed(column: str) -> Problem:
    """Tell that a value cannot be taken away."""
    return Problem(
        said("is empty, and Odoo needs it: what it has there was left"),
        ProblemKind.MISSING,
        column,
        remedy=said("Fill it in the source."),
        who=Who.SOURCE_TEAM,
    )


def lacking(noun: str) -> Problem:
    """Tell that a new record lacks the name that Odoo needs."""
    return Problem(
        said(
            "{title} needs a {label} for a new {noun}, and this one has none",
            title=TITLE,
            label=said("name"),
            noun=noun,
        ),
        ProblemKind.MISSING,
        "name",
        remedy=said("Fill it in the source; it will then arrive by itself."),
        who=Who.SOURCE_TEAM,
    )


def no_template(column: str, code: str) -> Problem:
    """Tell that a code names a template by an id that Odoo does not have."""
    return Problem(
        said("it names a template of Odoo by its id, and there is none with that id"),
        ProblemKind.MISSING,
        column,
        code,
        said("Give the template a code of your own."),
        Who.ADMINISTRATOR,
    )


def unnumbered_variant() -> Problem:
    """Tell that Odoo is not asked to number variants."""
    return Problem(
        said("is empty, and a variant of several goes to Odoo under a reference of its own only"),
        ProblemKind.MISSING,
        "default_code",
        remedy=said("Have its SKU given by pimflow or the PIM: `sku: {from: pimflow}` for the families with variants."),
        who=Who.ADMINISTRATOR,
    )


def archived_template(code: str) -> Problem:
    """Tell that a template is out of use."""
    return Problem(
        said("this template is archived in Odoo, and gets no new variants"),
        ProblemKind.VALUE,
        "template_code",
        code,
        said("Have the template taken back into use in Odoo; this one then goes by itself."),
        Who.SOURCE_TEAM,
    )


def alone(column: str, value: object) -> Problem:
    """Tell that a product without a template has no attributes of its own."""
    return Problem(
        said("variants have attributes in Odoo, and this product names no template"),
        ProblemKind.VALUE,
        column,
        value,
        said("Map `template_code`, or leave the attribute out."),
        Who.ADMINISTRATOR,
    )


def new_axes(names: Sequence[str], axes: Sequence[str]) -> Problem:
    """Tell that a template would get an attribute by which its variants do not differ yet."""
    if axes:
        reason = said(
            "variants of this template differ only by {axes} in Odoo. With {names} as well Odoo would replace all of "
            "them, and lose their SKUs",
            axes=", ".join(axes),
            names=", ".join(names),
        )
    else:
        reason = said(
            "variants of this template differ by no attribute in Odoo. With {names} as well Odoo would replace all of "
            "them, and lose their SKUs",
            names=", ".join(names),
        )
    return Problem(
        reason,
        ProblemKind.VALUE,
        "template_code",
        remedy=said("Not created. Give it a template of its own, or have the ERP team rebuild this one in Odoo."),
        who=Who.SOURCE_TEAM,
        lead=Lead.NOTHING,
    )


def lacks_axes(names: Sequence[str]) -> Problem:
    """Tell that a variant has no value of attributes by which the variants of its template differ."""
    return Problem(
        said(
            "variants of this template differ by {names}, and this one has no value of it",
            names=", ".join(names),
        ),
        ProblemKind.MISSING,
        "template_code",
        remedy=said("Not created. Fill it in the source; it will then arrive by itself."),
        who=Who.SOURCE_TEAM,
        lead=Lead.NOTHING,
    )


def same_values(code: str, values: Collection[int]) -> Problem:
    """Tell that another variant of the template has the same values; or that nothing could tell the two apart."""
    if values:
        reason = said("variant {code} of the same template already has these attributes", code=code)
    else:
        reason = said(
            "variant {code} of the same template is there already, and it has no attributes either", code=code
        )
    return Problem(
        reason,
        ProblemKind.DUPLICATE,
        "template_code",
        remedy=said("Not created. Decide with the ERP team which one is right."),
        who=Who.PRODUCT_MANAGER,
        lead=Lead.RECORD,
    )
