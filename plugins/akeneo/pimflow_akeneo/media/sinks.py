"""The sink `akeneo.media_files`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import Field

from pimflow import (
    Change,
    Finding,
    Header,
    Item,
    Outcome,
    Outlook,
    Problem,
    ProblemKind,
    RowProblem,
    Run,
    Sink,
    Status,
    Use,
    Who,
    Writer,
    said,
)
from pimflow_akeneo.checking import rights
from pimflow_akeneo.columns import ValueColumn
from pimflow_akeneo.connection import AkeneoConnection
from pimflow_akeneo.kinds import BY_UUID, MODELS, PRODUCTS, Kind
from pimflow_akeneo.media.attaching import Attaching, Wanted, contents_of, planned, told
from pimflow_akeneo.media.content import MEDIA, Content
from pimflow_akeneo.media.options import MediaOptions
from pimflow_akeneo.media.taking import Taking
from pimflow_akeneo.media.uploading import Place
from pimflow_akeneo.products import lines
from pimflow_akeneo.products.existence import lookup
from pimflow_akeneo.products.existence.keys import existence
from pimflow_akeneo.products.preparing import properties
from pimflow_akeneo.products.preparing.flow_columns import Columns
from pimflow_akeneo.session import Session

RESOURCE = "media-files"
_FILE = "file"
_LABELS: Mapping[str, str] = {
    _FILE: said("File"),
    "product": said("Product"),
    "product_uuid": said("Product (UUID)"),
    "product_model": said("Product model"),
    "attribute": said("Attribute"),
    "locale": said("Locale"),
    "scope": said("Channel"),
}
_OWNERS: Mapping[str, Kind] = {"product": PRODUCTS, "product_uuid": BY_UUID, "product_model": MODELS}


class AkeneoMediaFilesSink(Sink):
    """Uploads one file a row and attaches it to a value of a product or product model, which must be there.

    Columns: `file` (a path, an address, a data URL, or base64 text), one of `product` (its identifier),
    `product_uuid` and `product_model` (its code), `attribute`, and `locale` and `scope` where the attribute has them.
    """

    type = "akeneo.media_files"
    noun = (said("file"), said("files"))
    batch_size = 100
    in_flight = 4

    connection: Use[AkeneoConnection] = Field(description="Name of the connection to the PIM.")
    media: MediaOptions = Field(
        default_factory=MediaOptions, validate_default=True, description="Where the files come from."
    )

    def open(self, session: Session, run: Run) -> Writer:
        """Read the PIM's model and give the writer."""
        return MediaFilesWriter(session, self.media, run)


class MediaFilesWriter(Writer):
    """Attaches files to records that exist; it makes no record."""

    def __init__(self, session: Session, media: MediaOptions, run: Run) -> None:
        self._session = session
        self._run = run
        self._columns = Columns(session.catalog.model, PRODUCTS)
        self._taking = Taking(media, run.memory, dry=run.dry)
        self._attaching = Attaching(session, PRODUCTS, self._columns.column, self._taking, run.memory, media.parallel)

    def knows(self, column: str) -> bool:
        """Tell whether a column means something here."""
        return column in _LABELS

    def label(self, column: str) -> str:
        """Give the name by which people know a column."""
        return _LABELS.get(column, column)

    def check_columns(self, header: Header) -> Mapping[str, RowProblem]:
        """Name the columns that mean nothing here."""
        remedy = said("Use these: {names}.", names=", ".join(_LABELS))
        reason = said("a file has no such column")
        return {
            name: RowProblem(name, None, reason, kind=ProblemKind.REFERENCE, remedy=remedy, who=Who.ADMINISTRATOR)
            for name in header
            if name not in _LABELS
        }

    def check(self, outlook: Outlook) -> Iterable[Finding]:
        """See whether files may be attached, which is the right to write products."""
        return rights.check(self._session, "products") if outlook.thorough else ()

    def prepare(self, row: Mapping[str, Any]) -> Iterable[Item]:
        """Find the file of one row. Raises RowProblem where the file, its record or its attribute is not clear."""
        owner, key = _owner(row, self._session.catalog.model.identifier.label)
        column = self._column(row)
        if row.get(_FILE) is None:
            reason, remedy = said("the row names no file"), said("Give a file.")
            raise RowProblem(_FILE, None, reason, kind=ProblemKind.MISSING, remedy=remedy)
        try:
            found = self._taking.take(row[_FILE], column, key)
        except RowProblem as bad:
            raise RowProblem.of(replace(bad.problem, field=_FILE)) from None
        if Content.of(found) is None:
            reason, remedy = said("which is a code of the PIM, and no file"), said("Give the file itself.")
            raise RowProblem(_FILE, found, reason, remedy=remedy)
        payload = {owner: key, "attribute": column.name, _FILE: found}
        return [Item(RESOURCE, f"{column.name} of {owner} {key}", payload)]

    def current(self, resource: str, keys: Sequence[str], columns: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:  # noqa: ARG002 - there is one resource
        """Give the values that have a file now: the record, the attribute, and the PIM's code of the file."""
        asked = [(key, *_parts(key)) for key in keys]
        found: dict[str, dict[str, Any]] = {}
        for owner, kind in _OWNERS.items():
            some = [(key, name, record) for key, name, of, record in asked if of == owner]
            codes = sorted({name.partition("-")[0] for _, name, _ in some})
            model = self._session.catalog.model
            records = lookup.find(self._session, sorted({one for _, _, one in some}), codes, kind) if some else ()
            now = {str(lines.key_of(one, model, kind)).lower(): lines.flat(one, model, kind) for one in records}
            for key, name, record in some:
                file = now.get(record.lower(), {}).get(name)
                if file is not None:
                    values = {owner: record, "attribute": name, _FILE: file}
                    found[key] = {column: values[column] for column in columns if column in values}
        return found

    def fit(self, batch: Sequence[Change]) -> Sequence[Change]:
        """Let a plan show codes and names of files."""
        return planned(batch, self._run.memory) if self._run.dry else batch

    def load(self, batch: Sequence[Change]) -> Iterable[Outcome]:
        """Upload and attach the files of records that exist; the others wait for their record."""
        places = {change.key: self._place(change) for change in batch}
        there = {
            kind: existence(self._session, kind).found({one.key for one in places.values() if one.kind is kind})
            for kind in {one.kind for one in places.values()}
        }
        waiting = [_waits(change) for change in batch if places[change.key].key not in there[places[change.key].kind]]
        held = {outcome.key for outcome in waiting}
        going = [change for change in batch if change.key not in held]
        wanted = [Wanted(contents_of(change.payload)[_FILE], places[change.key]) for change in going]
        results = self._attaching.attach(wanted)
        outcomes = [Outcome(RESOURCE, change.key, Status.UPDATED) for change in going]
        return [*waiting, *(_refused(one) for one in told(outcomes, results))]

    def close(self, ok: bool) -> bool:  # noqa: ARG002 - what was written is written
        """Remove what was downloaded to be uploaded."""
        self._taking.close()
        return True

    def _column(self, row: Mapping[str, Any]) -> ValueColumn:
        parts = [str(row[name]).strip() for name in ("attribute", "locale", "scope") if row.get(name)]
        if not row.get("attribute"):
            remedy = said("Name the attribute that the file belongs to.")
            raise RowProblem("attribute", None, said("the row names none"), kind=ProblemKind.MISSING, remedy=remedy)
        column = self._columns.column("-".join(parts))
        if not isinstance(column, ValueColumn) or column.attribute.kind not in MEDIA:
            reason = said("which is no attribute for pictures or files")
            raise RowProblem("attribute", parts[0], reason, remedy=said("Name one of type image or file."))
        return column

    def _place(self, change: Change) -> Place:
        owner = next(name for name in _OWNERS if name in change.payload)
        column = self._columns.column(str(change.payload["attribute"]))
        assert isinstance(column, ValueColumn)
        return Place(_OWNERS[owner], str(change.payload[owner]), change.key, None, column)


def _owner(row: Mapping[str, Any], label: str) -> tuple[str, str]:
    found = [(name, row[name]) for name in _OWNERS if row.get(name)]
    if len(found) != 1:
        reason = said("the row names {number} records", number=len(found)) if found else said("the row names no record")
        remedy = said("Fill one of {names}.", names=", ".join(_OWNERS))
        raise RowProblem(found[0][0] if found else "product", None, reason, kind=ProblemKind.MISSING, remedy=remedy)
    name, cell = found[0]
    if name == "product_uuid":
        return name, str(properties.PLAIN["uuid"](cell))
    try:
        return name, properties.key(cell, _OWNERS[name], label, new=False)
    except RowProblem as bad:
        raise RowProblem.of(replace(bad.problem, field=name)) from None


def _parts(key: str) -> tuple[str, str, str]:
    """Take a key apart: column, kind of record, record."""
    column, _, owner, record = (*key.split(" ", 3), "", "", "")[:4]
    return column, owner, record


def _waits(change: Change) -> Outcome:
    owner = next(name for name in _OWNERS if name in change.payload)
    product = _OWNERS[owner].has_identifier
    problem = Problem(
        said("the PIM has no such product") if product else said("the PIM has no such product model"),
        ProblemKind.REFERENCE,
        owner,
        change.payload[owner],
        said("The file goes by itself once it is there."),
        Who.PRODUCT_MANAGER,
    )
    return Outcome(RESOURCE, change.key, Status.WAITING, (problem,))


def _refused(outcome: Outcome) -> Outcome:
    """Where the file is all there is to a record, one that did not arrive leaves nothing."""
    if not outcome.problems or outcome.status is Status.FAILED:
        return outcome
    return Outcome(outcome.resource, outcome.key, Status.REFUSED, outcome.problems)
