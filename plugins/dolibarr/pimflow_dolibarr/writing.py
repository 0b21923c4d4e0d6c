"""What the writers of Dolibarr's sinks have in common: columns, rows, one outcome a record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pimflow import Change, Item, Memory, Moved, Outcome, Problem, ProblemKind, RowProblem, Status, said
from pimflow_dolibarr import existing
from pimflow_dolibarr.answers import TITLE, RefusedError
from pimflow_dolibarr.catalog import OPTION
from pimflow_dolibarr.codecs import check_ref
from pimflow_dolibarr.columns import STOCK
from pimflow_dolibarr.families import Families
from pimflow_dolibarr.identity import Identity
from pimflow_dolibarr.loading import Loading, told
from pimflow_dolibarr.pictures import Uploads
from pimflow_dolibarr.places import ATTRIBUTES, IMAGE, Place, of_product
from pimflow_dolibarr.session import Session
from pimflow_dolibarr.targets import ShortList
from pimflow_dolibarr.variants import WaitingError
from pimflow_erp import cells
from pimflow_erp.writing import RecordWriter


class DolibarrWriter(RecordWriter[Place]):
    """Writes records of one kind by their key; what cannot be empty is left as it is."""

    def item(self, row: Mapping[str, Any]) -> Item:
        """Make the one item of a row. Raises RowProblem for a row without a key."""
        item = super().item(row)
        empty = [name for name, value in item.payload.items() if value is None and self._is_needed(name)]
        return cells.without(item, empty, _needed)

    def _is_needed(self, column: str) -> bool:
        found = self.place(column)
        return found is not None and found.needed


class ProductWriter(DolibarrWriter):
    """Writes products."""

    id = "id"

    def __init__(
        self, session: Session, memory: Memory, uploads: Uploads | None, uuid_field: str, *, makes_templates: bool
    ) -> None:
        super().__init__(TITLE, "products", "ref", "products")
        self._session = session
        self._uploads = uploads
        self._families = Families(session)
        self._identity = Identity(session, memory, self.place, uuid_field)
        self._loading = Loading(session, self.place, self._identity, uploads, makes_templates=makes_templates)

    def item(self, row: Mapping[str, Any]) -> Item:
        """Make the one item of a row. Raises RowProblem for a reference that Dolibarr would change."""
        item = super().item(row)
        check_ref("ref", item.key)
        self._identity.known.know({item.key: item.payload})
        return item

    def current(self, resource: str, keys: Sequence[str], columns: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:  # noqa: ARG002 - there is one resource
        """Give what Dolibarr has for these references: the columns that have a value there."""
        ids = self._identity.known.elsewhere(keys)
        return existing.values(self._session, keys, self.those(columns), self._families, ids)

    def renaming(self, resource: str, keys: Mapping[str, str]) -> Mapping[str, Mapping[str, Any]]:  # noqa: ARG002 - there is one resource
        """Give the ids of products and their new references."""
        return self._identity.columns(keys)

    def know(self, resource: str, columns: Mapping[str, Mapping[str, Any]]) -> None:  # noqa: ARG002 - there is one resource
        """Keep in mind which products are meant."""
        self._identity.known.know(columns)

    def moved(self, resource: str, keys: Sequence[str]) -> Mapping[str, Moved]:  # noqa: ARG002 - there is one resource
        """Tell which products got another reference in Dolibarr since they were written."""
        return self._identity.known.moved(keys)

    def load(self, batch: Sequence[Change]) -> Iterable[Outcome]:
        """Write a batch; what is there is looked up first."""
        return list(self._loading.load(batch)) if batch else []

    def find(self, column: str) -> Place | None:
        """Find where a column is written."""
        if column == IMAGE and self._uploads is not None:
            return Place(IMAGE, IMAGE, self._uploads.codec, lambda _: None, (), said("Picture"), apart=True)
        return of_product(column, self._session.catalog, self._session.server.zone)

    def unknown(self, column: str) -> tuple[str, str]:
        """Say what Dolibarr lacks, and what to do about it."""
        reason: str
        remedy: str = said("Correct the mapping.")
        name, _, language = column.partition("@")
        if language and name in {"label", "description"}:
            reason = said("{title} keeps texts in one language", title=TITLE)
            remedy = said(
                "Enable several languages under Home > Setup > Display, or take the column out of the mapping."
            )
        elif column.startswith(ATTRIBUTES):
            reason = said(
                "{title} has no attribute of variants {name!r}", title=TITLE, name=column.removeprefix(ATTRIBUTES)
            )
        elif column.startswith(OPTION):
            reason = said(
                "{title} has no extra field {name!r} of products that can be written",
                title=TITLE,
                name=column.removeprefix(OPTION),
            )
        elif column in STOCK:
            reason = said("{title} changes stock by movements only", title=TITLE)
        elif column == IMAGE:
            reason = said("pictures are written from a folder only")
            remedy = said("Give the target a `picture_folder`.")
        else:
            return super().unknown(column)
        return reason, remedy


class ListWriter(DolibarrWriter):
    """Writes records of a short list that is known as a whole: categories, attributes."""

    def __init__(self, what: ShortList) -> None:
        super().__init__(TITLE, what.resource, what.key, what.noun[1])
        self._list = what

    def current(self, resource: str, keys: Sequence[str], columns: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:  # noqa: ARG002 - there is one resource
        """Give what Dolibarr has for these keys: the columns that have a value there."""
        found = {key: one for key in keys if (one := self._list.current(key)) is not None}
        return {
            key: {name: one[name] for name in columns if one.get(name) not in (None, "")} for key, one in found.items()
        }

    def load(self, batch: Sequence[Change]) -> Iterator[Outcome]:
        """Write a batch, a record after the other."""
        for change in batch:
            yield self._written(change)

    def find(self, column: str) -> Place | None:
        """Find where a column is written."""
        codec = self._list.codecs.get(column)
        if codec is None:
            return None
        needed = column in {self._list.key, *self._list.needed}
        return Place(column, column, codec, lambda one: one.get(column), (), needed=needed)

    def _written(self, change: Change) -> Outcome:
        is_new = self._list.current(change.key) is None
        try:
            self._list.write(change.key, change.payload)
        except WaitingError as error:
            return Outcome(change.resource, change.key, Status.WAITING, (error.problem,))
        except RefusedError as error:
            return Outcome(change.resource, change.key, Status.REFUSED, (told(error),))
        except RowProblem as error:
            return Outcome(change.resource, change.key, Status.REFUSED, (error.problem,))
        return Outcome(change.resource, change.key, Status.CREATED if is_new else Status.UPDATED)


def _needed(column: str) -> Problem:
    remedy = said("Fill it in the source; it will then arrive by itself.")
    return Problem(
        said("is empty, and {title} has no empty one", title=TITLE), ProblemKind.MISSING, column, remedy=remedy
    )
