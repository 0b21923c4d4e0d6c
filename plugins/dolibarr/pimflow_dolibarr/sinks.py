"""The sinks `dolibarr.products`, `dolibarr.categories` and `dolibarr.attributes`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import Field

from pimflow import InputPath, Run, Sink, Use, Writer, said
from pimflow_dolibarr import rights
from pimflow_dolibarr.connection import DolibarrConnection
from pimflow_dolibarr.pictures import Uploads
from pimflow_dolibarr.session import Session
from pimflow_dolibarr.targets import Attributes, Categories
from pimflow_dolibarr.writing import ListWriter, ProductWriter


class _DolibarrSink(Sink):
    """What the sinks have in common."""

    asks_first = True

    connection: Use[DolibarrConnection] = Field(description="Name of the connection to Dolibarr.")


class DolibarrProductsSink(_DolibarrSink):
    """Creates and updates products by their `ref`, a call or a few for each.

    Columns are as the source `dolibarr.products` gives them: `label`, `label@fr_FR`, `active`, `price` or `price_ttc`,
    `ean`, `weight` with `weight_units`, `categories` by code or path, `options_material`. A new product with a
    `template_ref` becomes a variant of that product, told apart by `attributes.COLOR` and others. What is new is
    neither for sale nor for purchase unless `active` and `status_buy` say so.
    """

    type = "dolibarr.products"
    key = "ref"
    noun = (said("product"), said("products"))
    batch_size = 50
    batch_seconds = 5.0
    in_flight = 2
    folds_case = True
    enabled = "active"
    renames = True
    id = "id"

    picture_folder: InputPath | None = Field(
        None, description="Folder with the files that `image` names; each is put beside the product's other files."
    )
    create_templates: bool = Field(
        False,
        description="Make the template that a new variant names, where Dolibarr lacks it; otherwise the variant waits "
        "for it.",
    )
    uuid_field: str | None = Field(
        None,
        description="Column, such as `ref_ext` or an extra field `options_pim`, to which the flow maps the id that the "
        "source gives a record: a product that has it there is that record, whatever its reference.",
    )

    @property
    def named(self) -> Mapping[str, Sequence[str]]:
        """Let the flow have the column with the id."""
        return {"uuid_field": [self.uuid_field]} if self.uuid_field else {}

    def open(self, session: Session, run: Run) -> Writer:
        """Give the writer. Raises AccessError where it is known that the user may not write products."""
        rights.must_read(session)
        rights.must_write(session, said("products"), "produit", said("Create/modify products"))
        uploads = Uploads(self.picture_folder) if self.picture_folder else None
        makes = self.create_templates
        return ProductWriter(session, run.memory, uploads, self.uuid_field or "", makes_templates=makes)


class DolibarrCategoriesSink(_DolibarrSink):
    """Creates categories of products by their `path`, `Luggage / Backpacks`, and updates what is told of them.

    One that comes before its parent waits for it. Categories are neither renamed nor moved: their path is their key.
    """

    type = "dolibarr.categories"
    key = Categories.key
    noun = Categories.noun

    def open(self, session: Session, run: Run) -> Writer:  # noqa: ARG002 - a dry run calls no `load`
        """Give the writer. Raises AccessError where it is known that the user may not write categories."""
        rights.must_write(session, said("categories"), "categorie", said("Create/modify categories"))
        return ListWriter(Categories(session))


class DolibarrAttributesSink(_DolibarrSink):
    """Creates attributes of variants by their `ref`, and updates their labels and values.

    `values` holds them as a list or lines of `RED:Red`; values that a row does not name stay.
    """

    type = "dolibarr.attributes"
    key = Attributes.key
    noun = Attributes.noun

    def open(self, session: Session, run: Run) -> Writer:  # noqa: ARG002 - a dry run calls no `load`
        """Give the writer. Raises AccessError where it is known that the user may not write variants."""
        rights.must_write(session, said("attributes of variants"), "variants", said("Create/modify variants"))
        return ListWriter(Attributes(session))
