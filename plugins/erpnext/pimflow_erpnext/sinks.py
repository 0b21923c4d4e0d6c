"""The sinks `erpnext.products`, `erpnext.templates`, `erpnext.categories` and `erpnext.attributes`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from pimflow import (
    Change,
    ConfigError,
    Header,
    InputPath,
    Item,
    Moved,
    Outcome,
    RowProblem,
    Run,
    Sink,
    Use,
    Writer,
    said,
)
from pimflow_erp.writing import RecordWriter
from pimflow_erpnext import existing, fitting, rights
from pimflow_erpnext.answers import TITLE
from pimflow_erpnext.catalog import folded
from pimflow_erpnext.codecs import SHORT
from pimflow_erpnext.connection import ErpnextConnection
from pimflow_erpnext.creating import Create, create_categories, creator, creator_of_items
from pimflow_erpnext.existing import ATTRIBUTES, CATEGORIES, PRODUCTS, TEMPLATES, Target, of_site
from pimflow_erpnext.identity import Identity
from pimflow_erpnext.loading import Loading
from pimflow_erpnext.pictures import with_pictures
from pimflow_erpnext.places import ATTRIBUTES as OF_ATTRIBUTE
from pimflow_erpnext.places import Place
from pimflow_erpnext.session import Session
from pimflow_erpnext.templates import Templates


class _DocumentsSink(Sink):
    """What the sinks have in common."""

    batch_size = 100
    batch_seconds = 4.0
    asks_first = True
    folds_case = True
    target: ClassVar[Target]

    connection: Use[ErpnextConnection] = Field(description="Name of the connection to ERPNext.")

    def folded(self, key: str) -> str:
        """Give a key as ERPNext compares keys: case, accents and outer blanks do not count."""
        return folded(key)

    def open(self, session: Session, run: Run) -> Writer:
        """Check the right to write and the defaults, and give the writer. Raises AccessError, ConfigError."""
        rights.must_write(session, self.target.noun[1], self.target.doctype)
        return self.writer(session, run)

    def writer(self, session: Session, run: Run) -> Writer:  # noqa: ARG002 - a dry run calls no `load`
        """Give the writer."""
        return DocumentWriter(session, self.target, creator(self.target))


class _ItemsSink(_DocumentsSink):
    """What the sinks of items have in common."""

    enabled = "active"
    renames = True
    id = "id"

    default_group: str | None = Field(
        None, description="Item group of new items that bring none, by name or path; variants get their template's."
    )
    default_unit: str | None = Field(
        None,
        description="Unit of stock of new items that bring none; left out, it is that of ERPNext's stock settings.",
    )
    picture_folder: InputPath | None = Field(
        None, description="Folder with the files that `image` names; without it `image` is an address."
    )

    uuid_field: str | None = Field(
        None,
        description="Field of your own, such as `custom_pim_uuid`, to which the flow maps the id that the source gives "
        "a record: an item that has it there is that record, whatever its code.",
    )

    @property
    def named(self) -> Mapping[str, Sequence[str]]:
        """Let the flow have the column with the id."""
        return {"uuid_field": [self.uuid_field]} if self.uuid_field else {}

    def writer(self, session: Session, run: Run) -> Writer:
        """Give the writer. Raises ConfigError for defaults that are not there, RemoteError where codes are not kept."""
        rights.must_name_by_code(session)
        folder = self.picture_folder
        target = of_site(self.target, session.url) if folder is None else with_pictures(self.target, folder)
        identity = Identity(session, target, run.memory, self.uuid_field or "")
        create = creator_of_items(self.target, self.templates(session, identity))
        return ItemWriter(session, target, create, identity, folder)

    def templates(self, session: Session, identity: Identity) -> Templates:
        """Give where variants find their templates. Raises ConfigError for defaults that are not there."""
        group = _checked("default_group", "category", self.default_group, session)
        unit = _checked("default_unit", "stock_uom", self.default_unit, session)
        defaults = {"item_group": group, "stock_uom": unit}
        return Templates(identity.templates, defaults, makes=self.makes_templates, own=self.uuid_field or "")

    @property
    def makes_templates(self) -> bool:
        """Whether templates that lack are made with the first of their variants."""
        return False


class ErpnextProductsSink(_ItemsSink):
    """Creates and updates items by their `item_code`, 100 a call.

    Columns are as the source `erpnext.products` gives them: `item_name`, `item_name@fr`, `category` by path or name,
    `brand`, `ean`, `active`. With `variant_of`, the code of a template, a new item becomes a variant, and its
    `attributes.Colour` tell it from the others.
    """

    type = "erpnext.products"
    key = "item_code"
    noun = PRODUCTS.noun
    target = PRODUCTS

    create_templates: bool = Field(
        False,
        description="Make the template that a new variant names, where ERPNext lacks it; otherwise the variant waits "
        "for it.",
    )

    @property
    def makes_templates(self) -> bool:
        """Whether templates that lack are made with the first of their variants."""
        return self.create_templates


class ErpnextTemplatesSink(_ItemsSink):
    """Creates and updates templates by their `item_code`, 100 a call: items with variants.

    `axes` names the item attributes that tell the variants apart.
    """

    type = "erpnext.templates"
    key = "item_code"
    noun = TEMPLATES.noun
    target = TEMPLATES


class ErpnextCategoriesSink(_DocumentsSink):
    """Creates and moves item groups by their `item_group_name`, 100 a call.

    `parent` is the name of the group above, empty for one below the root; a group that comes before its parent waits.
    """

    type = "erpnext.categories"
    key = "item_group_name"
    noun = CATEGORIES.noun
    target = CATEGORIES

    def writer(self, session: Session, run: Run) -> Writer:  # noqa: ARG002 - a dry run calls no `load`
        """Give the writer."""
        return DocumentWriter(session, self.target, create_categories)


class ErpnextAttributesSink(_DocumentsSink):
    """Creates item attributes by their `attribute_name`, and adds `values` to them, 100 a call.

    `numeric_values` with `from_range`, `to_range` and `increment` makes one that holds numbers. No value is taken away.
    """

    type = "erpnext.attributes"
    key = "attribute_name"
    noun = ATTRIBUTES.noun
    target = ATTRIBUTES


class DocumentWriter(RecordWriter[Place]):
    """Writes documents of one target by their key."""

    def __init__(
        self,
        session: Session,
        target: Target,
        create: Create,
        identity: Identity | None = None,
        folder: Path | None = None,
    ) -> None:
        super().__init__(TITLE, target.resource, target.key, target.noun[1])
        self._session = session
        self._target = target
        self._identity = identity
        self._loading = Loading(session, target, self.place, create, folder, identity)

    def check_columns(self, header: Header) -> Mapping[str, RowProblem]:
        """Name the columns that ERPNext cannot take. Raises AccessError where there are translations to write."""
        if any(place.language for place in self.those(header)):
            rights.must_write(self._session, said("translations"), "Translation")
        return super().check_columns(header)

    def item(self, row: Mapping[str, Any]) -> Item:
        """Make the one item of a row. Raises RowProblem for a row without a key, or with one that ERPNext refuses."""
        item = super().item(row)
        if {"<", ">"} & set(item.key):
            raise RowProblem(self._target.key, item.key, said("and a name in {title} has no < or >", title=TITLE))
        return item

    def current(self, resource: str, keys: Sequence[str], columns: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:  # noqa: ARG002 - there is one resource
        """Give what ERPNext has for these keys: the columns that have a value there."""
        ids = self._identity.known.elsewhere(keys) if self._identity is not None else {}
        return existing.values(self._session, self._target, keys, self.those(columns), ids)

    def load(self, batch: Sequence[Change]) -> Iterable[Outcome]:
        """Write a batch: keys are looked up first, so that nothing is created twice."""
        return list(self._loading.load(batch)) if batch else []

    def find(self, column: str) -> Place | None:
        """Find the field or attribute."""
        return self._target.place(column, self._session.catalog)

    def unknown(self, column: str) -> tuple[str, str]:
        """Say what ERPNext lacks, and what to do about it."""
        if column.startswith(OF_ATTRIBUTE) and self._target.resource == PRODUCTS.resource:
            reason = said("{title} has no item attribute {name!r}", title=TITLE, name=column.removeprefix(OF_ATTRIBUTE))
            return reason, said("Correct the mapping, or have the attribute made in ERPNext.")
        return super().unknown(column)


class ItemWriter(DocumentWriter):
    """Writes items, with attributes only where they are variants; it knows them by when they were made."""

    id = "id"

    def __init__(
        self, session: Session, target: Target, create: Create, identity: Identity, folder: Path | None
    ) -> None:
        super().__init__(session, target, create, identity, folder)
        self._items = identity

    def find(self, column: str) -> Place | None:
        """Find the field or attribute; that of the source's id also where the user may not look at types of fields."""
        found = super().find(column)
        is_there = column == self._items.field and column in self._session.catalog.fields(self._target.doctype)
        return Place(column, column, SHORT, itemgetter(column)) if found is None and is_there else found

    def item(self, row: Mapping[str, Any]) -> Item:
        """Make the one item of a row, and keep in mind which is meant. Raises RowProblem as others do."""
        item = super().item(row)
        self._items.known.know({item.key: item.payload})
        return item

    def renaming(self, resource: str, keys: Mapping[str, str]) -> Mapping[str, Mapping[str, Any]]:  # noqa: ARG002 - there is one resource
        """Give the ids of items and their new codes."""
        return self._items.columns(keys)

    def know(self, resource: str, columns: Mapping[str, Mapping[str, Any]]) -> None:  # noqa: ARG002 - there is one resource
        """Keep in mind which items are meant."""
        self._items.known.know(columns)

    def moved(self, resource: str, keys: Sequence[str]) -> Mapping[str, Moved]:  # noqa: ARG002 - there is one resource
        """Tell which items got another code in ERPNext since they were written."""
        return self._items.known.moved(keys)

    def fit(self, batch: Sequence[Change]) -> Sequence[Change]:
        """Take out attributes of items that are no variants."""
        return fitting.fit(self._session, batch)


def _checked(option: str, column: str, value: str | None, session: Session) -> str | None:
    """Give a default as ERPNext has it."""
    place = PRODUCTS.place(column, session.catalog) if value is not None else None
    if place is None:
        return None
    try:
        return str(place.codec.write(place.codec.accept(value)))
    except RowProblem as problem:
        raise ConfigError(f"{option}: {problem.problem.reason}: {value!r}") from None
