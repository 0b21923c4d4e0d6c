"""The sinks `tryton.products`, `tryton.templates`, `tryton.categories` and `tryton.attributes`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from pydantic import Field

from pimflow import (
    Change,
    ConfigError,
    InputPath,
    Memory,
    Moved,
    Outcome,
    RemoteError,
    RowProblem,
    Run,
    Sink,
    Use,
    Writer,
    said,
)
from pimflow_erp.known import KnownIds
from pimflow_erp.writing import RecordWriter
from pimflow_tryton import existing, rights
from pimflow_tryton.catalog import TITLE
from pimflow_tryton.connection import TrytonConnection
from pimflow_tryton.creating import Create, creator, creator_of_products
from pimflow_tryton.existing import CATEGORIES, DEFINITIONS, PRODUCTS, TEMPLATES, Target
from pimflow_tryton.fitting import fit
from pimflow_tryton.loading import Finish, Loading
from pimflow_tryton.marks import find
from pimflow_tryton.pictures import send, with_pictures
from pimflow_tryton.places import ATTRIBUTE, ATTRIBUTES, CATEGORY, IMAGE, TEMPLATE, Place
from pimflow_tryton.session import Session


class _RecordsSink(Sink):
    """What the sinks have in common."""

    batch_size = 50
    asks_first = True
    target: ClassVar[Target]

    connection: Use[TrytonConnection] = Field(description="Name of the connection to Tryton.")

    def open(self, session: Session, run: Run) -> Writer:
        """Check modules, rights and units, and give the writer. Raises RemoteError, AccessError, ConfigError."""
        rights.must_write(session, self.target.noun[1], self.target.models)
        return self.writer(session, self.creator(session), run)

    def writer(self, session: Session, create: Create, run: Run) -> Writer:  # noqa: ARG002 - for those that keep ids
        """Give the writer; in a dry run its `load` is not called."""
        return TrytonWriter(session, self.target, create)

    def creator(self, session: Session) -> Create:
        """Give what makes new records."""
        raise NotImplementedError


class TrytonProductsSink(_RecordsSink):
    """Creates and updates products by their `code`, 50 a call.

    Columns are as the source `tryton.products` gives them: `name`, `name@fr`, `default_uom` by symbol or name,
    `categories` by code or path, `attributes.color`, `ean`, `identifiers.mpn`. A new product becomes a template with
    one variant; with a `template_code`, with which its code begins, a variant of that template. Name, measures,
    categories and list price belong to the template: written through one variant they hold for all of them.
    With `sku: {from: erp}` Tryton's sequence of codes numbers new products.
    """

    type = "tryton.products"
    key = "code"
    noun = PRODUCTS.noun
    renames = True
    id = "id"
    gives_keys = True
    enabled = "active"
    target = PRODUCTS

    default_unit: str | None = Field(
        None, description="Default unit of new products that bring no `default_uom`, by symbol or name."
    )

    picture_folder: InputPath | None = Field(
        None, description="Folder with the files that `image` names; a variant's first picture is written anew."
    )

    def writer(self, session: Session, create: Create, run: Run) -> Writer:
        """Give the writer, which takes pictures where there is a folder of them."""
        folder = self.picture_folder
        if folder is None:
            return ProductWriter(session, self.target, create, run.memory)
        target, finish = with_pictures(self.target, folder), partial(send, session, folder)
        return ProductWriter(session, target, create, run.memory, finish)

    def creator(self, session: Session) -> Create:
        """Give what makes new products. Raises ConfigError for a unit that Tryton does not have."""
        _check_unit(session, self.default_unit)
        return creator_of_products(self.default_unit)


class TrytonTemplatesSink(_RecordsSink):
    """Creates and updates templates by their `code`, 50 a call: what several variants have in common.

    Columns are as the source `tryton.templates` gives them. A new template has no variants; products with its code in
    `template_code` become its variants.
    """

    type = "tryton.templates"
    key = "code"
    noun = TEMPLATES.noun
    enabled = "active"
    target = TEMPLATES

    default_unit: str | None = Field(
        None, description="Default unit of new templates that bring no `default_uom`, by symbol or name."
    )

    def creator(self, session: Session) -> Create:
        """Give what makes new templates. Raises ConfigError for a unit that Tryton does not have."""
        _check_unit(session, self.default_unit)
        return creator(TEMPLATE, "code", ("name", "default_uom"), self.default_unit)


class TrytonCategoriesSink(_RecordsSink):
    """Creates, renames and moves categories of products by their `code`, 50 a call.

    `parent` is the code of the category above, empty for a root; a category that comes before its parent waits for it.
    `name@fr` is the name in French. Needs a Tryton whose categories have codes.
    """

    type = "tryton.categories"
    key = "code"
    noun = CATEGORIES.noun
    target = CATEGORIES

    def creator(self, session: Session) -> Create:
        """Give what makes new categories. Raises RemoteError where categories have no codes."""
        if "code" not in session.catalog.fields(CATEGORY):
            raise RemoteError(
                said(
                    "Tryton {version} gives categories no codes, and pimflow finds them by code. They can be written "
                    "once the server is updated to series 8; until then they are made by hand.",
                    version=session.version,
                )
            )
        return creator(CATEGORY, "code", ("name",))


class TrytonAttributesSink(_RecordsSink):
    """Creates and updates the definitions of product attributes by their `name`, 50 a call.

    `string` is the label, `string@fr` in French; `type_` is given at the creation only. `selection` holds all options,
    as a list or lines of `red:Red`; `sets` names the attribute sets that the attribute is in.
    """

    type = "tryton.attributes"
    key = "name"
    noun = DEFINITIONS.noun
    target = DEFINITIONS

    def creator(self, session: Session) -> Create:  # noqa: ARG002 - the same for each server
        """Give what makes new attributes."""
        return creator(ATTRIBUTE, "name", ("string", "type_"))


class TrytonWriter(RecordWriter[Place]):
    """Writes records of one target by their key."""

    def __init__(
        self,
        session: Session,
        target: Target,
        create: Create,
        finish: Finish = lambda *_: {},
        known: KnownIds | None = None,
    ) -> None:
        super().__init__(TITLE, target.resource, target.key, target.noun[1])
        self._session = session
        self._target = target
        self._known = known
        self._loading = Loading(session, target, self.place, create, finish, known)

    def current(self, resource: str, keys: Sequence[str], columns: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:  # noqa: ARG002 - there is one resource
        """Give what Tryton has for these keys: the columns that have a value there."""
        elsewhere = self._known.elsewhere(keys) if self._known else {}
        return existing.values(self._session, self._target, keys, self.those(columns), elsewhere)

    def load(self, batch: Sequence[Change]) -> Iterable[Outcome]:
        """Write a batch: keys are looked up first, so that nothing is created twice."""
        return list(self._loading.load(batch)) if batch else []

    def find(self, column: str) -> Place | None:
        """Find the field or attribute, in its language."""
        return self._target.place(column, self._session.catalog, self._session.language)

    def unknown(self, column: str) -> tuple[str, str]:
        """Say what Tryton lacks, and what to do about it."""
        field, _, language = column.partition("@")
        remedy = said("Correct the mapping.")
        if language and language not in self._session.catalog.languages:
            reason = said("{title} has not loaded the language {language!r}", title=TITLE, language=language)
        elif field.startswith(ATTRIBUTES):
            reason = said("Tryton has no product attribute {name!r}", name=field.removeprefix(ATTRIBUTES))
            remedy = said("Correct the mapping, or have the attribute made in Tryton.")
        elif field == IMAGE:
            reason = said("pictures are written from a folder only, and with the module product_image")
            remedy = said("Give the target of products a `picture_folder`, or take the column out of the mapping.")
        else:
            return super().unknown(field)
        return reason, remedy


class ProductWriter(TrytonWriter):
    """Writes products, with attributes only where they have an attribute set; it knows them by their ids."""

    def __init__(
        self, session: Session, target: Target, create: Create, memory: Memory, finish: Finish = lambda *_: {}
    ) -> None:
        keys_of, taken = partial(existing.keys_of, session, target), partial(existing.find, session, target)
        self._ids = KnownIds(memory, target.resource, target.key, keys_of, taken)
        super().__init__(session, target, create, finish, self._ids)

    def renaming(self, resource: str, keys: Mapping[str, str]) -> Mapping[str, Mapping[str, Any]]:  # noqa: ARG002 - there is one resource
        """Give the ids of products and their new codes."""
        found = existing.find(self._session, self._target, list(keys))
        return {was: {"id": found[was]["id"], self._target.key: key} for was, key in keys.items() if was in found}

    def moved(self, resource: str, keys: Sequence[str]) -> Mapping[str, Moved]:  # noqa: ARG002 - there is one resource
        """Tell which products got another code in Tryton since they were written."""
        return self._ids.moved(keys)

    def marked(self, resource: str, marks: Sequence[str]) -> Mapping[str, str]:  # noqa: ARG002 - there is one resource
        """Give the codes of products by the identifiers with which Tryton was to number them."""
        return {mark: record["code"] or "" for mark, record in find(self._session, marks).items()}

    def fit(self, batch: Sequence[Change]) -> Sequence[Change]:
        """Take out what Tryton would refuse the whole product for."""
        return fit(self._session, batch)


def _check_unit(session: Session, unit: str | None) -> None:
    found = TEMPLATES.place("default_uom", session.catalog, session.language)
    try:
        if found is not None and unit is not None:
            found.codec.accept(unit)
    except RowProblem as problem:
        raise ConfigError(f"default_unit: {problem.problem.reason}: {unit!r}") from None
