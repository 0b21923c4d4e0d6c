"""The sources of Dolibarr: products, templates, categories, attributes and their options."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from pimflow import Field as FieldInfo
from pimflow import OutputPath, Use, Window
from pimflow_dolibarr import changes, columns, filters, lists, reading
from pimflow_dolibarr.answers import FilteredError
from pimflow_dolibarr.connection import DolibarrConnection
from pimflow_dolibarr.pictures import Shelf
from pimflow_dolibarr.session import Session
from pimflow_erp import cursors
from pimflow_erp.columns import Column, refuse_unknown
from pimflow_erp.reading import RowsSource
from pimflow_http import redact_url

Rows = Iterator[tuple[Any, ...]]


class _DolibarrSource(RowsSource):
    """What the sources have in common."""

    connection: Use[DolibarrConnection] = Field(description="Name of the connection to Dolibarr.")


class _ProductsSource(_DolibarrSource):
    """What products and templates have in common: columns, conditions, changes."""

    always_hot = columns.HOT
    identity = "id"
    named = "label"

    languages: list[str] = Field(
        default_factory=list, description="Languages whose texts are read, into columns such as label@fr_FR."
    )
    fallback: Literal["none", "copy"] = Field(
        "none",
        description="What a text is where it is missing in a language, or equal to the one in Dolibarr's own: `none`, "
        "or a `copy` of that one.",
    )
    page_size: int = Field(300, ge=1, le=1000, description="Records a call.")
    overlap: float = Field(
        10.0,
        ge=0,
        description="Minutes before the latest change of the last read from which on changes are read again: long "
        "imports into Dolibarr arrive late. Set it above the longest one.",
    )
    more_fields: list[str] = Field(
        default_factory=list, description="Further fields of products to read, by their names in Dolibarr's API."
    )
    archived: bool = Field(True, description="Read what is not for sale, too; its column `active` is false.")
    services: bool = Field(True, description="Read services, too; their column `type` says so.")
    categories: bool = Field(
        True,
        description="Read which categories records are in: a call for each category, or for each record if those are "
        "fewer.",
    )
    picture_folder: OutputPath | None = Field(
        None,
        description="Folder into which pictures are fetched, for the columns `image` and `images`: a call for each "
        "record, and one for each picture that is new.",
    )

    def discover(self, session: Session) -> list[FieldInfo]:
        """List the columns; then further languages, and stock, which `more_fields` may name."""
        found = self.columns(session, [*dict.fromkeys([*self.languages, *session.catalog.languages])])
        names = {column.name for column in found}
        more = [columns.other(name).field for name in sorted(columns.STOCK | {"cost_price"}) if name not in names]
        return [*(column.field for column in found), *more]

    def page(self, connection: DolibarrConnection, row: Mapping[str, Any]) -> str:
        """Give the address of the product's card."""
        return f"{redact_url(connection.url)}/product/card.php?id={row['id']}" if row.get("id") else ""

    def window(self, session: Session, cursor: str | None) -> Window:
        """Begin `overlap` before the latest change that the last read could see; read everything without one."""
        asked = cursors.asked_of(self, [column.name for column in self.columns(session, self.languages)])
        return cursors.window(cursor, asked, changes.latest(session), self.overlap)

    def cursor_at(self, moment: dt.datetime) -> str:
        """Give the cursor for what was stamped from this time on."""
        return cursors.kept_by_hand(changes.by_hand(moment))

    def rows(self, session: Session, window: Window) -> Rows:
        """Give the header, then one row a record; none twice, also where several keys lead to it."""
        found = self.columns(session, self.languages)
        yield tuple(column.name for column in found)
        place, seen = [column.name for column in found].index("id"), set[int]()
        for condition in self.conditions(session, window):
            for row in self._read(session, found, condition, keyed=bool(window.keys)):
                if not window.keys or row[place] not in seen:
                    yield row
                if window.keys:
                    seen.add(row[place])

    def read(self, session: Session, wanted: reading.Wanted) -> Rows:
        """Give the rows of the records that are wanted."""
        raise NotImplementedError

    def columns(self, session: Session, languages: Sequence[str]) -> list[Column]:
        """Make the columns. Raises ConfigError for fields that products do not have."""
        catalog = session.catalog
        if self.more_fields and catalog.fields:
            refuse_unknown("more_fields: products of Dolibarr have no field", self.more_fields, catalog.fields)
        found = [*columns.of_records(), *columns.of_extra_fields(catalog.extra_fields, session.server.zone)]
        own = catalog.language if languages else None
        found += columns.of_languages(languages, own, copies=self.fallback == "copy")
        if self.categories and catalog.reads_categories:
            found += columns.of_categories(catalog.categories)
        if self.picture_folder:
            found += columns.of_pictures()
        names = {column.name for column in found}
        return [*found, *(columns.other(name) for name in dict.fromkeys(self.more_fields) if name not in names)]

    def conditions(self, session: Session, window: Window) -> list[str]:
        """Give conditions that find the records of a window; they may find some more."""
        since = changes.condition(session, dt.datetime.fromisoformat(window.since)) if window.since else ""
        used = "" if self.archived else filters.equal("t.tosell", 1)
        keyed = reading.keyed(window.keys) if window.keys else [""]
        return [filters.both(since, used, one) for one in keyed]

    def query(self) -> dict[str, Any]:
        """Give the parameters of the list."""
        stock = {"includestockdata": 1} if columns.STOCK.intersection(self.more_fields) else {}
        return {**stock, **({} if self.services else {"mode": 1})}

    def _read(self, session: Session, found: Sequence[Column], condition: str, *, keyed: bool) -> Rows:
        """Read everything where Dolibarr takes the keys for an attack: the core leaves out the others."""
        try:
            yield from self.read(session, self._wanted(session, found, condition))
        except FilteredError:
            if not keyed:
                raise
            yield from self.read(session, self._wanted(session, found, ""))

    def _wanted(self, session: Session, found: Sequence[Column], condition: str) -> reading.Wanted:
        shelf = Shelf(self.picture_folder) if self.picture_folder else None
        categories = self.categories and bool(session.catalog.categories)
        return reading.Wanted(found, condition, self.page_size, self.query(), categories, shelf)


class DolibarrProductsSource(_ProductsSource):
    """Products and services: variants, and what has none. What has some is a template and comes from its own source.

    Fields have their names in Dolibarr, units are symbols, categories paths and codes. `label` is in Dolibarr's own
    language, `label@fr_FR` in French; `options_material` is an extra field, `attributes.COLOR` tells variants apart.
    `id` never changes. After a complete read the next one gives what changed. Changes of translations, categories and
    pictures, and deleted products, leave no trace: run with `--full` from time to time.
    """

    type = "dolibarr.products"
    together = "template_ref"

    def count(self, session: Session, window: Window) -> int | None:
        """Let the server count, templates apart."""
        if window.keys:
            return None
        (condition,) = self.conditions(session, window)
        asked = {**self.query(), **({"sqlfilters": condition} if condition else {})}
        total = session.total("products", **asked)
        if total is None or not session.catalog.attributes:
            return total
        return total - (session.total("products", **asked, variant_filter=reading.TEMPLATES) or 0)

    def columns(self, session: Session, languages: Sequence[str]) -> list[Column]:
        """Make the columns; those of variants only where there are attributes to tell them apart."""
        attributes = {one.ref: one.label for one in session.catalog.attributes.values()}
        return [*super().columns(session, languages), *columns.of_family(attributes)]

    def read(self, session: Session, wanted: reading.Wanted) -> Rows:
        """Give the rows of the records that are wanted."""
        return reading.products(session, wanted)


class DolibarrTemplatesSource(_ProductsSource):
    """Products that have variants, with the references of these in `variants` and of their attributes in `axes`.

    Columns are as in `dolibarr.products`. After a complete read the next one gives what changed; a variant that is new
    does not change its template.
    """

    type = "dolibarr.templates"

    def count(self, session: Session, window: Window) -> int | None:
        """Let the server count."""
        if window.keys:
            return None
        (condition,) = self.conditions(session, window)
        asked = {"sqlfilters": condition} if condition else {}
        return session.total("products", **self.query(), **asked, variant_filter=reading.TEMPLATES)

    def columns(self, session: Session, languages: Sequence[str]) -> list[Column]:
        """Make the columns."""
        return [*super().columns(session, languages), *columns.of_template()]

    def read(self, session: Session, wanted: reading.Wanted) -> Rows:
        """Give the rows of the records that are wanted."""
        return reading.templates(session, wanted)


class _ListSource(_DolibarrSource):
    """Reads a short list, all of it at each run."""

    def discover(self, session: Session) -> list[FieldInfo]:
        """List the columns."""
        return [column.field for column in self.columns(session)]

    def rows(self, session: Session, window: Window) -> Rows:  # noqa: ARG002 - all of them
        """Give the header, then one row a record."""
        found = self.columns(session)
        yield tuple(column.name for column in found)
        for one in self.records(session):
            yield tuple(column.read(one) for column in found)

    def columns(self, session: Session) -> list[Column]:
        """Make the columns."""
        raise NotImplementedError

    def records(self, session: Session) -> Iterator[dict[str, Any]]:
        """Give the records."""
        raise NotImplementedError


class DolibarrCategoriesSource(_ListSource):
    """Categories of products, all of them at each run, each behind its parent, with `path`, `code` and `parent`.

    `code` is the external reference of a category; where it has none, `category_` and its id.
    """

    type = "dolibarr.categories"
    identity = "id"
    named = "label"

    languages: list[str] = Field(
        default_factory=list, description="Languages whose texts are read, into columns such as label@fr_FR."
    )

    def columns(self, session: Session) -> list[Column]:  # noqa: ARG002 - the same for each server
        """Make the columns."""
        return [*lists.of_categories(self.languages)]

    def records(self, session: Session) -> Iterator[dict[str, Any]]:
        """Give the categories. Raises AccessError."""
        return lists.categories(session)


class DolibarrAttributesSource(_ListSource):
    """Attributes that tell variants apart, and extra fields that are selections, all of them at each run."""

    type = "dolibarr.attributes"

    def columns(self, session: Session) -> list[Column]:  # noqa: ARG002 - the same for each server
        """Make the columns."""
        return [*lists.of_attributes()]

    def records(self, session: Session) -> Iterator[dict[str, Any]]:
        """Give the attributes. Raises AccessError."""
        return lists.attributes(session)


class DolibarrAttributeOptionsSource(_ListSource):
    """Values of attributes, and keys of extra fields that are selections, all of them at each run."""

    type = "dolibarr.attribute_options"

    def columns(self, session: Session) -> list[Column]:  # noqa: ARG002 - the same for each server
        """Make the columns."""
        return [*lists.of_options()]

    def records(self, session: Session) -> Iterator[dict[str, Any]]:
        """Give the options. Raises AccessError."""
        return lists.options(session)
