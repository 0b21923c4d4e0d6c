"""The sinks of Odoo: products, templates, categories, attributes and their options."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from pimflow import InputPath, Run, Sink, Use, Writer
from pimflow_odoo import rights
from pimflow_odoo.connection import OdooConnection
from pimflow_odoo.existing import Target
from pimflow_odoo.kinds import OPTIONS
from pimflow_odoo.session import Session
from pimflow_odoo.targets import (
    ATTRIBUTES_TARGET,
    CATEGORIES_TARGET,
    PRODUCTS_TARGET,
    TEMPLATES_TARGET,
    options_of,
)
from pimflow_odoo.writers import CategoryWriter, OdooWriter, OptionWriter, ProductWriter, TemplateWriter


class _RecordsSink(Sink):
    """What the sinks have in common."""

    batch_size = 100
    asks_first = True
    target: ClassVar[Target]

    connection: Use[OdooConnection] = Field(description="Name of the connection to Odoo.")

    def open(self, session: Session, run: Run) -> Writer:
        """Check rights, and give the writer. Raises RemoteError, AccessError."""
        rights.must_write(session, self.target.kind.noun[1], [self.target.model])
        return self.writer(session, run)

    def writer(self, session: Session, run: Run) -> Writer:  # noqa: ARG002 - a dry run calls no `load`
        """Give the writer."""
        return OdooWriter(session, self.target)


class OdooProductsSink(_RecordsSink):
    """Creates and updates products by their `default_code`, 100 a batch.

    Columns are as the source `odoo.products` gives them: `name`, `name@fr_FR`, `barcode`, `category` by path or code,
    `uom_id` by external id or name, `product_tag_ids` by name, `active`. A new product becomes a template with one
    variant; with a `template_code` and its `attributes.Colour`, a variant of that template, which is made where it
    lacks. Name, category and sales price belong to the template: written through one variant they hold for all of
    them. Only what is different in Odoo is written. With `sku: {from: erp}` an Odoo that has sequences for references
    numbers new products.
    """

    type = "odoo.products"
    key = "default_code"
    noun = PRODUCTS_TARGET.kind.noun
    renames = True
    id = "id"
    gives_keys = True
    enabled = "active"
    target = PRODUCTS_TARGET

    picture_folder: InputPath | None = Field(
        None, description="Folder with the files that `image` names; a product's picture is written anew."
    )
    create_options: bool = Field(
        False,
        description="Make attributes of variants, and their values, that Odoo lacks; otherwise they are told.",
    )

    def writer(self, session: Session, run: Run) -> Writer:
        """Give the writer, which takes pictures where there is a folder of them."""
        folder, make = self.picture_folder, self.create_options
        return ProductWriter(session, self.target, run.memory, folder, make_options=make)


class OdooTemplatesSink(_RecordsSink):
    """Creates and updates templates by their `code`, 100 a batch: what several variants have in common.

    Columns are as the source `odoo.templates` gives them. Odoo has no codes of templates: a new one gets an external id
    made of it, `pimflow.template_SHIRT`. One that was made in Odoo is `template_42`, by its id. Products with that
    `template_code` become its variants.
    """

    type = "odoo.templates"
    key = "code"
    noun = TEMPLATES_TARGET.kind.noun
    enabled = "active"
    target = TEMPLATES_TARGET

    def writer(self, session: Session, run: Run) -> Writer:  # noqa: ARG002 - a dry run calls no `load`
        """Give the writer."""
        return TemplateWriter(session, self.target)


class OdooCategoriesSink(_RecordsSink):
    """Creates categories of products that are missing, by their `path`: `All / Saleable / Desks`.

    A category whose parent is not there yet waits for it. Odoo gives categories no code: one that is renamed there, or
    moved, is another one for this sink.
    """

    type = "odoo.categories"
    key = "path"
    noun = CATEGORIES_TARGET.kind.noun
    target = CATEGORIES_TARGET

    def writer(self, session: Session, run: Run) -> Writer:  # noqa: ARG002 - a dry run calls no `load`
        """Give the writer."""
        return CategoryWriter(session, self.target)


class OdooAttributesSink(_RecordsSink):
    """Creates and updates attributes by their `name`, 100 a batch; `name@fr_FR` is the name in French."""

    type = "odoo.attributes"
    key = "name"
    noun = ATTRIBUTES_TARGET.kind.noun
    target = ATTRIBUTES_TARGET


class OdooAttributeOptionsSink(_RecordsSink):
    """Creates and updates the values of attributes, by `attribute` and `name`, up to 100 of one attribute a batch.

    `position` orders the values of an attribute, `name@fr_FR` is the name in French. Odoo gives values no codes: one
    that is renamed there is another one for this sink. A value whose attribute is not there yet waits for it.
    """

    type = "odoo.attribute_options"
    key = "name"
    noun = OPTIONS.noun
    target = options_of("")

    create_attributes: bool = Field(False, description="Make the attributes that Odoo lacks; they make variants.")

    def writer(self, session: Session, run: Run) -> Writer:  # noqa: ARG002 - a dry run calls no `load`
        """Give the writer."""
        return OptionWriter(session, self.target, make=self.create_attributes)
