"""What is told of items that cannot become variants, and of values that cannot stay with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pimflow import BadValue, Problem, ProblemKind, Who
from pimflow_transforms.values import as_text

_SHOWN = 60


def shown(value: Any) -> str:
    """Quote a value, cut where it is long."""
    text = as_text(value)
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def no_key(column: str) -> Problem:
    """Tell of an item of a group that has no key."""
    return Problem(
        "is empty, and a variant is known by it",
        ProblemKind.MISSING,
        column,
        remedy="Fill it in the source; the item then goes by itself.",
    )


def same_key(column: str, key: str) -> Problem:
    """Tell of an item whose key another one of its group has."""
    return Problem(
        "which another item of the same product model has too",
        ProblemKind.DUPLICATE,
        column,
        key,
        "Only one of the two was used. Change or archive one of them in the source.",
    )


def no_family_variant(column: str | None) -> Problem:
    """Tell of items of which none says what the family variant is found by."""
    return Problem(
        "is empty in all items of a group, and tells which family variant their product model has",
        ProblemKind.MISSING,
        column,
        remedy="Fill it in the source; the items then go by themselves.",
    )


def unmapped(column: str, value: str) -> Problem:
    """Tell of a value that the mapping to family variants lacks."""
    return Problem(
        "for which the pipeline names no family variant",
        field=column,
        value=value,
        remedy="Add it under `family_variant` of `variants`, empty if such items have no product models.",
        who=Who.ADMINISTRATOR,
    )


def no_choice(column: str, family: str, variants: Sequence[str]) -> Problem:
    """Tell of an item whose values fit none, or more than one, of its family's variants."""
    named = ", ".join(map(repr, variants))
    return Problem(
        f"which has the family variants {named}, and the item's values do not tell which of them is meant",
        ProblemKind.MISSING,
        column,
        family,
        "Fill the columns by which the variants differ, or name the family variant under `variants`.",
        Who.ADMINISTRATOR,
    )


def other_family_variant(column: str, item: str, found: str, usual: str, group: str) -> Problem:
    """Tell of an item that asks for another family variant than the rest of its group."""
    return Problem(
        f"which would get the family variant {found!r}, and the other items of {group!r} get {usual!r}",
        field=column,
        value=item,
        remedy="One product model has one family variant. Correct the group or the family of this item in the source.",
    )


def unknown_family_variant(family_variant: str) -> Problem:
    """Tell that neither the target nor the options know the levels of a family variant."""
    return Problem(
        f"the target does not know the family variant {family_variant!r}, so its items have no product model",
        ProblemKind.REFERENCE,
        remedy="Create it there, correct it in the pipeline, or state its `levels` under `variants`.",
        who=Who.ADMINISTRATOR,
    )


def no_axis_column(family_variant: str, axes: tuple[str, ...]) -> Problem:
    """Tell that the rows have no column for an axis."""
    names = " and ".join(map(repr, axes))
    return Problem(
        f"the family variant {family_variant!r} tells its variants apart by {names}, and there is no such column",
        ProblemKind.MISSING,
        remedy="Map the missing column in the pipeline.",
        who=Who.ADMINISTRATOR,
    )


def no_axis(column: str, item: str, axis: str) -> Problem:
    """Tell of an item that has no value by which it could be told from its siblings."""
    return Problem(
        f"which has no {axis!r}, by which the variants of its product model are told apart",
        ProblemKind.MISSING,
        column,
        item,
        "Fill it in the source; the item then goes by itself.",
    )


def same_axes(column: str, item: str, values: str, first: str) -> Problem:
    """Tell of an item whose axis values another one of its group has."""
    return Problem(
        f"variant {first} of the same model already has this option ({values})",
        ProblemKind.DUPLICATE,
        column,
        item,
        "Decide with the ERP team which one is right.",
        Who.PRODUCT_MANAGER,
    )


def other_value(column: str, value: Any, taken: Any, first: str) -> BadValue:
    """Stand for a value of a variant that differs from what its product model takes."""
    return BadValue(
        Problem(
            f"but the product model takes {shown(taken)} from {first}",
            field=column,
            value=value,
            remedy="Let all variants say the same in the source; this one then needs no value of its own.",
        )
    )


def no_common_value(column: str, value: Any, group: str) -> BadValue:
    """Stand for a value of variants that differ, where the pipeline wants none then."""
    return BadValue(
        Problem(
            f"but the variants of {group!r} differ, and their product model has one value for all; so it was left out",
            field=column,
            value=value,
            remedy="Let all variants say the same in the source; it then goes by itself.",
        )
    )


def other_family(column: str, value: Any, usual: str) -> BadValue:
    """Stand for a family other than that of most siblings."""
    return BadValue(
        Problem(
            f"and the other variants of its product model are of family {usual!r}, which it gets too",
            field=column,
            value=value,
            remedy="Correct the family or the group of this item in the source.",
        )
    )
