"""The sinks `odoo.products`, `odoo.categories` and `odoo.attributes`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from pydantic import Field

from pimflow import Change, InputPath, Outcome, Run, Sink, Use, Writer
from pimflow_erp.writing import RecordWriter
from pimflow_odoo import existing, pictures, rights
from pimflow_odoo.catalog import TITLE
from pimflow_odoo.connection import OdooConnection
from pimflow_odoo.existing import ATTRIBUTES_TARGET, CATEGORIES_TARGET, PRODUCTS_TARGET, Target
from pimflow_odoo.loading import Loading
from pimflow_odoo.places import IMAGE, Place
from pimflow_odoo.session import Session
from pimflow_odoo.trees import TreeLoading


class _RecordsSink(Sink):
    """What the sinks have in common."""

    batch_size = 100
    asks_first = True
    target: ClassVar[Target]

    connection: Use[OdooConnection] = Field(description="Name of the connection to Odoo.")

    def open(self, session: Session, run: Run) -> Writer:  # noqa: ARG002 - a dry run calls no `load`
        """Check rights, and give the writer. Raises RemoteError, AccessError."""
        rights.must_write(session, self.target.kind.noun[1], [self.target.model])
        return self.writer(session)

    def writer(self, session: Session) -> Writer:
        """Give the writer."""
        return OdooWriter(session, self.target)


class OdooProductsSink(_RecordsSink):
    """Creates and updates products by their `default_code`, 100 a batch.

    Columns are as the source `odoo.products` gives them: `name`, `name@fr_FR`, `barcode`, `category` by path or code,
    `uom_id` by external id or name, `product_tag_ids` by name, `active`. A new product becomes a template with one
    variant. Name, category and sales price belong to the template: written through one variant they hold for all of
    them. Only what is different in Odoo is written.
    """

    type = "odoo.products"
    key = "default_code"
    noun = PRODUCTS_TARGET.kind.noun
    enabled = "active"
    target = PRODUCTS_TARGET

    picture_folder: InputPath | None = Field(
        None, description="Folder with the files that `image` names; a product's picture is written anew."
    )

    def writer(self, session: Session) -> Writer:
        """Give the writer, which takes pictures where there is a folder of them."""
        return ProductWriter(session, self.target, self.picture_folder)


class OdooCategoriesSink(_RecordsSink):
    """Creates categories of products that are missing, by their `path`: `All / Saleable / Desks`.

    A category whose parent is not there yet waits for it. Odoo gives categories no code: one that is renamed there, or
    moved, is another one for this sink.
    """

    type = "odoo.categories"
    key = "path"
    noun = CATEGORIES_TARGET.kind.noun
    target = CATEGORIES_TARGET

    def writer(self, session: Session) -> Writer:
        """Give the writer."""
        return CategoryWriter(session, self.target)


class OdooAttributesSink(_RecordsSink):
    """Creates and updates attributes by their `name`, 100 a batch; `name@fr_FR` is the name in French."""

    type = "odoo.attributes"
    key = "name"
    noun = ATTRIBUTES_TARGET.kind.noun
    target = ATTRIBUTES_TARGET


class OdooWriter(RecordWriter[Place]):
    """Writes records of one target by their key."""

    def __init__(self, session: Session, target: Target) -> None:
        super().__init__(TITLE, target.resource, target.key, target.kind.noun[1])
        self._session = session
        self._target = target

    def current(self, resource: str, keys: Sequence[str], columns: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:  # noqa: ARG002 - there is one resource
        """Give what Odoo has for these keys: the columns that have a value there."""
        places = self.those(column for column in columns if column != IMAGE)
        return existing.values(self._session, self._target, keys, places)

    def load(self, batch: Sequence[Change]) -> Iterable[Outcome]:
        """Write a batch: keys are looked up first, so that nothing is created twice."""
        return list(self._loading.load(batch)) if batch else []

    @property
    def _loading(self) -> Loading:
        return Loading(self._session, self._target, self.place)

    def find(self, column: str) -> Place | None:
        """Find the field, in its language."""
        return self._target.place(column, self._session.catalog, self._session.language)

    def unknown(self, column: str) -> tuple[str, str]:
        """Say what Odoo lacks, and what to do about it."""
        field, _, language = column.partition("@")
        remedy = "Correct the mapping."
        if language and language not in self._session.catalog.languages:
            reason = f"the language {language!r} is not active in Odoo"
            remedy = "Correct the mapping, or have the language activated under Settings > Translations > Languages."
        elif field.startswith("attributes."):
            reason = "attributes of products are made with their variants in Odoo, and are not written"
        elif field == IMAGE:
            reason = "pictures are written from a folder only"
            remedy = "Give the sink of products a `picture_folder`, or take the column out of the mapping."
        else:
            return super().unknown(field)
        return reason, remedy


class ProductWriter(OdooWriter):
    """Writes products, with pictures where there is a folder of them."""

    def __init__(self, session: Session, target: Target, folder: InputPath | None) -> None:
        super().__init__(session, target)
        self._folder = folder

    @property
    def _loading(self) -> Loading:
        picture = partial(pictures.content, self._folder) if self._folder is not None else None
        return Loading(self._session, self._target, self.place, picture)

    def find(self, column: str) -> Place | None:
        """Find the field; pictures have a folder."""
        if column == IMAGE:
            return pictures.place(self._folder) if self._folder is not None else None
        return super().find(column)


class CategoryWriter(OdooWriter):
    """Writes categories below those that are there."""

    def load(self, batch: Sequence[Change]) -> Iterable[Outcome]:
        """Create what is missing, parents first."""
        return list(TreeLoading(self._session).load(batch)) if batch else []
