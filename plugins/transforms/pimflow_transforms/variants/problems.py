"""What is told of items that cannot become variants, and of values that cannot stay with them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from pimflow import BadValue, Problem, ProblemKind, Who, said
from pimflow_transforms.values import as_text

_SHOWN = 60


def shown(value: Any) -> str:
    """Quote a value, cut where it is long."""
    text = as_text(value)
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def no_key(column: str) -> Problem:
    """Tell of an item of a group that has no key."""
    return Problem(
        said("is empty, and a variant is known by it"),
        ProblemKind.MISSING,
        column,
        remedy=said("Fill it in the source; the item then goes by itself."),
    )


def same_key(column: str, key: str) -> Problem:
    """Tell of an item whose key another one of its group has."""
    return Problem(
        said("which another item of the same product model has too"),
        ProblemKind.DUPLICATE,
        column,
        key,
        said("Only one of the two was used. Change or archive one of them in the source."),
    )


def no_family_variant(column: str | None) -> Problem:
    """Tell of items of which none says what the family variant is found by."""
    return Problem(
        said("is empty in all items of a group, and tells which family variant their product model has"),
        ProblemKind.MISSING,
        column,
        remedy=said("Fill it in the source; the items then go by themselves."),
    )


def unmapped(column: str, value: str) -> Problem:
    """Tell of a value that the mapping to family variants lacks."""
    return Problem(
        said("for which the pipeline names no family variant"),
        field=column,
        value=value,
        remedy=said("Add it under `family_variant` of `variants`, empty if such items have no product models."),
        who=Who.ADMINISTRATOR,
    )


def no_choice(column: str, family: str, variants: Sequence[str]) -> Problem:
    """Tell of an item whose values fit none, or more than one, of its family's variants."""
    return Problem(
        said(
            "which has the family variants {names}, and the item's values do not tell which of them is meant",
            names=", ".join(map(repr, variants)),
        ),
        ProblemKind.MISSING,
        column,
        family,
        said("Fill the columns by which the variants differ, or name the family variant under `variants`."),
        Who.ADMINISTRATOR,
    )


def other_family_variant(column: str, item: str, found: str, usual: str, group: str) -> Problem:
    """Tell of an item that asks for another family variant than the rest of its group."""
    return Problem(
        said(
            "which would get the family variant {found!r}, and the other items of {group!r} get {usual!r}",
            found=found,
            group=group,
            usual=usual,
        ),
        field=column,
        value=item,
        remedy=said(
            "One product model has one family variant. Correct the group or the family of this item in the source."
        ),
    )


def unknown_family_variant(family_variant: str) -> Problem:
    """Tell that neither the target nor the options know the levels of a family variant."""
    return Problem(
        said(
            "the target does not know the family variant {code!r}, so its items have no product model",
            code=family_variant,
        ),
        ProblemKind.REFERENCE,
        remedy=said("Create it there, correct it in the pipeline, or state its `levels` under `variants`."),
        who=Who.ADMINISTRATOR,
    )


def no_axis_column(family_variant: str, axes: tuple[str, ...]) -> Problem:
    """Tell that the rows have no column for an axis."""
    names = reduce(lambda names, name: said("{first} and {second}", first=names, second=name), map(repr, axes))
    return Problem(
        said(
            "the family variant {code!r} tells its variants apart by {names}, and there is no such column",
            code=family_variant,
            names=names,
        ),
        ProblemKind.MISSING,
        remedy=said("Map the missing column in the pipeline."),
        who=Who.ADMINISTRATOR,
    )


def no_axis(column: str, item: str, axis: str) -> Problem:
    """Tell of an item that has no value by which it could be told from its siblings."""
    return Problem(
        said("which has no {axis!r}, by which the variants of its product model are told apart", axis=axis),
        ProblemKind.MISSING,
        column,
        item,
        said("Fill it in the source; the item then goes by itself."),
    )


def same_axes(column: str, item: str, values: str, first: str) -> Problem:
    """Tell of an item whose axis values another one of its group has."""
    return Problem(
        said("variant {key} of the same model already has this option ({values})", key=first, values=values),
        ProblemKind.DUPLICATE,
        column,
        item,
        said("Decide with the ERP team which one is right."),
        Who.PRODUCT_MANAGER,
    )


def other_value(column: str, value: Any, taken: Any, first: str) -> BadValue:
    """Stand for a value of a variant that differs from what its product model takes."""
    return BadValue(
        Problem(
            said("but the product model takes {value} from {key}", value=shown(taken), key=first),
            field=column,
            value=value,
            remedy=said("Let all variants say the same in the source; this one then needs no value of its own."),
        )
    )


def no_common_value(column: str, value: Any, group: str) -> BadValue:
    """Stand for a value of variants that differ, where the pipeline wants none then."""
    return BadValue(
        Problem(
            said(
                "but the variants of {group!r} differ, and their product model has one value for all; so it was left "
                "out",
                group=group,
            ),
            field=column,
            value=value,
            remedy=said("Let all variants say the same in the source; it then goes by itself."),
        )
    )


def other_family(column: str, value: Any, usual: str) -> BadValue:
    """Stand for a family other than that of most siblings."""
    return BadValue(
        Problem(
            said(
                "and the other variants of its product model are of family {family!r}, which it gets too", family=usual
            ),
            field=column,
            value=value,
            remedy=said("Correct the family or the group of this item in the source."),
        )
    )
