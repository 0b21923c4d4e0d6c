"""The PIM's model as plain data: what an attribute, a channel or a family allows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, Self

IDENTIFIER = "pim_catalog_identifier"


@dataclass(frozen=True)
class Attribute:
    """An attribute as `/attributes` gives it; keys that the PIM leaves out have the values below."""

    code: str
    type: str
    group: str | None = None
    localizable: bool = False
    scopable: bool = False
    unique: bool = False
    available_locales: tuple[str, ...] = ()
    decimals_allowed: bool | None = None
    negative_allowed: bool | None = None
    number_min: str | None = None
    number_max: str | None = None
    max_characters: int | None = None
    validation_rule: str | None = None
    validation_regexp: str | None = None
    metric_family: str | None = None
    default_metric_unit: str | None = None
    date_min: str | None = None
    date_max: str | None = None
    is_main_identifier: bool = False
    allowed_extensions: tuple[str, ...] = ()
    max_file_size: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    is_read_only: bool = False
    has_switch: bool = False
    """It can be made read only, as in the Enterprise edition alone."""

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """Take the keys known here out of the PIM's answer."""
        known = {one.name: data[one.name] for one in fields(cls) if data.get(one.name) is not None}
        lists = {name: tuple(known.get(name, ())) for name in ("available_locales", "allowed_extensions")}
        return cls(**{**known, **lists, "has_switch": "is_read_only" in data})

    @cached_property
    def label(self) -> str:
        """An English label, else any, else the code."""
        english = (label for locale, label in self.labels.items() if locale.startswith("en") and label)
        return next(english, None) or next(filter(None, self.labels.values()), None) or self.code

    @cached_property
    def kind(self) -> str:
        """The type without its prefix, such as `simpleselect`."""
        return self.type.removeprefix("pim_catalog_")


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel (scope): the locales and currencies that are active for it."""

    code: str
    locales: tuple[str, ...]
    currencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """A family: the attributes that its products can have."""

    code: str
    attributes: frozenset[str]


@dataclass(frozen=True, slots=True)
class FamilyVariant:
    """How the products of a family are split into models and variants.

    `levels` has, for level 1 and, where there is one, level 2: the axes in the PIM's order and the attributes, axes
    included. Attributes of the family in neither belong to the root model.
    """

    code: str
    family: str
    levels: tuple[tuple[tuple[str, ...], frozenset[str]], ...]

    @classmethod
    def of(cls, data: Mapping[str, Any], family: str) -> Self:
        """Take it out of what `/families/{family}/variants` gives."""
        sets = sorted(data["variant_attribute_sets"], key=lambda one: int(one["level"]))
        levels = ((tuple(one["axes"]), frozenset([*one["axes"], *one.get("attributes", ())])) for one in sets)
        return cls(data["code"], family, tuple(levels))


@dataclass(frozen=True)
class Model:
    """What is needed to understand the name of a column."""

    attributes: Mapping[str, Attribute]
    channels: Mapping[str, Channel]
    association_types: Mapping[str, bool]
    """Code -> whether it has quantities."""

    currencies: tuple[str, ...] = ()

    @cached_property
    def identifier(self) -> Attribute:
        """The attribute that identifies products: the main one where there are several."""
        identifiers = [one for one in self.attributes.values() if one.type == IDENTIFIER]
        return next((one for one in identifiers if one.is_main_identifier), identifiers[0])

    @property
    def has_read_only(self) -> bool:
        """Tell whether attributes can be made read only, as in the Enterprise edition alone."""
        return self.identifier.has_switch

    @property
    def has_drafts(self) -> bool:
        """Tell whether changes may wait for somebody's approval, as in the Enterprise edition alone."""
        return self.identifier.has_switch

    @cached_property
    def locales(self) -> tuple[str, ...]:
        """The active locales: those of any channel."""
        return tuple(sorted({locale for channel in self.channels.values() for locale in channel.locales}))

    def currencies_of(self, scope: str | None) -> tuple[str, ...]:
        """Give the currencies that a price can have there."""
        return self.channels[scope].currencies if scope else self.currencies

    def places(self, attribute: Attribute) -> Iterator[tuple[str | None, str | None]]:
        """Give every (locale, scope) at which the attribute can have a value."""
        scopes = list(self.channels) if attribute.scopable else [None]
        for scope in scopes:
            active = self.channels[scope].locales if scope else self.locales
            for locale in active if attribute.localizable else [None]:
                if locale is None or not attribute.available_locales or locale in attribute.available_locales:
                    yield locale, scope
