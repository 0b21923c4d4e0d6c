"""Which column of the source goes into which of the target: the surest pairs first, each column of a target once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pimflow.model import Field
from pimflow.outlook import Offer
from pimflow.suggesting.evidence import Evidence, evidence, sureness
from pimflow.suggesting.samples import Sample, compared

SURE, UNSURE = 0.5, 0.3
_AS_GOOD, _CERTAIN, _DOUBT = 0.01, 0.95, 0.8
_OTHER = "another would be as good"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line of a mapping. `strange` are values of the sample that the target's column does not take as options."""

    field: Field
    offer: Offer
    sureness: float
    reasons: tuple[str, ...]
    strange: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A mapping: what is suggested, what might be, hot columns that are left out, and columns without a place."""

    lines: tuple[Suggestion, ...]
    unsure: tuple[Suggestion, ...]
    hot: tuple[str, ...]
    left: tuple[str, ...]
    missing: tuple[str, ...] = ()
    """Columns by which the target knows a record, and which nothing was found for."""


def suggest(sample: Sample, offers: Sequence[Offer]) -> Draft:
    """Hold every column of the source against every one of the target."""
    found = sorted(
        _doubted(list(_all(sample, offers))), key=lambda one: (-one.sureness, one.offer.column, one.field.name)
    )
    taken: dict[str, Suggestion] = {}
    used: dict[str, int] = {}
    for one in found:
        if one.offer.column in taken or (used.get(one.field.name) and not _again(one, taken)):
            continue
        taken[one.offer.column] = one
        used[one.field.name] = used.get(one.field.name, 0) + 1
    order = {offer.column: number for number, offer in enumerate(offers)}
    lines = sorted(taken.values(), key=lambda one: order[one.offer.column])
    sure = tuple(one for one in lines if one.sureness >= SURE)
    named = {one.field.name for one in lines}
    return Draft(
        sure,
        tuple(one for one in lines if UNSURE <= one.sureness < SURE),
        tuple(sorted(sample.hot)),
        tuple(name for name in sample.fields if name not in named | sample.hot),
        tuple(
            offer.column for offer in offers if offer.is_key and offer.column not in {one.offer.column for one in sure}
        ),
    )


def _all(sample: Sample, offers: Sequence[Offer]) -> Iterator[Suggestion]:
    for one in sample.fields.values():
        if one.name in sample.hot:
            continue
        for offer in offers:
            reasons: list[Evidence] = list(evidence(one, offer, sample))
            sure = sureness(reasons)
            if sure >= UNSURE:
                told = tuple(reason.reason for reason in sorted(reasons, key=lambda reason: -reason.weight))
                yield Suggestion(one, offer, sure, told, _strange(sample, one, offer))


def _doubted(found: Sequence[Suggestion]) -> Iterator[Suggestion]:
    """Be less sure where another attribute, or another column of the source, would be as good: one of two is wrong."""
    places: defaultdict[str, dict[str, float]] = defaultdict(dict)
    origins: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for one in found:
        code = one.offer.column.partition("-")[0]
        places[one.field.name][code] = max(one.sureness, places[one.field.name].get(code, 0))
        origins[one.offer.column][one.field.name] = one.sureness
    for one in found:
        code = one.offer.column.partition("-")[0]
        others = [sure for other, sure in places[one.field.name].items() if other != code]
        others += [sure for other, sure in origins[one.offer.column].items() if other != one.field.name]
        if max(others, default=0) > one.sureness - _AS_GOOD and one.sureness < _CERTAIN:
            one = replace(one, sureness=min(one.sureness * _DOUBT, SURE - 0.01), reasons=(*one.reasons, _OTHER))  # noqa: PLW2901
        if one.sureness >= UNSURE:
            yield one


def _again(one: Suggestion, taken: dict[str, Suggestion]) -> bool:
    """Let a column go into the same attribute for another channel, or another locale if it has no language."""
    code = one.offer.column.partition("-")[0]
    return any(other.field is one.field and other.offer.column.partition("-")[0] == code for other in taken.values())


def _strange(sample: Sample, one: Field, offer: Offer) -> tuple[str, ...]:
    if not offer.options:
        return ()
    known = {compared(code) for code in offer.options}
    values = {str(part): compared(part) for row in sample.rows for part in _parts(row.get(one.name))}
    return tuple(sorted(value for value, text in values.items() if text and text not in known))


def _parts(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else (value,)
