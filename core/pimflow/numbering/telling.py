"""What people are told of records without a SKU, and of those that cannot get one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pimflow.model import Problem, ProblemKind, Who
from pimflow.numbering.rule import Numbering
from pimflow.sentences import said, together


def without_id(column: str) -> Problem:
    """Tell that a record cannot be known again."""
    return Problem(
        said("is empty, and a SKU is given only to what can be known again by it"),
        ProblemKind.MISSING,
        column,
        remedy=said(
            "Name another column under `record` of `sku`, or see why the source gives no '{column}'.", column=column
        ),
        who=Who.ADMINISTRATOR,
    )


def lacks(column: str, cell: Any) -> Problem:
    """Tell that the SKU of a record cannot be made of a cell."""
    if cell is not None and str(cell).strip():
        reason = said("of which no SKU can be made: it has neither letters nor digits")
        remedy = said("Correct it; the SKU then comes by itself.")
        return Problem(reason, ProblemKind.MISSING, column, str(cell), remedy, Who.PRODUCT_MANAGER)
    reason = said("is empty, and the SKU is made of it")
    remedy = said("Fill it in; the SKU then comes by itself.")
    return Problem(reason, ProblemKind.MISSING, column, None, remedy, Who.PRODUCT_MANAGER)


def used_up(numbering: Numbering) -> Problem:
    """Tell that a sequence has no place left."""
    last = numbering.places.last
    return Problem(
        said("no SKU is left: {last} was the last number of '{pattern}'", last=last, pattern=numbering.pattern.text),
        ProblemKind.TOO_LARGE,
        remedy=said("Give `{sequence}` more digits, or change `last` or `reserved` of `sku`; it then goes by itself."),
        who=Who.ADMINISTRATOR,
    )


def note(giver: str, noun: tuple[str, str], number: int, shown: Sequence[str], *, dry: bool) -> str:
    """Tell of records that had no SKU, of which the first are `shown`; those that pimflow gave one."""
    one = number == 1
    records = together("{number:,} {noun}", number=number, noun=said(noun[0] if one else noun[1]))
    if giver == "pimflow":
        return said(str(_GOT[dry, one]), records=records)
    keys = f" ({', '.join(shown)}{', …' if number > len(shown) else ''})" if shown else ""
    return said(str(_WITHOUT[dry, one] if giver == "erp" else _WAITS[one]), records=records, keys=keys)


_GOT = {
    (False, True): said("{records} got a SKU."),
    (False, False): said("{records} got SKUs."),
    (True, True): said("{records} would get a SKU."),
    (True, False): said("{records} would get SKUs."),
}
"""By whether it is a preview, and of one record."""
_WITHOUT = {
    (False, True): said(
        "{records} has no SKU yet and went without{keys}: the ERP gives it, and the way back brings it."
    ),
    (False, False): said(
        "{records} have no SKU yet and went without{keys}: the ERP gives it, and the way back brings it."
    ),
    (True, True): said(
        "{records} has no SKU yet and would go without{keys}: the ERP gives it, and the way back brings it."
    ),
    (True, False): said(
        "{records} have no SKU yet and would go without{keys}: the ERP gives it, and the way back brings it."
    ),
}
_WAITS = {
    True: said(
        "{records} has no SKU yet and waits{keys}: the PIM's identifier generator gives one when a product fulfils its "
        "conditions and is saved. It goes by itself then."
    ),
    False: said(
        "{records} have no SKU yet and wait{keys}: the PIM's identifier generator gives one when a product fulfils its "
        "conditions and is saved. They go by themselves then."
    ),
}
