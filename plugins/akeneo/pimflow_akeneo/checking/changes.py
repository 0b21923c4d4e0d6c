"""What became of the PIM's model since the last check, as far as a flow uses it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from pimflow import Finding, Memory, Problem, ProblemKind, Severity, Who
from pimflow_akeneo.catalog import Catalog
from pimflow_akeneo.checking.subject import listed
from pimflow_akeneo.model import Attribute

_NAME = "akeneo.checked"
_TRAITS: Mapping[str, str] = {
    "type": "type",
    "localizable": "value per locale",
    "scopable": "value per channel",
    "unique": "unique value",
    "available_locales": "locales",
    "metric_family": "measurement family",
    "decimals_allowed": "decimals",
    "max_characters": "most characters",
    "number_min": "smallest number",
    "number_max": "largest number",
    "validation_regexp": "pattern",
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
                yield f"attribute {code} is gone"
            continue
        for name, then in traits.items():
            value = now.attributes[code].get(name)
            if value != then:
                yield f"attribute {code}: {_TRAITS.get(name, name)} is {_said(value)}, and was {_said(then)}"
    shared = set(before.attributes).intersection(now.attributes)
    if before.families is not None and now.families is not None and families:
        yield from _of_families(before.families, now.families, shared, families)
    yield from _of_channels("locale", before.locales, now.locales)
    yield from _of_channels("currency", before.currencies, now.currencies)


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value in (None, []) else ", ".join(value) if isinstance(value, list) else str(value)


def _of_families(before: Codes, now: Codes, shared: Collection[str], families: Collection[str]) -> Iterator[str]:
    gone = [code for code in before if code not in families]
    if gone:
        yield f"{_families(gone)} {'is' if len(gone) == 1 else 'are'} gone"
    both = [code for code in before if code in now]
    for attribute in sorted(shared):
        removed = [one for one in both if attribute in before[one] and attribute not in now[one]]
        added = [one for one in both if attribute not in before[one] and attribute in now[one]]
        if removed:
            yield f"attribute {attribute} was removed from {_families(removed)}"
        if added:
            yield f"attribute {attribute} was added to {_families(added)}"


def _families(codes: list[str]) -> str:
    return f"family {codes[0]}" if len(codes) == 1 else f"{len(codes)} families: {listed(codes)}"


def _of_channels(noun: str, before: Codes, now: Codes) -> Iterator[str]:
    for channel, codes in before.items():
        if channel not in now:
            if noun == "locale":
                yield f"channel {channel} is gone"
            continue
        for code in sorted(set(codes).difference(now[channel])):
            yield f"{noun} {code} is no longer active for channel {channel}"
        for code in sorted(set(now[channel]).difference(codes)):
            yield f"{noun} {code} is active for channel {channel} now"
