"""The sources of ERPNext: items, templates, and what they refer to; prices, stock, deletions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, ClassVar, Literal
from urllib.parse import quote

from pydantic import Field

from pimflow import Field as FieldInfo
from pimflow import Use, Window
from pimflow_erp import cursors
from pimflow_erp.columns import Column, column, of_language, refuse_unknown
from pimflow_erp.reading import RowsSource
from pimflow_erpnext import changes, columns, items, kinds, translations
from pimflow_erpnext.answers import RefusedError
from pimflow_erpnext.catalog import FieldInfo as FieldData
from pimflow_erpnext.catalog import folded
from pimflow_erpnext.connection import ErpnextConnection
from pimflow_erpnext.kinds import Kind
from pimflow_erpnext.parts import TABLES, Part
from pimflow_erpnext.reading import Reading
from pimflow_erpnext.session import Filters, Record, Session
from pimflow_http import redact_url

More = tuple[Column, Part | None]
"""A further column, and the part that it needs."""


class _DocumentsSource(RowsSource):
    """What the sources have in common: documents of one kind as they are."""

    always_hot = columns.HOT
    kind: ClassVar[Kind]
    identity = "id"

    connection: Use[ErpnextConnection] = Field(description="Name of the connection to ERPNext.")
    page_size: int = Field(1000, ge=1, le=5000, description="Documents a call.")
    more_fields: list[str] = Field(
        default_factory=list, description="Further fields of the DocType to read, also your own, as in `custom_colour`."
    )

    def discover(self, session: Session) -> list[FieldInfo]:
        """List the columns; then the fields that `more_fields` may name."""
        found = [one.field for one in self.reading(session).columns]
        taken = {one.name for one in found}
        return [*found, *(one.field for name, (one, _) in self.further(session).items() if name not in taken)]

    def page(self, connection: ErpnextConnection, row: Mapping[str, Any]) -> str:
        """Give the address of the document's form."""
        form = self.kind.doctype.lower().replace(" ", "-")
        return f"{redact_url(connection.url)}/app/{form}/{quote(str(row['id']), safe='')}" if row.get("id") else ""

    def count(self, session: Session, window: Window) -> int | None:
        """Let the site count; None where it cannot."""
        if window.keys:
            return None
        since: Filters = [["modified", ">=", window.since], ["modified", "<=", window.until]] if window.since else []
        try:
            return session.count(self.kind.doctype, [*self.filters(), *since])
        except RefusedError:  # older versions do not count with conditions of this form
            return None

    def rows(self, session: Session, window: Window) -> Iterator[tuple[Any, ...]]:
        """Give the header, then one row a document."""
        reading = self.reading(session)
        yield reading.header
        yield from reading.rows(session, self.pages(session, window, reading.fields))

    def pages(self, session: Session, window: Window, fields: Sequence[str]) -> Iterable[list[Record]]:
        """Give the documents of a window, so many a call."""
        doctype, filters, size = self.kind.doctype, self.filters(), self.page_size
        if window.since and window.until:
            return session.changed(doctype, fields, filters, size, window.since, window.until)
        wanted = self.keyed(window.keys) or [[]]
        return chain.from_iterable(session.pages(doctype, fields, [*filters, *some], size) for some in wanted)

    def reading(self, session: Session) -> Reading:
        """Make the columns. Raises ConfigError for fields that the site does not have."""
        there, further = session.catalog.fields(self.kind.doctype), self.further(session)
        refuse_unknown(f"more_fields: {self.kind.noun[1]} have no field", self.more_fields, further)
        own, parts = self.own(session)
        found = {one.name: one for one in own}
        for name, info in self.kind.known.items():
            if name in there or name in kinds.SYSTEM or not there:
                found.setdefault(name, columns.of_field(info))
        for name in self.more_fields:
            more, part = further[name]
            found.setdefault(name, more)
            parts |= {ask.rstrip("."): part for ask in more.asks if ask.endswith(".") and part is not None}
        return Reading(list(found.values()), parts)

    def further(self, session: Session) -> dict[str, More]:
        """Make the columns that `more_fields` may name."""
        known = self.kind.known
        there = session.catalog.fields(self.kind.doctype).items()
        described = (info if info.type else known.get(name, info) for name, info in there)
        return {info.name: _of_field(info) for info in described}

    def own(self, session: Session) -> tuple[list[Column], dict[str, Part]]:  # noqa: ARG002 - for those that ask more
        """Make the columns that are no plain fields, and name the parts that they need."""
        return [column("id", "text", "Name of the document", ("name",), lambda one: one["name"])], {}

    def filters(self) -> Filters:
        """Give the conditions for all documents of the source."""
        return self.kind.filters

    def keyed(self, keys: Sequence[str]) -> list[Filters]:
        """Give the conditions of several reads, which together find the documents with these keys, each once."""
        return [[["name", "in", list(keys)]]] if keys else []


class _ChangesSource(_DocumentsSource):
    """Reads what changed since the last complete read."""

    overlap: float = Field(
        10.0,
        ge=0,
        description="Minutes before the latest change of the last read from which on changes are read again: long "
        "transactions of ERPNext arrive late. Set it above the longest import into ERPNext.",
    )

    def window(self, session: Session, cursor: str | None) -> Window:
        """Begin `overlap` before the latest change that the last read could see; read everything without one."""
        asked = cursors.asked_of(self, list(self.reading(session).header), session.company)
        return changes.window(session, self.kind, cursor, asked, dt.timedelta(minutes=self.overlap))

    def cursor_at(self, moment: dt.datetime) -> str:
        """Give the cursor for what was stamped from this time on."""
        return cursors.kept_by_hand(moment)


class _TextsSource(_DocumentsSource):
    """Reads texts in several languages."""

    languages: list[str] = Field(
        default_factory=list,
        description="Languages in which texts are read as well, into columns such as `item_name@fr`.",
    )
    fallback: Literal["none", "copy"] = Field(
        "none", description="What a text that is not translated is in another language: empty, or the text itself."
    )

    def reading(self, session: Session) -> Reading:
        """Make the columns, with those of texts in other languages. Raises ConfigError."""
        found = super().reading(session)
        texts = [one for one in found.columns if one.field.translatable]
        more = [of_language(one, one.name, language) for one in texts for language in self.languages]
        return replace(found, columns=[*found.columns, *more], copy=self.fallback == "copy")


class _ItemsSource(_TextsSource, _ChangesSource):
    """Reads items."""

    named = "item_name"

    archived: bool = Field(True, description="Read disabled items too; their column `active` is false.")
    id_field: str = Field(
        "name",
        description="Field that tells for ever which item it is. ERPNext changes `name` when an item is renamed; "
        "`creation` stays, and serves where no two items were created by one import past ERPNext.",
    )

    @property
    def lasting(self) -> frozenset[str]:
        """With `id_field: name` the id is the code: whoever is renamed gets another one of both."""
        return frozenset(("id", "item_code", "name")) if self.id_field == "name" else super().lasting

    def own(self, session: Session) -> tuple[list[Column], dict[str, Part]]:
        """Make the columns of items that are no plain fields, and name the parts that they need."""
        return items.columns_of(session, self.kind, self.id_field)

    def further(self, session: Session) -> dict[str, More]:
        """Make the columns that `more_fields` may name: those of attached files too."""
        tables = {name: columns.of_table_field(FieldData(name, type="Table")) for name in TABLES}
        found = {**tables, **super().further(session), **items.attachments(session.url)}
        if session.company is not None:
            found["item_defaults"] = items.defaults_of(session.company, found["item_defaults"][0])
        return found

    def filters(self) -> Filters:
        """Give the conditions for all items of the source."""
        return self.kind.filters if self.archived else [*self.kind.filters, ["disabled", "=", 0]]

    def keyed(self, keys: Sequence[str]) -> list[Filters]:
        """Look for keys among codes and ids: the key of the target may be made of either."""
        by_code = super().keyed(keys)
        if not keys or self.id_field == "name":
            return by_code
        return [*by_code, [[self.id_field, "in", list(keys)], ["name", "not in", list(keys)]]]


class ErpnextProductsSource(_ItemsSource):
    """Products: items that are sold as they are, and variants of templates.

    Fields have their names in ERPNext. `item_name@fr` is the name in French, `attributes.Colour` an item attribute,
    `category` the path of the item group, `ean` the GTIN of the unit of stock. Disabled ones come with `active` false.
    After a complete read the next one gives what changed. Deleted items, renamed brands and item groups,
    translations, prices and attached files never show as changes: run with `--full` from time to time.
    """

    type = "erpnext.products"
    kind = kinds.PRODUCTS
    together: ClassVar[str | None] = "variant_of"


class ErpnextTemplatesSource(_ItemsSource):
    """Templates: items with variants, with the attributes that tell these apart in `axes`, their codes in `variants`.

    Columns are as in `erpnext.products`. After a complete read the next one gives what changed; deleted templates and
    new variants never show.
    """

    type = "erpnext.templates"
    kind = kinds.TEMPLATES


class ErpnextCategoriesSource(_TextsSource):
    """Item groups, all of them at each run, parents first, each with its `path` and its `parent`."""

    type = "erpnext.categories"
    kind = kinds.CATEGORIES
    named = "item_group_name"

    def pages(self, session: Session, window: Window, fields: Sequence[str]) -> Iterable[list[Record]]:
        """Give all in one call, parents first: in pages by name a child could come before its parent."""
        wanted = [["name", "in", list(window.keys)]] if window.keys else []
        return [session.listed(self.kind.doctype, fields, wanted, order="lft asc")]

    def own(self, session: Session) -> tuple[list[Column], dict[str, Part]]:
        """Make the columns of item groups that are no plain fields."""
        return items.group_columns(session), {}


class ErpnextBrandsSource(_ChangesSource):
    """Brands, by their names; after a complete read the next one gives what changed."""

    type = "erpnext.brands"
    kind = kinds.BRANDS


class ErpnextAttributesSource(_DocumentsSource):
    """Item attributes, all of them at each run; those with `numeric_values` have a range of numbers and no options."""

    type = "erpnext.attributes"
    kind = kinds.ATTRIBUTES

    def own(self, session: Session) -> tuple[list[Column], dict[str, Part]]:
        """Make the columns of item attributes that are no plain fields."""
        return items.attribute_columns(session), {}


class ErpnextUnitsSource(_DocumentsSource):
    """Units of measure, all of them at each run; some have the `common_code` of UN/ECE recommendation 20."""

    type = "erpnext.units"
    kind = kinds.UNITS


class ErpnextPricesSource(_ChangesSource):
    """Prices of all price lists. They change all day: for shops, not for a PIM. Gives changes after a complete read."""

    type = "erpnext.prices"
    kind = kinds.PRICES


class ErpnextStockSource(_ChangesSource):
    """Stock by item and warehouse. It changes all day: for shops, not for a PIM. Changes after a complete read."""

    type = "erpnext.stock"
    kind = kinds.STOCK


class ErpnextDeletedSource(_ChangesSource):
    """Items that were deleted: `deleted_name` is the code. Needs the role `System Manager`.

    A code that an item has again is left out.
    """

    type = "erpnext.deleted"
    kind = kinds.DELETED

    def count(self, session: Session, window: Window) -> int | None:  # noqa: ARG002 - some are left out
        """Give None: which codes are in use again shows while reading."""
        return None

    def pages(self, session: Session, window: Window, fields: Sequence[str]) -> Iterator[list[Record]]:
        """Give the deletions of a window whose codes no item has now."""
        for page in super().pages(session, window, fields):
            codes = sorted({str(one["deleted_name"]) for one in page})
            used = {folded(one["name"]) for one in session.listed("Item", ["name"], [["name", "in", codes]])}
            yield [one for one in page if folded(str(one["deleted_name"])) not in used]


class ErpnextAttributeOptionsSource(RowsSource):
    """Values of item attributes, all of them at each run, in the order of ERPNext.

    `value` is what items have, `abbr` its abbreviation, `value@fr` the value in French.
    """

    type = "erpnext.attribute_options"

    connection: Use[ErpnextConnection] = Field(description="Name of the connection to ERPNext.")
    languages: list[str] = Field(
        default_factory=list, description="Languages in which values are read as well, into columns such as `value@fr`."
    )
    fallback: Literal["none", "copy"] = Field(
        "none", description="What a value that is not translated is in another language: empty, or the value itself."
    )

    def discover(self, session: Session) -> list[FieldInfo]:  # noqa: ARG002 - the same for each site
        """List the columns."""
        plain = [FieldInfo(name, "text", label) for name, label in _OPTION.items()]
        texts = [FieldInfo(f"value@{one}", "text", f"Value ({one})", translatable=True) for one in self.languages]
        return [*plain, FieldInfo("position", "integer", "Place among the values"), *texts]

    def rows(self, session: Session, window: Window) -> Iterator[tuple[Any, ...]]:  # noqa: ARG002 - all of them
        """Give the header, then one row a value."""
        yield tuple(field.name for field in self.discover(session))
        copies = self.fallback == "copy"
        for attribute in session.catalog.attributes.values():
            texts = translations.read(session, self.languages, attribute.values)
            for position, (value, abbr) in enumerate(attribute.values.items(), 1):
                others = (translations.translated(texts, one, value, copy=copies) for one in self.languages)
                yield (attribute.name, value, abbr, position, *others)


def _of_field(info: FieldData) -> More:
    return columns.of_table_field(info) if info.type.startswith("Table") else (columns.of_field(info), None)


_OPTION: Mapping[str, str] = {"attribute": "Attribute", "value": "Value", "abbr": "Abbreviation"}
