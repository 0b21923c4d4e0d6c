"""What people are told of records without a SKU, and of those that cannot get one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pimflow.model import Problem, ProblemKind, Who
from pimflow.numbering.rule import Numbering


def without_id(column: str) -> Problem:
    """Tell that a record cannot be known again."""
    return Problem(
        "is empty, and a SKU is given only to what can be known again by it",
        ProblemKind.MISSING,
        column,
        remedy=f"Name another column under `record` of `sku`, or see why the source gives no '{column}'.",
        who=Who.ADMINISTRATOR,
    )


def lacks(column: str, cell: Any) -> Problem:
    """Tell that the SKU of a record cannot be made of a cell."""
    reason, value, what = "is empty, and the SKU is made of it", None, "Fill it in"
    if cell is not None and str(cell).strip():
        reason = "of which no SKU can be made: it has neither letters nor digits"
        value, what = str(cell), "Correct it"
    remedy = f"{what}; the SKU then comes by itself."
    return Problem(reason, ProblemKind.MISSING, column, value, remedy, Who.PRODUCT_MANAGER)


def used_up(numbering: Numbering) -> Problem:
    """Tell that a sequence has no place left."""
    last = numbering.places.last
    return Problem(
        f"no SKU is left: {last} was the last number of '{numbering.pattern.text}'",
        ProblemKind.TOO_LARGE,
        remedy="Give `{sequence}` more digits, or change `last` or `reserved` of `sku`; it then goes by itself.",
        who=Who.ADMINISTRATOR,
    )


def note(giver: str, noun: tuple[str, str], number: int, shown: Sequence[str], *, dry: bool) -> str:
    """Tell of records that had no SKU, of which the first are `shown`; those that pimflow gave one."""
    one = number == 1
    records = f"{number:,} {noun[0] if one else noun[1]}"
    if giver == "pimflow":
        return f"{records} {'would get' if dry else 'got'} {'a SKU' if one else 'SKUs'}."
    has = f"{records} {'has' if one else 'have'} no SKU yet and"
    named = f" ({', '.join(shown)}{', …' if number > len(shown) else ''})" if shown else ""
    if giver == "erp":
        return f"{has} {'would go' if dry else 'went'} without{named}: the ERP gives it, and the way back brings it."
    return (
        f"{has} {'waits' if one else 'wait'}{named}: the PIM's identifier generator gives one when a product fulfils "
        f"its conditions and is saved. {'It goes by itself' if one else 'They go by themselves'} then."
    )
