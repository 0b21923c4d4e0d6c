"""Which column of the source goes into which of the target: the surest pairs first, each column of a target once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pimflow.model import Field
from pimflow.outlook import Offer
from pimflow.suggesting.evidence import Evidence, evidence, sureness
from pimflow.suggesting.names import plain, speaks_of
from pimflow.suggesting.samples import Sample, compared, separated
from pimflow.suggesting.units import unit_of

SURE, UNSURE = 0.5, 0.3
_AS_GOOD, _CERTAIN, _DOUBT, _BESIDE, _SURER = 0.01, 0.95, 0.8, 0.9, 0.05
_OTHER = "another would be as good"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line of a mapping. `strange` are values of the sample that the target's column does not take as options.

    `coded` are values of which options are made by taking blanks and signs out; `unit` is that of amounts.
    """

    field: Field
    offer: Offer
    sureness: float
    reasons: tuple[str, ...]
    strange: tuple[str, ...] = ()
    coded: tuple[str, ...] = ()
    unit: str = ""


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
        taken[one.offer.column] = _beside_a_surer(one, taken)
        used[one.field.name] = used.get(one.field.name, 0) + 1
    for one in _alongside(sample, offers, taken):
        before = taken.get(one.offer.column)
        if one.field.name not in used and (before is None or before.sureness < SURE):
            taken[one.offer.column] = one
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
                yield _suggestion(sample, one, offer, sure, told)


def _suggestion(sample: Sample, one: Field, offer: Offer, sure: float, told: tuple[str, ...]) -> Suggestion:
    strange, coded = _judged(sample, one, offer)
    unit, why = unit_of(one, offer, sample) if offer.unit else ("", "")
    return Suggestion(one, offer, sure, told + ((why,) if why else ()), strange, coded, unit)


def _alongside(sample: Sample, offers: Sequence[Offer], taken: Mapping[str, Suggestion]) -> Iterator[Suggestion]:
    """Let a text go where the same text in another language goes: `label@fr` into `name-fr_FR` beside `name-en_US`."""
    sure = {
        (sample.parted(one.field.name)[0], one.offer.column.partition("-")[0]): one
        for one in taken.values()
        if one.sureness >= SURE
    }
    for field in sample.fields.values():
        name, named = sample.parted(field.name)
        for offer in offers if named and field.name not in sample.hot else ():
            beside = sure.get((name, offer.column.partition("-")[0]))
            if (
                beside is not None
                and beside.field is not field
                and offer.locale
                and speaks_of(named, offer, sample.places)
            ):
                told = f"{beside.field.name} goes into {beside.offer.column}"
                yield _suggestion(sample, field, offer, beside.sureness * _BESIDE, (told,))


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


def _beside_a_surer(one: Suggestion, taken: Mapping[str, Suggestion]) -> Suggestion:
    """Be less sure where the values of the sample speak for another place of the same attribute."""
    others = [other for other in taken.values() if other.field is one.field and other.sureness > one.sureness + _SURER]
    if not others:
        return one
    told = f"it goes into {others[0].offer.column}"
    return replace(one, sureness=min(one.sureness, SURE - 0.01), reasons=(*one.reasons, told))


def _judged(sample: Sample, one: Field, offer: Offer) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give values that are no options there, and those that are once their codes are made."""
    if not offer.options:
        return (), ()
    known, plainly = {compared(code) for code in offer.options}, {plain(code) for code in offer.options}
    separate = offer.type == "list"
    values = {str(part): compared(part) for row in sample.rows for part in _parts(row.get(one.name), separate=separate)}
    others = sorted(value for value, text in values.items() if text and text not in known)
    coded = tuple(value for value in others if plain(value) in plainly)
    return tuple(value for value in others if value not in coded), coded


def _parts(value: object, *, separate: bool) -> Sequence[object]:
    if isinstance(value, list | tuple):
        return value
    return separated(value) if separate and isinstance(value, str) else (value,)
