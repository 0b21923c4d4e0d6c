"""What the sources of products, product models and published products have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

import orjson
import petl
from pydantic import Field, ValidationInfo, field_validator

from pimflow import ConfigError, LazyTable, OutputPath, Source, Use, Window
from pimflow import Field as FieldInfo
from pimflow_akeneo import search
from pimflow_akeneo.connection import AkeneoConnection
from pimflow_akeneo.kinds import Kind
from pimflow_akeneo.media.downloading import downloaded
from pimflow_akeneo.model import Model
from pimflow_akeneo.products.reading import changes, queries
from pimflow_akeneo.products.reading.queries import Query
from pimflow_akeneo.products.reading.rows import Reading
from pimflow_akeneo.search_tables import PRODUCTS, Table
from pimflow_akeneo.session import Session
from pimflow_akeneo.spelling import alike

Record = Mapping[str, Any]

_NOT_ASKED = {"connection", "overlap", "timezone", "partitions", "everything"}
"""Options that change nothing about what is asked for."""


class RecordsSource(Source):
    """Reads one kind of record that has values."""

    table: ClassVar[Table] = PRODUCTS

    connection: Use[AkeneoConnection] = Field(description="Name of the connection to the PIM.")
    attributes: list[str] | None = Field(None, description="Codes of the attributes to read; all when left out.")
    locales: list[str] | None = Field(None, description="Locales to read; all active ones when left out.")
    scope: str | None = Field(
        None,
        description="The channel to read: its values, and only records in its category tree. All when left out.",
    )
    search_locale: str | None = Field(
        None, description="Locale of conditions that need one and name none; that of `locales` if it is a single one."
    )
    search_scope: str | None = Field(
        None, description="Channel of conditions that need one and name none; `scope` when left out."
    )
    search: dict[str, Any] = Field(
        default_factory=dict,
        description="Filters as the PIM knows them, as in {family: {operator: IN, value: [shoes]}}; all must hold.",
    )
    media: OutputPath | None = Field(
        None,
        description="Folder to which pictures and files are downloaded, each once; cells then hold the path below it, "
        "as in Akeneo's own exports: files/SKU/picture/name.png, and models/CODE/… for product models. Without it "
        "they hold the PIM's codes.",
    )
    only_keys: bool = Field(False, description="Read the keys of the records and nothing else, which costs little.")

    @field_validator("search")
    @classmethod
    def _is_search(cls, value: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        locale, scope = _places(info.data)
        return dict(search.normalized(value, cls.table, locale=locale, scope=scope))

    @property
    def kind(self) -> Kind:
        """The kind of record that is read."""
        raise NotImplementedError

    def discover(self, session: Session) -> list[FieldInfo]:
        """List the columns; labels are those of the attributes, English ones where there are some."""
        return list(self._reading(self._checked(session)).fields())

    def count(self, session: Session, window: Window) -> int | None:
        """Let the PIM count."""
        if window.keys:
            return len(window.keys)
        return queries.count(session, self._query(self._checked(session), window))

    def extract(self, session: Session, window: Window) -> petl.Table:
        """Give the records page by page. Raises ConfigError for what the PIM's model does not have."""
        return LazyTable(lambda: self.rows(session, window))

    def rows(self, session: Session, window: Window) -> Iterator[tuple[Any, ...]]:
        """Give the header, then one row a record."""
        model = self._checked(session)
        reading = self._reading(model)
        header = reading.header()
        yield header
        query = self._query(model, window)
        asked = self._keyed(query, window, model) if window.keys else iter((query,))
        records = (record for one in asked for record in queries.records(session, one))
        rows: Iterator[dict[str, Any]] = map(reading.cells, self._once(session, window, records))
        if self.media is not None:
            rows = downloaded(session, self.media, self.kind, reading.media(), rows)
        for cells in rows:
            yield tuple(cells.get(name) for name in header)

    def _once(self, session: Session, window: Window, records: Iterator[Record]) -> Iterator[Record]:  # noqa: ARG002 - for reads in parts
        """Give each record once."""
        return records

    def _keyed(self, query: Query, window: Window, model: Model) -> Iterator[Query]:
        return queries.having(query, self.kind.searched or model.identifier.code, window.keys)

    def _query(self, model: Model, window: Window) -> Query:
        locale, scope = _places(dict(self))
        found = search.placed(self.search, model, locale, scope, self.table)
        if window.since is not None:
            found = search.combined(found, "updated", ">", window.since)
        return Query(self.kind, self._params(model), found)

    def _params(self, model: Model) -> dict[str, str]:
        params = {}
        if self.only_keys:
            params["attributes"] = model.identifier.code
        elif self.attributes is not None:
            params["attributes"] = ",".join(dict.fromkeys([model.identifier.code, *self.attributes]))
        if self.locales is not None:
            params["locales"] = ",".join(self.locales)
        if self.scope is not None:
            params["scope"] = self.scope
        return params

    def _reading(self, model: Model) -> Reading:
        attributes = None if self.attributes is None else tuple(self.attributes)
        locales = None if self.locales is None else tuple(self.locales)
        return Reading(self.kind, model, attributes, locales, self.scope, keys=self.only_keys)

    def _checked(self, session: Session) -> Model:
        """Give the PIM's model. Raises ConfigError with all that it does not have."""
        model = session.catalog.model
        locale, scope = _places(dict(self))
        asked = search.placed(self.search, model, locale, scope, self.table)
        wrong = [
            *_unknown("attributes: the PIM has no attribute", self.attributes, model.attributes),
            *_unknown("locales: not active in the PIM:", self.locales, model.locales),
            *_unknown("scope: the PIM has no channel", [self.scope], model.channels),
            *_unknown("search_locale: not active in the PIM:", [self.search_locale], model.locales),
            *_unknown("search_scope: the PIM has no channel", [self.search_scope], model.channels),
            *_inactive(self.scope, self.locales or (), model),
            *(f"search: {mistake}" for mistake in search.mistakes(asked, model, self.table, session.catalog)),
        ]
        if wrong:
            raise ConfigError(*wrong)
        return model


class ChangesSource(RecordsSource):
    """Reads what changed since the last complete read, by the time of the PIM's server."""

    everything: bool = Field(
        False,
        description="Read everything each time, not changes only: for a small selection that records leave, such as "
        "those with a tick.",
    )
    overlap: float = Field(
        10.0,
        ge=0,
        description="Minutes before the last read from which on changes are read again: the PIM's search lags behind "
        "what was written, by more when jobs change many products.",
    )
    timezone: str | None = Field(
        None,
        description="Time zone of the PIM's server, as in Europe/Paris. When left out, it is guessed on the safe "
        "side, and some changes more are read again.",
    )

    @field_validator("timezone")
    @classmethod
    def _is_timezone(cls, value: str | None) -> str | None:
        known = available_timezones()
        if value is not None and value not in known:
            near = alike(value, known)
            raise ValueError("no time zone has this name" + (f"; did you mean {near!r}?" if near else ""))
        return value

    def window(self, session: Session, cursor: str | None) -> Window:
        """Begin where the last read that asked for the same began, less `overlap`; read everything without one."""
        self._checked(session)
        if self.everything:
            return Window()
        started = session.now()  # as the answers told it that the check needed
        asked = self._asked()
        kept = changes.cursor(started, asked)
        last = changes.last_read(cursor, asked)
        begin = changes.beginning(last, started, timedelta(minutes=self.overlap)) if last else None
        if begin is None:
            return Window(cursor=kept)
        return Window(since=self._on_server_clock(session, begin), cursor=kept)

    def cursor_at(self, moment: datetime) -> str:
        """Give the cursor of a read that began then and asked for the same."""
        return changes.cursor(moment, self._asked())

    def _on_server_clock(self, session: Session, moment: datetime) -> str:
        zone = ZoneInfo(self.timezone) if self.timezone else None
        offsets = set() if zone else changes.offsets(session, self.kind)
        return changes.on_server_clock(moment, offsets, zone)

    def _asked(self) -> str:
        """Tell apart what is asked for: a cursor of another search or other columns is of no use."""
        options = self.model_dump(mode="json", exclude=_NOT_ASKED)
        return blake2b(orjson.dumps([self.kind.path, options], option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest()


def _places(options: Mapping[str, Any]) -> tuple[str | None, str | None]:
    locales = options.get("locales") or []
    locale = options.get("search_locale") or (locales[0] if len(locales) == 1 else None)
    return locale, options.get("search_scope") or options.get("scope")


def _unknown(what: str, codes: Any, known: Any) -> Iterator[str]:
    for code in codes or ():
        if code is not None and code not in known:
            near = alike(code, known)
            yield f"{what} {code!r}" + (f"; did you mean {near!r}?" if near else "")


def _inactive(scope: str | None, locales: Any, model: Model) -> Iterator[str]:
    if scope is not None and scope in model.channels:
        active = model.channels[scope].locales
        for locale in locales:
            if locale in model.locales and locale not in active:
                yield f"locales: {locale!r} is not active for channel {scope}; active: {', '.join(active)}"
