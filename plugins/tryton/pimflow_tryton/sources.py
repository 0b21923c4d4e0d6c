"""The sources of Tryton: products, templates, categories, attributes and their options."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import Field

from pimflow import Field as FieldInfo
from pimflow import Use, Window
from pimflow_erp.columns import Column, of_language, refuse_unknown, with_fields
from pimflow_erp.reading import RowsSource, StampedSource
from pimflow_http import redact_url
from pimflow_tryton import changes, columns, kinds, reading, rights
from pimflow_tryton.connection import TrytonConnection
from pimflow_tryton.kinds import Kind
from pimflow_tryton.session import Session


class _TrytonSource(RowsSource):
    """What the sources have in common."""

    kind: ClassVar[Kind]

    connection: Use[TrytonConnection] = Field(description="Name of the connection to Tryton.")
    languages: list[str] | None = Field(
        None, description="Languages whose texts are read, into columns such as name@fr; all loaded ones when left out."
    )
    page_size: int = Field(200, ge=1, le=1000, description="Records a call.")

    def languages_of(self, session: Session) -> Sequence[str]:
        """Give the languages to read. Raises ConfigError for one that is not loaded, RemoteError without the module."""
        rights.must_have(session, self.kind.module)
        known = session.catalog.languages
        languages = known if self.languages is None else self.languages
        refuse_unknown("languages: not loaded in Tryton:", languages, known)
        return languages


class _RecordsSource(_TrytonSource):
    """Gives records of one kind as they are."""

    always_hot = columns.HOT
    identity = "id"
    named = "name"
    own: ClassVar[Callable[[Session], Iterator[Column]]]

    more_fields: list[str] = Field(
        default_factory=list, description="Further fields of the server to read, by their names in Tryton."
    )

    def discover(self, session: Session) -> list[FieldInfo]:
        """List the columns; then the fields that `more_fields` may name."""
        found = self.columns(session)
        fields = session.catalog.fields(self.kind.model)
        return [column.field for column in (*found, *columns.others(fields, found, session.catalog))]

    def page(self, connection: TrytonConnection, row: Mapping[str, Any]) -> str:
        """Give the address of the record's form in the web client."""
        form = f"#{connection.database}/model/{self.kind.model}/{row.get('id')}"
        return f"{redact_url(connection.url)}/{form}" if row.get("id") else ""

    def count(self, session: Session, window: Window) -> int | None:
        """Let the server count; archived records whose code is on an active one again are counted too."""
        total: int = session.call(f"{self.kind.model}.search_count", self.domain(session, window))
        return total

    def rows(self, session: Session, window: Window) -> Iterator[tuple[Any, ...]]:
        """Give the header, then one row a record."""
        found = self.columns(session)
        yield tuple(column.name for column in found)
        domain = self.domain(session, window)
        for records in reading.pages(session, self.kind.model, domain, found, self.page_size):
            yield from records

    def columns(self, session: Session) -> list[Column]:
        """Make the columns. Raises ConfigError for languages and fields that the server does not have."""
        languages, catalog = self.languages_of(session), session.catalog
        fields = catalog.fields(self.kind.model)
        refuse_unknown(f"more_fields: {self.kind.noun[1]} have no field", self.more_fields, fields)

        def made(name: str) -> Column | None:
            return columns.of_field(name, fields[name], catalog) if name in fields else None

        def translated(text: Column) -> Iterator[Column]:
            return (of_language(text, text.name, language) for language in languages)

        names = (*self.kind.fields, *self.more_fields)
        found = with_fields(type(self).own(session), names, made, translated)
        has_categories = any(column.name == "categories" for column in found)
        return [*found, *([columns.codes_of_categories(catalog)] if has_categories else [])]

    def domain(self, session: Session, window: Window) -> list[Any]:
        """Give the condition for the records of a window."""
        found: list[Any] = []
        if window.since is not None:
            found.append(changes.domain(session, self.kind, dt.datetime.fromisoformat(window.since)))
        if window.keys:
            found.append(self._keyed(window.keys))
        return found

    def _keyed(self, keys: Sequence[str]) -> list[Any]:
        """Look for keys among codes and ids: the key of the target may be made of either."""
        return ["OR", ["code", "in", list(keys)], ["id", "in", [int(key) for key in keys if key.isdecimal()]]]


class _ChangesSource(_RecordsSource, StampedSource):
    """Reads what changed since the last complete read."""

    archived: bool = Field(True, description="Read archived records too; their column `active` is false.")

    def latest(self, session: Session) -> dt.datetime | None:
        """Give the latest stamp of the records and of their parts."""
        return changes.latest(session, self.kind)

    def domain(self, session: Session, window: Window) -> list[Any]:
        """Give the condition for the records of a window."""
        found = super().domain(session, window)
        return found if self.archived else [*found, ["active", "=", True]]


class TrytonProductsSource(_ChangesSource):
    """Products: the variants, each with the values of its template.

    Fields have their names in Tryton, units are symbols, categories paths and codes. `name` is in the language of the
    connection, `name@fr` in French; `attributes.color` is a product attribute. `id` never changes. Archived ones come
    with `active` false, unless an active product has their code by now. After a complete read the next one gives what
    changed: the variant, its template, identifiers or pictures. Deleted products and renamed categories never show:
    run with `--full` from time to time.
    """

    type = "tryton.products"
    together = "template_code"
    kind = kinds.PRODUCTS
    own = kinds.of_products

    def domain(self, session: Session, window: Window) -> list[Any]:
        """Give the condition for the variants of a window; without archived ones, none of an archived template."""
        found = super().domain(session, window)
        return found if self.archived else [*found, ["template.active", "=", True]]

    def _keyed(self, keys: Sequence[str]) -> list[Any]:
        return [*super()._keyed(keys), ["identifiers.code", "in", list(keys)]]


class TrytonTemplatesSource(_ChangesSource):
    """Templates: what several variants have in common, with the codes of the active variants in `variants`.

    Columns are as in `tryton.products`. After a complete read the next one gives what changed; deleted templates and
    renamed categories never show.
    """

    type = "tryton.templates"
    kind = kinds.TEMPLATES
    own = kinds.of_templates


class TrytonCategoriesSource(_RecordsSource):
    """Categories of products, all of them at each run, each with its `path` and its `parent`."""

    type = "tryton.categories"
    kind = kinds.CATEGORIES
    own = kinds.of_categories


class TrytonAttributesSource(_RecordsSource):
    """Definitions of product attributes, all of them at each run: `name`, label `string`, `type_`, `sets`."""

    type = "tryton.attributes"
    kind = kinds.ATTRIBUTES
    own = kinds.of_attributes

    def _keyed(self, keys: Sequence[str]) -> list[Any]:
        return ["name", "in", list(keys)]


class TrytonAttributeOptionsSource(_TrytonSource):
    """Options of product attributes that are selections, all of them at each run, in the order of Tryton.

    `attribute` is the attribute's name, `code` the option's key, `label` and `label@fr` what people read.
    """

    type = "tryton.attribute_options"
    kind = kinds.ATTRIBUTES

    def discover(self, session: Session) -> list[FieldInfo]:
        """List the columns."""
        texts = [f"label@{language}" for language in self.languages_of(session)]
        plain = [FieldInfo("attribute_id", "integer"), FieldInfo("attribute", "text"), FieldInfo("code", "text")]
        labels = [FieldInfo(name, "text", "Label", translatable=True) for name in ("label", *texts)]
        return [*plain, FieldInfo("position", "integer"), *labels]

    def rows(self, session: Session, window: Window) -> Iterator[tuple[Any, ...]]:  # noqa: ARG002 - all of them
        """Give the header, then one row an option; one without a label in a language has the fall-back text there."""
        yield tuple(field.name for field in self.discover(session))
        found = list(kinds.of_options(self.languages_of(session)))
        for page in reading.pages(session, self.kind.model, [["selection", "!=", None]], found, self.page_size):
            for number, name, *texts in page:
                labels = [dict(text or ()) for text in texts]
                for position, code in enumerate(labels[0], 1):
                    yield (number, name, code, position, *(label.get(code) for label in labels))
