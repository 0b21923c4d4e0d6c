"""The sources of Odoo: products, templates, categories, attributes and their options."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field

from pimflow import Field as FieldInfo
from pimflow import Use, Window
from pimflow_erp.columns import Column, refuse_unknown, with_fields
from pimflow_erp.reading import RowsSource, StampedSource
from pimflow_http import redact_url
from pimflow_odoo import changes, columns, kinds, reading
from pimflow_odoo.connection import OdooConnection
from pimflow_odoo.kinds import Kind
from pimflow_odoo.session import PAGE, Session

_WITH_PICTURES = 25
"""Records a call with their pictures, of some hundred kilobytes each."""


class _OdooSource(RowsSource):
    """What the sources have in common: records of one kind, all of them at each run."""

    always_hot = columns.HOT
    identity = "id"
    named = "name"
    kind: ClassVar[Kind]
    own: ClassVar[Callable[[Session], Iterator[Column]]]

    connection: Use[OdooConnection] = Field(description="Name of the connection to Odoo.")
    locales: list[str] | dict[str, str] | None = Field(
        None,
        description="Languages whose texts are read, into columns such as name@fr_FR; all active ones when left out. "
        "`{fr_BE: fr_FR}` reads French into name@fr_BE.",
    )
    fallback: Literal["none", "copy"] = Field(
        "none",
        description="What stands for a missing translation: nothing, or a `copy` of the text that Odoo shows instead. "
        "Odoo does not tell them apart: with `none` a text that equals it is missing.",
    )
    page_size: int = Field(PAGE, ge=1, le=2000, description="Records a call.")
    more_fields: list[str] = Field(
        default_factory=list, description="Further fields of the server to read, by their names in Odoo."
    )

    def discover(self, session: Session) -> list[FieldInfo]:
        """List the columns; then the fields that `more_fields` may name."""
        found = self.columns(session)
        fields = session.catalog.fields(self.kind.model)
        return [column.field for column in (*found, *columns.others(fields, found, session.catalog))]

    def page(self, connection: OdooConnection, row: Mapping[str, Any]) -> str:
        """Give the address of the record's form."""
        id_ = row.get("id")
        form = f"#id={id_}&model={self.kind.model}&view_type=form"
        return f"{redact_url(connection.url)}/web{form}" if id_ else ""

    def count(self, session: Session, window: Window) -> int | None:
        """Let the server count; archived records whose reference is on an active one again are counted too."""
        total: int = session.call(self.kind.model, "search_count", archived=True, domain=self.domain(session, window))
        return total

    def rows(self, session: Session, window: Window) -> Iterator[tuple[Any, ...]]:
        """Give the header, then one row a record."""
        found = self.columns(session)
        yield tuple(column.name for column in found)
        domain, copies = self.domain(session, window), self.fallback == "copy"
        for rows in reading.pages(session, self.kind, domain, found, self._records_a_call, copies=copies):
            yield from rows

    def columns(self, session: Session) -> list[Column]:
        """Make the columns. Raises ConfigError for languages and fields that the server does not have."""
        locales, catalog = self.languages_of(session), session.catalog
        fields = catalog.fields(self.kind.model)
        refuse_unknown(f"more_fields: Odoo's {self.kind.noun[1]} have no field", self.more_fields, fields)

        def made(name: str) -> Column | None:
            return columns.of_field(name, fields[name], catalog) if name in fields else None

        def translated(text: Column) -> Iterator[Column]:
            return (columns.of_locale(text, text.name, *pair) for pair in locales.items())

        found = with_fields(type(self).own(session), (*self.kind.fields, *self.more_fields), made, translated)
        return [column for column in found if self._may_read(session, column)]

    def _may_read(self, session: Session, column: Column) -> bool:
        """Leave out lists whose records the user may not read, unless they were asked for: then Odoo says so."""
        fields = session.catalog.fields(self.kind.model)
        relations = {fields[ask.partition(".")[0]]["relation"] for ask in column.asks if "." in ask}
        return column.name in self.more_fields or all(map(session.catalog.may_read, relations))

    def languages_of(self, session: Session) -> Mapping[str, str]:
        """Give the locales to read, each with its language. Raises ConfigError for one that is not active."""
        known = session.languages
        asked = known if self.locales is None else self.locales
        found = asked if isinstance(asked, Mapping) else {language: language for language in asked}
        refuse_unknown("locales: not active in Odoo:", list(found.values()), known)
        return found

    def domain(self, session: Session, window: Window) -> list[Any]:
        """Give the condition for the records of a window."""
        found: list[Any] = []
        if window.since is not None:
            found += changes.domain(session, self.kind, dt.datetime.fromisoformat(window.since))
        if window.keys:
            found += self._keyed(session, window.keys)
        return found

    @property
    def _records_a_call(self) -> int:
        return self.page_size

    def _keyed(self, session: Session, keys: Sequence[str]) -> list[Any]:  # noqa: ARG002 - templates ask for codes
        """Look for keys among references or names, and ids: the key of the target may be made of either."""
        numbers = [int(rest) for key in keys if (rest := key.removeprefix(f"{self.kind.noun[0]}_")).isdecimal()]
        return ["|", [self.kind.key, "in", list(keys)], ["id", "in", numbers]]


class _ChangesSource(_OdooSource, StampedSource):
    """Reads what changed since the last complete read."""

    archived: bool = Field(True, description="Read archived records too; their column `active` is false.")
    pictures: bool = Field(
        False, description="Read pictures too, into the column `image`: then few records a call, and much to carry."
    )

    def latest(self, session: Session) -> dt.datetime | None:
        """Give the latest stamp of the records and of their parts."""
        return changes.latest(session, self.kind)

    def columns(self, session: Session) -> list[Column]:
        """Make the columns. Raises ConfigError for languages and fields that the server does not have."""
        return [*super().columns(session), *([columns.PICTURE] if self.pictures else [])]

    def domain(self, session: Session, window: Window) -> list[Any]:
        """Give the condition for the records of a window."""
        found = super().domain(session, window)
        return found if self.archived else [["active", "=", True], *found]

    @property
    def _records_a_call(self) -> int:
        return min(self.page_size, _WITH_PICTURES) if self.pictures else self.page_size


class OdooProductsSource(_ChangesSource):
    """Products: the variants, each with the values of its template.

    Fields have their names in Odoo, units are external ids, the category is a path. `name` is the text as it was first
    written, `name@fr_FR` in French; `attributes.Color` is the value of an attribute that makes variants. `id` never
    changes. Archived ones come with `active` false, unless an active product has their reference by now. After a
    complete read the next one gives what changed: the variant, its template, category, tags or attribute values.
    Deleted products never show: run with `--full` from time to time. Templates without any variant are in
    `odoo.templates` alone.
    """

    type = "odoo.products"
    together = "template_code"
    kind = kinds.PRODUCTS
    own = kinds.of_products


class OdooTemplatesSource(_ChangesSource):
    """Templates: what several variants have in common, with the references of the active ones in `variants`.

    Columns are as in `odoo.products`; `code` is the one under which `odoo.templates` wrote it, else `template_42`, made
    of its id. `axes` names the attributes whose values tell the variants apart. What variants
    have of their own, such as weight or barcode, is empty where there are several.
    """

    type = "odoo.templates"
    kind = kinds.TEMPLATES
    own = kinds.of_templates

    def _keyed(self, session: Session, keys: Sequence[str]) -> list[Any]:
        return ["|", ["id", "in", sorted(session.codes.ids(keys).values())], *super()._keyed(session, keys)]


class OdooCategoriesSource(_OdooSource):
    """Categories of products, all of them at each run, each with its `path` and the code of its `parent`."""

    type = "odoo.categories"
    kind = kinds.CATEGORIES
    own = kinds.of_categories

    def _keyed(self, session: Session, keys: Sequence[str]) -> list[Any]:
        return ["|", ["complete_name", "in", list(keys)], *super()._keyed(session, keys)]


class OdooAttributesSource(_OdooSource):
    """Attributes, all of them at each run; `create_variant` says whether their values make variants."""

    type = "odoo.attributes"
    kind = kinds.ATTRIBUTES
    own = kinds.of_attributes


class OdooAttributeOptionsSource(_OdooSource):
    """Values of attributes, all of them at each run: `attribute` names the attribute, `position` orders its values."""

    type = "odoo.attribute_options"
    kind = kinds.OPTIONS
    own = kinds.of_options
