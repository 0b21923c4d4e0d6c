"""The writers of Odoo: which columns each takes, and what writes its records."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from pimflow import Change, InputPath, Item, Memory, Moved, Outcome, Status, said
from pimflow_erp import cells
from pimflow_erp.known import KnownIds
from pimflow_erp.writing import RecordWriter
from pimflow_odoo import codecs, existing, pictures, places
from pimflow_odoo.catalog import TITLE
from pimflow_odoo.existing import Sought, Target
from pimflow_odoo.loading import Loading
from pimflow_odoo.marks import find
from pimflow_odoo.options import OptionLoading
from pimflow_odoo.places import ATTRIBUTES, IMAGE, Place
from pimflow_odoo.products import ProductLoading
from pimflow_odoo.session import Session
from pimflow_odoo.targets import PRODUCTS_TARGET, options_of, owner_in, resource_of
from pimflow_odoo.templates import TemplateLoading
from pimflow_odoo.trees import TreeLoading

_SETTLED = frozenset({Status.CREATED, Status.UPDATED, Status.UNCHANGED})


class OdooWriter(RecordWriter[Place]):
    """Writes records of one target by their key."""

    def __init__(self, session: Session, target: Target) -> None:
        super().__init__(TITLE, target.resource, target.key, target.kind.noun[1])
        self._session = session
        self._target = target

    def current(self, resource: str, keys: Sequence[str], columns: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """Give what Odoo has for these keys: the columns that have a value there."""
        found = self.those(column for column in columns if column != IMAGE)
        return existing.values(self._session, self.target(resource), keys, found, self.elsewhere(keys))

    def elsewhere(self, keys: Sequence[str]) -> Mapping[str, int]:  # noqa: ARG002 - most are known by their keys
        """Give the ids of records that have another key in Odoo by now."""
        return {}

    def target(self, resource: str) -> Target:  # noqa: ARG002 - most have one resource
        """Give what is written under the name that the core has for it."""
        return self._target

    def load(self, batch: Sequence[Change]) -> Iterable[Outcome]:
        """Write a batch: keys are looked up first, so that nothing is created twice."""
        return list(self.loading(batch[0].resource).load(batch)) if batch else []

    def loading(self, resource: str) -> Loading:
        """Give what writes records of one resource."""
        return Loading(self._session, self.target(resource), self.place)

    def find(self, column: str) -> Place | None:
        """Find the field, in its language."""
        return self._target.place(column, self._session.catalog, self._session.language)

    def unknown(self, column: str) -> tuple[str, str]:
        """Say what Odoo lacks, and what to do about it."""
        field, _, language = column.partition("@")
        reason: str
        remedy: str = said("Correct the mapping.")
        if language and language not in self._session.catalog.languages:
            reason = said("the language {language!r} is not active in Odoo", language=language)
            remedy = said(
                "Correct the mapping, or have the language activated under Settings > Translations > Languages."
            )
        elif field.startswith(ATTRIBUTES):
            reason, remedy = self._unknown_attribute(field.removeprefix(ATTRIBUTES))
        elif field == IMAGE:
            reason = said("pictures are written from a folder only")
            remedy = said("Give the target of products a `picture_folder`, or take the column out of the mapping.")
        else:
            return super().unknown(field)
        return reason, remedy

    def _unknown_attribute(self, name: str) -> tuple[str, str]:
        if name in self._session.catalog.without_variants:
            reason = said("the attribute {name!r} never makes variants in Odoo", name=name)
            return reason, said("Take the column out of the mapping.")
        remedy = said(
            "Correct the mapping, have the attribute made in Odoo, or give the target `create_options: true`."
        )
        return said("Odoo has no attribute {name!r} that makes variants", name=name), remedy


class ProductWriter(OdooWriter):
    """Writes products, with pictures where there is a folder of them."""

    def __init__(
        self, session: Session, target: Target, memory: Memory, folder: InputPath | None, *, make_options: bool
    ) -> None:
        super().__init__(session, target)
        self._memory = memory
        self._folder = folder
        self._make_options = make_options
        self._ids = KnownIds(memory, target.resource, target.key, self._keys_of, self._taken)

    def loading(self, resource: str) -> Loading:
        """Give what writes products."""
        picture = partial(pictures.content, self._folder) if self._folder is not None else None
        target = self.target(resource)
        return ProductLoading(self._session, target, self.place, picture, self._memory, options_too=self._make_options)

    def load(self, batch: Sequence[Change]) -> Iterable[Outcome]:
        """Write a batch, and keep the ids of what was written."""
        outcomes = list(super().load(batch))
        settled = [one for one in outcomes if one.status in _SETTLED and one.remote_id and one.given != ""]
        self._ids.keep({one.given or one.key: int(str(one.remote_id)) for one in settled})
        return outcomes

    def elsewhere(self, keys: Sequence[str]) -> Mapping[str, int]:
        """Give the ids of products that have another reference in Odoo by now."""
        return self._ids.elsewhere(keys)

    def renaming(self, resource: str, keys: Mapping[str, str]) -> Mapping[str, Mapping[str, Any]]:
        """Give the ids of products and their new references."""
        target = self.target(resource)
        found = target.look(self._session, target, Sought(list(keys))).by_key
        return {was: {"id": found[was]["id"], target.key: key} for was, key in keys.items() if was in found}

    def moved(self, resource: str, keys: Sequence[str]) -> Mapping[str, Moved]:  # noqa: ARG002 - there is one resource
        """Tell which products got another reference in Odoo since they were written."""
        return self._ids.moved(keys)

    def marked(self, resource: str, marks: Sequence[str]) -> Mapping[str, str]:  # noqa: ARG002 - there is one resource
        """Give the references of products by the external ids with which Odoo was to number them."""
        return {mark: record["default_code"] or "" for mark, record in find(self._session, marks).items()}

    def _keys_of(self, ids: Sequence[int]) -> Mapping[int, str]:
        model, field = PRODUCTS_TARGET.model, PRODUCTS_TARGET.field
        found = self._session.call(model, "read", list(ids), fields=[field]) if ids else []
        return {one["id"]: one[field] or "" for one in found}

    def _taken(self, keys: Sequence[str]) -> Collection[str]:
        if not keys:
            return ()
        found = PRODUCTS_TARGET.look(self._session, PRODUCTS_TARGET, Sought(keys))
        return {*found.by_key, *found.several}

    def find(self, column: str) -> Place | None:
        """Find the field; pictures have a folder, and attributes may have to be made."""
        if column == IMAGE:
            return pictures.place(self._folder) if self._folder is not None else None
        name = column.removeprefix(ATTRIBUTES)
        if self._make_options and name != column and name not in self._session.catalog.without_variants:
            return places.of_attribute_of_variant(column, codecs.NAME)
        return super().find(column)


class TemplateWriter(OdooWriter):
    """Writes templates."""

    def loading(self, resource: str) -> Loading:
        """Give what writes templates."""
        return TemplateLoading(self._session, self.target(resource), self.place)

    def unknown(self, column: str) -> tuple[str, str]:
        """Say that a column belongs to variants, where it does."""
        if column in self._session.catalog.fields(PRODUCTS_TARGET.model):
            reason = said("{column} belongs to variants in Odoo, not to templates", column=column)
            return reason, said("Write it with `odoo.products`.")
        return super().unknown(column)


class OptionWriter(OdooWriter):
    """Writes values of attributes, those of each attribute on their own."""

    def __init__(self, session: Session, target: Target, *, make: bool) -> None:
        super().__init__(session, target)
        self._make = make

    def item(self, row: Mapping[str, Any]) -> Item:
        """Make the item of a row. Raises RowProblem for a row without a name or an attribute."""
        attribute = cells.key_of(row, "attribute", TITLE, "options")
        return replace(super().item(row), resource=resource_of(attribute))

    def target(self, resource: str) -> Target:
        """Give the values of one attribute."""
        return options_of(owner_in(resource))

    def loading(self, resource: str) -> Loading:
        """Give what writes the values of one attribute."""
        target = self.target(resource)
        return OptionLoading(self._session, target, self.place, owner_in(resource), make=self._make)


class CategoryWriter(OdooWriter):
    """Writes categories below those that are there."""

    def load(self, batch: Sequence[Change]) -> Iterable[Outcome]:
        """Create what is missing, parents first."""
        return list(TreeLoading(self._session).load(batch)) if batch else []
