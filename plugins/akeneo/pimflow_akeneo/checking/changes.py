"""What became of the PIM's model since the last check, as far as a flow uses it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from pimflow import Finding, Memory, Problem, ProblemKind, Severity, Who, said
from pimflow_akeneo.catalog import Catalog
from pimflow_akeneo.checking.subject import listed
from pimflow_akeneo.model import Attribute
from pimflow_akeneo.wording import filled, yes_or_no

_NAME = "akeneo.checked"
_TRAITS: Mapping[str, str] = {
    "type": said("type"),
    "localizable": said("value per locale"),
    "scopable": said("value per channel"),
    "unique": said("unique value"),
    "available_locales": said("locales"),
    "metric_family": said("measurement family"),
    "decimals_allowed": said("decimals"),
    "max_characters": said("most characters"),
    "number_min": said("smallest number"),
    "number_max": said("largest number"),
    "validation_regexp": said("pattern"),
}
Codes = Mapping[str, Collection[str]]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a check saw: traits of attributes, which of them each family has, locales and currencies of channels."""

    attributes: Mapping[str, Mapping[str, Any]]
    families: Codes | None
    locales: Codes
    currencies: Codes


def seen_now(catalog: Catalog, used: Collection[str], families: Collection[str] | None) -> Seen:
    """Look at the PIM's model. `used` are codes of attributes; of families only those asked for are looked at."""
    attributes = {code: catalog.attributes[code] for code in sorted(used) if code in catalog.attributes}
    has = {one: sorted(catalog.family_attributes(one).intersection(attributes)) for one in sorted(families or ())}
    return Seen(
        {code: _traits(one) for code, one in attributes.items()},
        None if families is None else has,
        {one.code: sorted(one.locales) for one in catalog.channels.values()},
        {one.code: sorted(one.currencies) for one in catalog.channels.values()},
    )


def check(memory: Memory, place: str, now: Seen, used: Collection[str], families: Collection[str]) -> Iterator[Finding]:
    """Tell what changed since the last check of this place, and keep what is there now.

    `families` are all that the PIM has, for those that are gone; none where they were not looked at. An attribute
    that the mapping did not use then, or does not now, is not told.
    """
    kept = memory.get(_NAME, [place]).get(place)
    before = Seen(**orjson.loads(kept)) if kept else None
    if now.families is None and before is not None:
        now = Seen(now.attributes, before.families, now.locales, now.currencies)
    for text in _differences(before, now, used, families) if before else ():
        yield Finding(Severity.CHANGE, Problem(text, ProblemKind.REFERENCE, who=Who.ADMINISTRATOR))
    memory.put(_NAME, {place: orjson.dumps(asdict(now)).decode()})


def _traits(attribute: Attribute) -> dict[str, Any]:
    found = {name: getattr(attribute, name) for name in _TRAITS} | {"type": attribute.kind}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}


def _differences(before: Seen, now: Seen, used: Collection[str], families: Collection[str]) -> Iterator[str]:
    for code, traits in before.attributes.items():
        if code not in now.attributes:
            if code in used:
                yield said("attribute {code} is gone", code=code)
            continue
        for name, then in traits.items():
            value = now.attributes[code].get(name)
            if value != then:
                yield said(
                    "attribute {code}: {trait} is {now}, and was {then}",
                    code=code,
                    trait=_TRAITS.get(name, name),
                    now=_shown(value),
                    then=_shown(then),
                )
    shared = set(before.attributes).intersection(now.attributes)
    if before.families is not None and now.families is not None and families:
        yield from _of_families(before.families, now.families, shared, families)
    yield from _of_channels(_LOCALE, before.locales, now.locales)
    yield from _of_channels(_CURRENCY, before.currencies, now.currencies)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return yes_or_no(value)
    if value in (None, []):
        return said("none")
    return ", ".join(value) if isinstance(value, list) else str(value)


def _of_families(before: Codes, now: Codes, shared: Collection[str], families: Collection[str]) -> Iterator[str]:
    gone = [code for code in before if code not in families]
    if gone:
        several = said("{number} families: {codes} are gone", number=len(gone), codes=listed(gone))
        yield said("family {code} is gone", code=gone[0]) if len(gone) == 1 else several
    both = [code for code in before if code in now]
    for attribute in sorted(shared):
        removed = [one for one in both if attribute in before[one] and attribute not in now[one]]
        added = [one for one in both if attribute not in before[one] and attribute in now[one]]
        if removed:
            yield said("attribute {code} was removed from {families}", code=attribute, families=_families(removed))
        if added:
            yield said("attribute {code} was added to {families}", code=attribute, families=_families(added))


def _families(codes: list[str]) -> str:
    if len(codes) == 1:
        return said("family {code}", code=codes[0])
    return said("{number} families: {codes}", number=len(codes), codes=listed(codes))


_LOCALE = (
    said("locale {code} is no longer active for channel {channel}"),
    said("locale {code} is active for channel {channel} now"),
)
_CURRENCY = (
    said("currency {code} is no longer active for channel {channel}"),
    said("currency {code} is active for channel {channel} now"),
)


def _of_channels(told: tuple[str, str], before: Codes, now: Codes) -> Iterator[str]:
    """Tell of what is no longer active for a channel, and of what is now."""
    for channel, codes in before.items():
        if channel not in now:
            if told is _LOCALE:
                yield said("channel {channel} is gone", channel=channel)
            continue
        there = set(now[channel])
        for template, some in zip(told, (set(codes) - there, there.difference(codes)), strict=True):
            yield from (filled(template, code=code, channel=channel) for code in sorted(some))
