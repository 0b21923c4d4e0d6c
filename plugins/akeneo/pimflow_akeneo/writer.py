"""The writer behind `akeneo.products` and `akeneo.product_models`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pimflow import (
    Card,
    Change,
    Choice,
    Finding,
    Header,
    Item,
    Level,
    Moved,
    Offer,
    Outcome,
    Outlook,
    Reference,
    RowProblem,
    Run,
    Structure,
    Writer,
)
from pimflow_akeneo import columns, offering, showing
from pimflow_akeneo.checking import contract, records
from pimflow_akeneo.checking.subject import Subject
from pimflow_akeneo.creating import creations
from pimflow_akeneo.creating.allowance import Allowance
from pimflow_akeneo.creating.attributes import NewAttributes
from pimflow_akeneo.creating.making import Making
from pimflow_akeneo.creating.promises import Promises
from pimflow_akeneo.creating.wishes import CreateMissing
from pimflow_akeneo.kinds import Kind
from pimflow_akeneo.media.files import Files
from pimflow_akeneo.media.options import MediaOptions
from pimflow_akeneo.products.existence.current import Current
from pimflow_akeneo.products.existence.whereabouts import Whereabouts
from pimflow_akeneo.products.fitting.emptying import Emptying
from pimflow_akeneo.products.fitting.models import ModelFitting
from pimflow_akeneo.products.fitting.products import ProductFitting
from pimflow_akeneo.products.levels.ancestor_lookup import ancestry
from pimflow_akeneo.products.levels.tree import spread
from pimflow_akeneo.products.preparing.flow_columns import Columns
from pimflow_akeneo.products.preparing.rows import Preparation
from pimflow_akeneo.products.writing.loading import Loading
from pimflow_akeneo.products.writing.owned_trees import OwnedTrees
from pimflow_akeneo.session import Session


class ProductWriter(Writer):
    """Writes products by identifier, or by uuid where the row has one; or product models by code."""

    def __init__(self, session: Session, kind: Kind, media: MediaOptions, asked: CreateMissing, run: Run) -> None:
        self._session = session
        self._run = run
        self._kind = kind
        self._catalog = session.catalog
        self._asked = asked
        self._allowance = Allowance(asked.max_new)
        self._attributes = NewAttributes(session, asked, self._allowance, dry=run.dry)
        self._columns = Columns(session.catalog.model, kind, self._attributes.column)
        self._promises = promises = Promises(session.catalog, asked, self._allowance)
        self._preparation = Preparation(session.catalog, kind, self._columns.known, promises.option, promises.category)
        self._making = Making(session, asked, promises, self._columns.column, dry=run.dry)
        self._current = Current(session, kind, self._columns.column)
        self._trees = OwnedTrees(session.catalog)
        self._loading = Loading(session, kind, self._columns.column, self._trees, run.memory)
        self._whereabouts = Whereabouts(session, run.memory) if kind.has_identifier else None
        self._files = Files(session, kind, self._columns.column, media, run)
        self._ancestry = ancestry(session)
        fitting = ProductFitting if kind.has_identifier else ModelFitting
        self._emptying = Emptying(session, self._columns.column, self._columns.label)
        self._fitting: ProductFitting | ModelFitting = fitting(session, run, self._columns.column, self._emptying)

    def knows(self, column: str) -> bool:
        """Tell whether the PIM has this attribute, property or association, in this locale and channel."""
        return self._columns.known(column) is not None and not self._attributes.has(column)

    def places(self, column: str) -> Sequence[tuple[str, str]]:
        """Name attribute, attribute group, association type or property; categories are owned tree by tree."""
        return columns.places(self._columns.known(column))

    def unknown_places(self, places: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], RowProblem]:
        """Name what the PIM does not have of attributes, groups, properties, association types and category trees."""
        return contract.unknown(places, self._catalog, self._attributes.planned)

    def own(self, owns: Callable[[str, str], bool], once: Collection[str]) -> None:
        """Take note of the category trees that the flow owns."""
        self._trees.own(owns, once)

    def label(self, column: str) -> str:
        """Give a column the label of its attribute, with locale and channel: `Name (de_DE)`."""
        return self._columns.label(column)

    def check_columns(self, header: Header) -> Mapping[str, RowProblem]:
        """Name the columns that the PIM cannot take, with what is wrong about them."""
        self._preparation.expect(header)
        found = {name: self._columns.parsed(name) for name in header}
        return {name: problem for name, problem in found.items() if isinstance(problem, RowProblem)}

    def check(self, outlook: Outlook) -> Iterable[Finding]:
        """Hold the columns, their types, the families, the values of the mapping and the rights against the PIM."""
        subject = Subject(outlook, self._catalog, self._kind, self._columns, self._preparation, self._trees)
        yield from records.check(self._session, self._run, subject)
        if outlook.thorough:
            attributes = self._attributes.of(outlook.columns)
            yield from creations.check(self._session, self._asked, self._promises, attributes)

    def offers(self) -> Iterable[Offer]:
        """List the columns of the PIM, with labels, units and options."""
        return offering.offers(self._catalog, self._kind)

    def cards(self, keys: Sequence[str], language: str) -> Mapping[str, Card]:
        """Show records by the name and the picture that their family says."""
        return showing.cards(self._session, self._kind, self._session.address, keys, language)

    def picture(self, name: str) -> tuple[str, bytes]:
        """Download a picture of a record."""
        return showing.picture(self._session, name)

    def choices(self, column: str, language: str) -> Sequence[Choice] | None:
        """List the options of a select attribute, the families, or the categories."""
        return showing.choices(self._session, self._columns.known(column), language)

    def may_add(self, column: str) -> bool:
        """Tell whether a column is that of a select attribute."""
        return showing.takes_more(self._columns.known(column))

    def add_choice(self, column: str, choice: Choice, language: str) -> str:
        """Make an option of a select attribute."""
        return showing.add(self._session, self._columns.known(column), choice, language)

    def preparation(self, structure: Structure, columns: Mapping[str, str]) -> str:
        """Write the file of `pimflow akeneo provision` for families, family variants and options that lack."""
        return offering.preparation(self._catalog, structure, columns)

    def family_variants(self, family: str) -> Sequence[str]:
        """Give the codes of the family variants that the PIM has for a family."""
        return [one.code for one in self._catalog.family_variants(family).values()]

    def levels(self, family_variant: str, columns: Header) -> Sequence[Level]:
        """Spread the columns of attributes over the levels of a family variant; properties have no level."""
        tree = self._ancestry.tree(family_variant)
        return spread(tree, {name: self._columns.known(name) for name in columns}) if tree else ()

    def separator(self, column: str) -> str | None:
        """Give `,` for columns that take lists, and the blank between an amount and its unit."""
        return columns.separator(self._columns.known(column))

    def refers(self, column: str) -> Reference | None:
        """Say which columns name products, or product models: `parent`, and those of associations."""
        return columns.refers(self._columns.known(column))

    def prepare(self, row: Mapping[str, Any]) -> Iterable[Item]:
        """Check the cells of one row. Raises RowProblem for one without a usable identifier or family."""
        item = self._files.taken(self._preparation.item(row))
        self._attributes.note(item)
        payload, told = self._trees.limited(item.payload)
        item = replace(item, payload=payload, others_own=tuple(told)) if told else item
        self._current.note([item])
        self._fitting.note(item)
        return [item]

    def current(self, resource: str, keys: Sequence[str], columns: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:  # noqa: ARG002 - there is one resource
        """Give what the PIM has for these keys: the columns that have a value there.

        Nothing but their existence is asked for where `columns` is empty.
        """
        asked = {code: key for key, code in self._fitting.own(keys).items()}
        columns = [name for name in columns if not self._attributes.is_missing(name)]
        if columns:
            values = self._current.values(asked, columns).items()
            found = {asked[code]: self._trees.shown(one) for code, one in values}
        else:
            found = {asked[code]: {} for code in self._current.there(asked)}
        return {**{key: {} for key in self._loading.partly(keys)}, **found}

    def count(self) -> int:
        """Let the PIM count, in one call."""
        return self._current.count()

    def listed(self, columns: Sequence[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Give all records of the PIM, 100 a call."""
        return self._current.all(columns)

    def meant(self, items: Sequence[Item]) -> Mapping[str, str]:
        """Give the codes of the models that derived ones mean, known by their variants."""
        return self._fitting.meant(items)

    def as_held(self, batch: Sequence[Change]) -> Sequence[Change]:
        """Put the codes that the PIM gave to files in place of their contents."""
        return self._files.as_held(batch)

    def fit(self, batch: Sequence[Change]) -> Sequence[Change]:
        """Leave out values of other levels of a family variant; show files and categories in a plan as they will be."""
        fitted = self._fitting.fit(self._files.fit(self._making.settle(self._attributes.settle(batch))))
        return self._loading.planned(fitted) if self._run.dry else fitted

    def renaming(self, resource: str, keys: Mapping[str, str]) -> Mapping[str, Mapping[str, Any]]:  # noqa: ARG002 - there is one resource
        """Give the uuids of products: under its uuid a product takes another identifier.

        Raises RemoteError from a PIM whose products have no uuid.
        """
        found = self._current.uuids(keys)
        moved = self._whereabouts.compared(keys, found) if self._whereabouts else {}
        for key, one in moved.items():
            if one.columns:
                found[key] = one.columns["uuid"]
                self._current.know(keys[key], found[key])
        return {key: {"uuid": uuid, "identifier": keys[key]} for key, uuid in found.items()}

    def know(self, resource: str, columns: Mapping[str, Mapping[str, Any]]) -> None:  # noqa: ARG002 - there is one resource
        """Keep in mind the uuids of products."""
        for key, one in columns.items():
            self._current.know(key, one["uuid"])

    def planned(self, batch: Sequence[Change]) -> None:
        """Remember product models that a run would create: products of the same plan may stand below them."""
        self._fitting.planned(batch)

    def files(self, batch: Sequence[Change]) -> tuple[int, int]:
        """Count the files of a batch that the PIM does not have, and their bytes; those behind addresses have none."""
        return self._files.to_upload(batch)

    def load(self, batch: Sequence[Change]) -> Iterable[Outcome]:
        """Write a batch: every record that can be, without the values that the PIM does not take."""
        held = self._fitting.hold(batch)
        going = [change for change in batch if change.key not in held]
        loaded = self._files.load(going, self._loading.load)
        if self._whereabouts is not None:
            self._whereabouts.wrote(going, loaded)
        return [*held.values(), *loaded]

    @property
    def notes(self) -> Sequence[str]:
        """Tell what was made for the records, and what was left as it is."""
        return (*self._attributes.notes(), *self._making.notes(), *self._allowance.notes(), *self._emptying.notes())

    def moved(self, resource: str, keys: Sequence[str]) -> Mapping[str, Moved]:  # noqa: ARG002 - there is one resource
        """Find by their uuids products that people renamed, 100 a call; uuids are known from what was read before."""
        found = self._whereabouts.moved(keys) if self._whereabouts else {}
        for key, one in found.items():
            if one.columns:
                self._current.know(key, one.columns["uuid"])
        return found

    def key_places(self) -> Sequence[tuple[str, str]]:
        """Name the attribute of the identifier, and its group; codes of models belong to whoever writes."""
        identifier = self._catalog.model.identifier
        return columns.places(columns.ValueColumn(identifier)) if self._kind.has_identifier else ()

    def close(self, ok: bool) -> bool:
        """Remove what was downloaded to be uploaded; ask for the uuids of products that were made."""
        self._files.close()
        if ok and self._whereabouts is not None and not self._run.dry:
            self._whereabouts.close()
        return True
