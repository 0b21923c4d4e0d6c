"""What a record may refer to: what the PIM has, and what this call creates before it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pimflow_akeneo.model import IDENTIFIER, Attribute
from pimflow_akeneo.session import Session
from pimflow_akeneo.structure import resources
from pimflow_akeneo.structure.reading import records

_SELECTS = ("pim_catalog_simpleselect", "pim_catalog_multiselect")


class There:
    """Grows while records are created, or would be. `wished` are all codes of the file, by noun."""

    def __init__(self, session: Session, wished: Mapping[str, Collection[str]]) -> None:
        self._session = session
        self._wished = wished
        self._created: dict[str, dict[str, str]] = {}
        self._added: dict[str, frozenset[str]] = {}
        self._groups: Collection[str] | None = None

    @property
    def attributes(self) -> Mapping[str, Attribute]:
        """The attributes of the PIM, by code."""
        return self._session.catalog.attributes

    def codes(self, noun: str) -> Collection[str]:
        """Give the codes of all records that people call so, such as `attribute group`."""
        return {*self._of_the_pim(noun), *self._created.get(noun, ())}

    def add(self, noun: str, code: str, kind: str = "") -> None:
        """Note a record that this call creates; `kind` is the type of an attribute."""
        self._created.setdefault(noun, {})[code] = kind

    def extend(self, family: str, attributes: Collection[str]) -> None:
        """Note attributes that this call gives to a family."""
        self._added[family] = frozenset(attributes)

    def attributes_of(self, family: str) -> frozenset[str]:
        """Give the attributes of a family, with those that it gets from this call or, as all do, from the PIM."""
        identifiers = (one.code for one in self.attributes.values() if one.type == IDENTIFIER)
        there = self._session.catalog.family_attributes(family)
        return there.union(self._added.get(family, ()), identifiers)

    def is_wished(self, noun: str, code: str) -> bool:
        """Tell whether the file has such a record, whatever became of it."""
        return code in self._wished.get(noun, ())

    def is_select(self, attribute: str) -> bool:
        """Tell whether an attribute can have options."""
        found = self.attributes.get(attribute)
        return (found.type if found else self._created.get("attribute", {}).get(attribute)) in _SELECTS

    def _of_the_pim(self, noun: str) -> Collection[str]:
        catalog = self._session.catalog
        match noun:
            case "attribute":
                return catalog.attributes
            case "attribute group":
                return self._all_groups()
            case "channel":
                return catalog.channels
            case "locale":
                return catalog.locales
            case "family":
                return catalog.families.values()
            case "measurement family":
                return catalog.measurement_families
        raise LookupError(noun)

    def _all_groups(self) -> Collection[str]:
        if self._groups is None:
            path = resources.ATTRIBUTE_GROUPS.path
            self._groups = [str(one["code"]) for one in records(self._session, resources.ATTRIBUTE_GROUPS, path)]
        return self._groups
