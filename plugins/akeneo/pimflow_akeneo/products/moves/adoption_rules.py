"""Product models that are in the PIM already are meant by derived ones: known by the variants below them. No I/O.

A transform derives the code of a model from its group; where the PIM has the group's variants under one model of the
same family variant, that model is updated under its own code, and variants go on belonging to it. Where they stand
under several, the one with more than half of them is meant, and the source moves the others there; without such a
majority a person decides, and no model is derived.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pimflow import Memory, Problem, ProblemKind, Who, said
from pimflow_akeneo.products.levels.ancestors import Ancestor

ADOPTED = "adopted models"
"""Memory: derived code -> the code of the model that is meant."""

OWNERS = "groups of models"
"""Memory: code of a model in lower case -> the derived code that is written to it."""

MEMBERS = "variants"
"""The column of a derived model with the SKUs of its variants; the PIM has no such column."""


@dataclass(frozen=True, slots=True)
class Meant:
    """The code of the model that a derived one means; or why none is meant although its variants are there.

    `members` counts the derived model's variants that are below it.
    """

    code: str | None = None
    members: int = 0
    problem: Problem | None = None


def own_codes(memory: Memory, derived: Iterable[str]) -> Mapping[str, str]:
    """Give the codes of adopted models, by the codes derived for them."""
    asked = sorted(set(derived))
    return memory.get(ADOPTED, asked) if asked else {}


def meant(above: Sequence[Ancestor], depth: int, level: int, family_variant: str) -> Meant:
    """Decide which model is meant by a derived one at `level` (0: root) of a family variant with `depth` levels.

    `above` has the direct model of each member that is a variant in the PIM.
    """
    alike = [one for one in above if one.family_variant.lower() == family_variant.lower()]
    if not alike:
        return Meant(problem=_other_variant(above[0], family_variant) if above else None)
    direct = level == depth - 1
    votes = Counter(one.code if direct else one.parent or one.code for one in alike)
    code, most = max(sorted(votes.items()), key=lambda vote: vote[1])
    return Meant(code, most) if 2 * most > votes.total() else Meant(problem=_divided(votes))


def _other_variant(model: Ancestor, family_variant: str) -> Problem:
    reason = said(
        "its variants are in the PIM already, below '{code}' of family variant '{now}'; the PIM moves none to family "
        "variant '{wanted}'",
        code=model.code,
        now=model.family_variant,
        wanted=family_variant,
    )
    remedy = said(
        "Make the variants simple products in the PIM first; or have '{now}' mapped by your administrator.",
        now=model.family_variant,
    )
    return Problem(
        reason, ProblemKind.DUPLICATE, "family_variant", family_variant, remedy=remedy, who=Who.PRODUCT_MANAGER
    )


def _divided(votes: Mapping[str, int]) -> Problem:
    models = ", ".join(f"'{code}' ({count})" for code, count in sorted(votes.items()))
    reason = said("its variants are in the PIM already, below several product models: {models}", models=models)
    remedy = said(
        "Move them below one of these in the PIM, or correct their group in the source; it then goes by itself."
    )
    return Problem(reason, ProblemKind.DUPLICATE, MEMBERS, remedy=remedy, who=Who.PRODUCT_MANAGER)
