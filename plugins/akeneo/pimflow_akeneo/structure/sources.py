"""The sources of structure resources."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import petl
from pydantic import Field, field_validator

from pimflow import ConfigError, LazyTable, Source, Use, Window
from pimflow import Field as FieldInfo
from pimflow_akeneo.connection import AkeneoConnection
from pimflow_akeneo.search import Search, combined, normalized, written
from pimflow_akeneo.search_tables import Table
from pimflow_akeneo.session import Session, was_set_back
from pimflow_akeneo.structure import reading, resources
from pimflow_akeneo.structure.description import Place, Resource, flat

_OVERLAP = timedelta(minutes=10)
_IDENTIFIER = "pim_catalog_identifier"
Row = tuple[Any, ...]


def _read_until(cursor: str | None) -> datetime | None:
    """Read a cursor; None where there is none, or where a person set one that is no time with its zone."""
    try:
        found = datetime.fromisoformat(cursor or "")
    except ValueError:
        return None
    return found if found.tzinfo else None


class StructureSource(Source):
    """What the sources of all structure resources have in common."""

    resource: ClassVar[Resource]

    connection: Use[AkeneoConnection] = Field(description="Name of the connection to the PIM.")

    def discover(self, session: Session) -> list[FieldInfo]:
        """List the columns, named as on the PIM's screens."""
        return [
            FieldInfo(place.name, place.column.codec.type, place.title, place.column.per == resources.LOCALE)
            for place in self._places(session)
        ]

    def count(self, session: Session, window: Window) -> int | None:
        """Let the PIM count, where there is one list."""
        if window.keys:
            return len(window.keys)
        if self.resource.owner or self.resource is resources.MEASUREMENT_FAMILIES:
            return None
        params = {**self._params(self._search(window)), "limit": "1", "with_count": "true"}
        found = session.get(self.resource.path, params).get("items_count")
        return None if found is None else int(found)

    def extract(self, session: Session, window: Window) -> petl.Table:
        """Give the records page by page. Raises ConfigError for a locale that the PIM does not have."""
        return LazyTable(lambda: self.rows(session, window))

    def rows(self, session: Session, window: Window) -> Iterator[Row]:
        """Give the header, then one row a record."""
        places = self._places(session)
        yield tuple(place.name for place in places)
        for owner in self._owners(session):
            for record in self._read(session, self.resource.list_of(owner), window):
                yield self._row(record, owner, places)

    def _row(self, record: reading.Record, owner: str, places: list[Place]) -> Row:
        values = flat(record, self.resource)
        keys = {self.resource.KEY: record["code"], self.resource.owner: owner}
        return tuple(
            keys[place.column] if place.column in keys else _cell(values.get(place.name), place) for place in places
        )

    def _read(self, session: Session, path: str, window: Window) -> Iterator[reading.Record]:
        wanted = self._search(window)
        if window.keys:
            return reading.found(session, self.resource, path, window.keys, wanted)
        return reading.records(session, self.resource, path, self._params(wanted))

    def _owners(self, session: Session) -> Collection[str]:  # noqa: ARG002 - those that have one list have no owners
        """Give the codes of attributes or families whose records are read."""
        return [""]

    def _search(self, window: Window) -> Search:  # noqa: ARG002 - most lists cannot be searched by time
        return {}

    @staticmethod
    def _params(wanted: Search) -> dict[str, str]:
        return {"search": written(wanted)} if wanted else {}

    def _places(self, session: Session) -> list[Place]:
        resource = self.resource
        keys = [resource.KEY, *([resource.owner] if resource.owner else [])]
        return [Place(key) for key in keys] + [
            Place(column, part)
            for column in resource.columns
            for part in (self._parts(column.per, session) if column.per else [""])
        ]

    def _parts(self, per: str, session: Session) -> list[str]:
        if per == resources.CHANNEL:
            return sorted(session.catalog.channels)
        return self._label_locales(session)

    def _label_locales(self, session: Session) -> list[str]:  # noqa: ARG002 - most have labels
        return []


class LabelledSource(StructureSource):
    """Records with labels."""

    locales: list[str] | None = Field(None, description="Locales of the labels to read; all active ones when left out.")

    def _label_locales(self, session: Session) -> list[str]:
        known = session.catalog.locales
        if self.locales is None:
            return sorted(code for code, active in known.items() if active)
        unknown = [code for code in self.locales if code not in known]
        if unknown:
            raise ConfigError(*(f"locales: the PIM has no locale {code!r}" for code in unknown))
        return self.locales


class SearchedSource(StructureSource):
    """A list that can be searched."""

    search: dict[str, Any] = Field(
        default_factory=dict,
        description="Filters as the PIM knows them, as in {code: {operator: IN, value: [a, b]}}; all must hold.",
    )

    @field_validator("search")
    @classmethod
    def _is_search(cls, value: dict[str, Any]) -> dict[str, Any]:
        return dict(normalized(value, cls.resource.filters or Table({})))

    def _search(self, window: Window) -> Search:  # noqa: ARG002 - see ChangingSource
        return self.search


class ChangingSource(SearchedSource, LabelledSource):
    """A list that the PIM can search by the time of the last change.

    After the first complete read only what changed since is read, by the server's own clock and ten minutes over.
    `--full` reads all. Deleted records never show, nor do changes that the PIM does not date, such as those of a
    group's attributes.
    """

    def window(self, session: Session, cursor: str | None) -> Window:
        """Read what changed since the last complete read began. The cursor is the server's time then."""
        session.call("GET", self.resource.path, params={"limit": "1"})
        now = session.now().replace(microsecond=0)
        last = _read_until(cursor)
        if last is None or was_set_back(last, now):
            return Window(cursor=now.isoformat())
        return Window(since=(min(last, now) - _OVERLAP).isoformat(), cursor=now.isoformat())

    def cursor_at(self, moment: datetime) -> str:
        """Give the cursor of a read that began then."""
        return moment.astimezone(UTC).isoformat()

    def _search(self, window: Window) -> Search:
        return combined(self.search, "updated", ">", window.since) if window.since else self.search


class AkeneoAttributesSource(ChangingSource):
    """Attributes of the PIM, with columns as in Akeneo's own CSV files; `akeneo.attributes` takes them back.

    The main identifier comes first: an empty PIM makes the first identifier that it is given the main one.
    """

    type = "akeneo.attributes"
    resource = resources.ATTRIBUTES

    def _read(self, session: Session, path: str, window: Window) -> Iterator[reading.Record]:
        if window.keys or window.since or "type" in self.search:
            yield from super()._read(session, path, window)
            return
        params = self._params(combined(self.search, "type", "IN", [_IDENTIFIER]))
        identifiers = reading.records(session, self.resource, path, params)
        yield from sorted(identifiers, key=lambda one: not one.get("is_main_identifier"))
        yield from (one for one in super()._read(session, path, window) if one["type"] != _IDENTIFIER)


class AkeneoAttributeOptionsSource(LabelledSource):
    """Options of simple and multi selects, with columns as in Akeneo's own CSV files.

    The PIM has a list for each attribute: reading all takes a call for each select.
    """

    type = "akeneo.attribute_options"
    resource = resources.ATTRIBUTE_OPTIONS

    attributes: list[str] | None = Field(None, description="Attributes whose options to read; all when left out.")

    def _owners(self, session: Session) -> Collection[str]:
        return _chosen("attributes", "select attribute", self.attributes, reading.with_lists(session, self.resource))


class AkeneoAttributeGroupsSource(ChangingSource):
    """Attribute groups of the PIM, with columns as in Akeneo's own CSV files.

    `attributes` names the attributes of a group; sinks set it at the attribute.
    """

    type = "akeneo.attribute_groups"
    resource = resources.ATTRIBUTE_GROUPS


class AkeneoFamiliesSource(ChangingSource):
    """Families of the PIM, with columns as in Akeneo's own CSV files: required attributes by channel."""

    type = "akeneo.families"
    resource = resources.FAMILIES


class AkeneoFamilyVariantsSource(LabelledSource):
    """Family variants of the PIM, with columns as in Akeneo's own CSV files: axes and attributes by level.

    The PIM has a list for each family: reading all takes a call for each.
    """

    type = "akeneo.family_variants"
    resource = resources.FAMILY_VARIANTS

    families: list[str] | None = Field(None, description="Families whose variants to read; all when left out.")

    def _owners(self, session: Session) -> Collection[str]:
        return _chosen("families", "family", self.families, reading.with_lists(session, self.resource))


class AkeneoCategoriesSource(ChangingSource):
    """Categories of the PIM, parents before their children, with columns as in Akeneo's own CSV files."""

    type = "akeneo.categories"
    resource = resources.CATEGORIES


class AkeneoAssociationTypesSource(LabelledSource):
    """Association types of the PIM, with columns as in Akeneo's own CSV files."""

    type = "akeneo.association_types"
    resource = resources.ASSOCIATION_TYPES


class AkeneoChannelsSource(LabelledSource):
    """Channels of the PIM, with columns as in Akeneo's own CSV files."""

    type = "akeneo.channels"
    resource = resources.CHANNELS


class AkeneoMeasurementFamiliesSource(LabelledSource):
    """Measurement families of the PIM: code, labels, standard unit, and the units as JSON."""

    type = "akeneo.measurement_families"
    resource = resources.MEASUREMENT_FAMILIES


class AkeneoLocalesSource(SearchedSource):
    """Locales of the PIM: code, and whether a channel uses them. They cannot be written."""

    type = "akeneo.locales"
    resource = resources.LOCALES


class AkeneoCurrenciesSource(SearchedSource):
    """Currencies of the PIM: code, and whether they are active. They cannot be written."""

    type = "akeneo.currencies"
    resource = resources.CURRENCIES


def _cell(value: Any, place: Place) -> Any:
    return None if value is None else place.column.codec.cell(value)


def _chosen(option: str, noun: str, asked: list[str] | None, there: list[str]) -> list[str]:
    if asked is None:
        return there
    known = {code.lower(): code for code in there}
    unknown = [code for code in asked if code.lower() not in known]
    if unknown:
        raise ConfigError(*(f"{option}: the PIM has no {noun} {code!r}" for code in unknown))
    return [known[code.lower()] for code in asked]
