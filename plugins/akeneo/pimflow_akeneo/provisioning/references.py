"""Holds what a record refers to against what is there. No I/O of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Protocol

from pimflow import Problem, ProblemKind, Who, said
from pimflow_akeneo.spelling import CLOSE, alike
from pimflow_akeneo.structure.description import Place, Resource
from pimflow_akeneo.structure.resources import no_part

Values = Mapping[str, Any]
_NOUNS: Mapping[str, str] = {
    "group": "attribute group",
    "metric_family": "measurement family",
    "available_locales": "locale",
    "attributes": "attribute",
    "attribute_as_label": "attribute",
    "attribute_as_image": "attribute",
    "requirements": "attribute",
    "variant-axes_1": "attribute",
    "variant-axes_2": "attribute",
    "variant-attributes_1": "attribute",
    "variant-attributes_2": "attribute",
}
"""Column -> what people call that to which its codes refer."""

_OF_THE_PIM = frozenset({"locale", "measurement family", "channel"})
"""What this file cannot create."""


class Known(Protocol):
    """What may be referred to."""

    def codes(self, noun: str) -> Collection[str]:
        """Give the codes of all records that people call so."""

    def is_wished(self, noun: str, code: str) -> bool:
        """Tell whether the file has such a record, whatever became of it."""


def standing(values: Values, resource: Resource, known: Known) -> tuple[dict[str, Any], list[Problem]]:
    """Give the values without what refers to nothing, and a problem for each code that does."""
    places = [place for name in values if (place := resource.place(name))]
    problems = [problem for place in places for problem in _absent(place, values[place.name], known)]
    return without(values, problems), problems


def without(values: Values, problems: Collection[Problem]) -> dict[str, Any]:
    """Give the values without those that have a problem: of a list without these members only."""
    lost = {(problem.field, problem.value) for problem in problems}
    kept: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, list):
            left = [one for one in value if (name, one) not in lost]
            is_lost = (name, None) in lost or (value and not left)
            kept |= {} if is_lost else {name: left}
        elif (name, value) not in lost and (name, None) not in lost:
            kept[name] = value
    return kept


def outside(values: Values, inside: Collection[str], family: str) -> Iterator[Problem]:
    """Tell of attributes that a family shows, asks for or splits by, and does not have."""
    for name, value in values.items():
        if name.startswith(("requirements-", "attribute_as_", "variant-")) and value is not None:
            for code in value if isinstance(value, list) else [value]:
                if code not in inside:
                    reason = said("family '{family}' does not have this attribute", family=family)
                    remedy = said("Add it to the attributes of the family, or take it out here.")
                    yield Problem(reason, ProblemKind.REFERENCE, name, code, remedy, Who.ADMINISTRATOR)


def absent(field: str, code: str, noun: str, known: Known) -> Problem:
    """Tell that the PIM does not have what a record refers to, nor does the file create it."""
    near = alike(code, known.codes(noun), CLOSE)
    if known.is_wished(noun, code):
        remedy = said("The {noun} stands in the file, and was refused itself: correct it there.", noun=noun)
    elif near:
        remedy = said("Did you mean '{near}'?", near=near)
    elif noun in _OF_THE_PIM:
        remedy = said("Correct the code.")
    else:
        remedy = said("Correct the code, or add the {noun} to the file.", noun=noun)
    return Problem(
        said("the PIM has no such {noun}", noun=noun), ProblemKind.REFERENCE, field, code, remedy, Who.ADMINISTRATOR
    )


def _absent(place: Place, value: Any, known: Known) -> Iterator[Problem]:
    per = place.column.per
    if per and place.part not in known.codes(per):
        near = alike(place.part, known.codes(per), CLOSE)
        hint = said("Did you mean '{near}'?", near=near) if near else said("Correct the code.")
        reason = no_part(per, place.part)
        yield Problem(reason, ProblemKind.REFERENCE, place.name, None, hint, Who.ADMINISTRATOR)
        return
    noun = _NOUNS.get(place.column.name)
    if noun is None or value is None:
        return
    codes = known.codes(noun)
    for code in value if isinstance(value, list) else [value]:
        if code not in codes:
            yield absent(place.name, code, noun, known)
