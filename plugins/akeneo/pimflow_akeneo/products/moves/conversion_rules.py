"""What stands against a simple product becoming a variant, and what of it a model has to take over first. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pimflow import Change, Problem, ProblemKind, Who, said
from pimflow_akeneo import fields
from pimflow_akeneo.kinds import MODELS
from pimflow_akeneo.model import Model
from pimflow_akeneo.products import lines
from pimflow_akeneo.products.levels.place import Place, Same, shown

Values = Mapping[str, Any]
"""Canonical values by column; of types that pimflow does not write, the PIM's own data."""


@dataclass(frozen=True, slots=True)
class Move:
    """A simple product of the PIM that a change puts below a product model."""

    change: Change
    place: Place

    @property
    def key(self) -> str:
        """The key under which the PIM has the product."""
        return str(self.change.payload.get("uuid") or self.change.key)

    @property
    def target(self) -> str:
        """The code of the model that it moves to."""
        return self.place.parent.code if self.place.parent else ""


def values_of(record: Mapping[str, Any], model: Model) -> dict[str, Any]:
    """Give all values of the PIM's record, those of types too that pimflow does not write."""
    found = lines.flat({"code": "", "values": record["values"]}, model, MODELS)
    del found["code"]
    return found | dict(_others(record["values"], model))


def _others(values: Mapping[str, Any], model: Model) -> Iterator[tuple[str, Any]]:
    for code, entries in values.items():
        attribute = model.attributes.get(code)
        if attribute is None or attribute.kind not in fields.CODECS:
            for entry in entries:
                if entry["data"] is not None:
                    yield "-".join(filter(None, (code, entry["locale"], entry["scope"]))), entry["data"]


def to_be_lifted(
    move: Move, own: Values, above: Values, same: Same, model: Model
) -> tuple[dict[str, dict[str, Any]], list[Problem]]:
    """Give the values to be brought to models, by their code, and those for which there is no place."""
    problems: list[Problem] = []
    lifts: dict[str, dict[str, Any]] = {}
    for name, value in own.items():
        code = name.partition("-")[0]
        level = move.place.tree.level(code)
        if level == move.place.level or code == model.identifier.code or _sent(move.change, name, above, same):
            continue
        if level is None:
            problems.append(_homeless(move, name, value))
        elif above.get(name) is None:
            lifts.setdefault(move.place.holder(level), {})[name] = value
        elif not same(above[name], value):
            problems.append(differs(name, value, move.place.holder(level), above[name]))
    return lifts, problems


def _sent(change: Change, name: str, above: Values, same: Same) -> bool:
    """Tell whether the change itself replaces the product's value by nothing, or by what the model says."""
    if name not in change.payload:
        return False
    value = change.payload[name]
    return value is None or (above.get(name) is not None and same(above[name], value))


def differs(name: str, own: Any, code: str, above: Any) -> Problem:
    """Tell of a value that the product and the model have both, each another."""
    reason = said(
        "the product itself says '{own}', and product model '{code}', to which it should move, says '{above}'; as a "
        "variant it has no own value here, so it stays a simple product",
        own=shown(own),
        code=code,
        above=shown(above),
    )
    remedy = said("Delete one of the two in the PIM, it then moves by itself.")
    return Problem(reason, ProblemKind.VALUE, name, remedy=remedy, who=Who.PRODUCT_MANAGER)


def objections(move: Move, own: Values, family: str | None, identifier: str | None) -> Iterator[Problem]:
    """Tell what else stands against a move, before anything is written for it."""
    yield from _other_family(move, family)
    yield from _no_axis(move, own)
    yield from _renamed(move.change, identifier)


def _homeless(move: Move, name: str, own: Any) -> Problem:
    reason = said(
        "the product itself says '{own}', and family '{family}' of product model '{code}', to which it should move, "
        "does not have this attribute; so it stays a simple product",
        own=shown(own),
        family=move.place.tree.variant.family,
        code=move.target,
    )
    remedy = said("Add the attribute to the family in the PIM, or delete the value; it then moves by itself.")
    return Problem(reason, ProblemKind.VALUE, name, remedy=remedy, who=Who.PRODUCT_MANAGER)


def _other_family(move: Move, now: str | None) -> Iterator[Problem]:
    family = move.change.payload.get("family", now)
    wanted = move.place.tree.variant.family
    if family is not None and family != wanted:
        reason = said(
            "product model '{code}', to which it should move, is of family '{wanted}'; it stays simple",
            code=move.target,
            wanted=wanted,
        )
        remedy = said(
            "Give it the family '{wanted}' in the source or in the PIM, or another product model.", wanted=wanted
        )
        yield Problem(reason, ProblemKind.VALUE, "family", family, remedy, Who.PRODUCT_MANAGER)


def _renamed(change: Change, identifier: str | None) -> Iterator[Problem]:
    """Tell where a product cannot be written under its identifier: under its uuid the PIM makes no variant of it."""
    if "uuid" in change.payload and (not identifier or change.payload.get("identifier", identifier) != identifier):
        reason = said(
            "the PIM makes a variant only of a product that has and keeps an identifier, found '{identifier}'",
            identifier=identifier or "",
        )
        remedy = said("Once it has its identifier in the PIM, it moves by itself.")
        yield Problem(reason, ProblemKind.VALUE, "parent", change.payload["parent"], remedy, Who.PRODUCT_MANAGER)


def _no_axis(move: Move, own: Values) -> Iterator[Problem]:
    """Tell of axes without a value: the PIM would refuse the move when the texts are at the model already."""
    sent = {name: value for name, value in {**own, **move.change.payload}.items() if value is not None}
    tree = move.place.tree
    for axis in tree.axes(tree.last):
        if axis not in {name.partition("-")[0] for name in sent}:
            reason = said(
                "has no value, and family variant '{code}' needs one; it stays a simple product",
                code=tree.variant.code,
            )
            remedy = said("Give it a value in the source or in the PIM; it then moves by itself.")
            yield Problem(reason, ProblemKind.MISSING, axis, remedy=remedy)
