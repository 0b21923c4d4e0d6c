"""The sinks `akeneo.products` and `akeneo.product_models`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import Field

from pimflow import Change, Header, Item, Outcome, RowProblem, Run, Sink, Use, Writer
from pimflow_akeneo.connection import TITLE, AkeneoConnection
from pimflow_akeneo.kinds import MODELS, PRODUCTS, Kind
from pimflow_akeneo.media.files import Files
from pimflow_akeneo.media.options import MediaOptions
from pimflow_akeneo.products.current import Current
from pimflow_akeneo.products.known import Columns
from pimflow_akeneo.products.loading import Loading
from pimflow_akeneo.products.preparing import Preparation
from pimflow_akeneo.session import Session


class _RecordsSink(Sink):
    """What the sinks of products and of product models have in common."""

    kind: ClassVar[Kind]
    batch_size = 100
    in_flight = 4

    connection: Use[AkeneoConnection] = Field(description="Name of the connection to the PIM.")
    media: MediaOptions = Field(
        default_factory=MediaOptions,
        validate_default=True,
        description="Where pictures and files come from, for cells that hold no code of the PIM.",
    )

    @property
    def title(self) -> str:
        """What a report calls the target."""
        return TITLE

    def open(self, session: Session, run: Run) -> Writer:
        """Read the PIM's model and give the writer."""
        return ProductWriter(session, self.kind, self.media, run)


class AkeneoProductsSink(_RecordsSink):
    """Creates and updates products, 100 a call. Columns are named as in Akeneo's own CSV files."""

    type = "akeneo.products"
    kind = PRODUCTS
    key = "identifier"
    noun = PRODUCTS.noun
    creation_defaults: ClassVar[Mapping[str, Any]] = {"enabled": False}


class AkeneoProductModelsSink(_RecordsSink):
    """Creates and updates product models, 100 a call. Columns are named as in Akeneo's own CSV files.

    `family` is not sent: it is that of the family variant, and told where it is another.
    """

    type = "akeneo.product_models"
    kind = MODELS
    key = "code"
    noun = MODELS.noun


class ProductWriter(Writer):
    """Writes products by identifier, or by uuid where the row has one; or product models by code."""

    def __init__(self, session: Session, kind: Kind, media: MediaOptions, run: Run) -> None:
        self._columns = Columns(session.catalog.model, kind)
        self._preparation = Preparation(session.catalog, kind, self._columns.known)
        self._current = Current(session, kind, self._columns.column)
        self._loading = Loading(session, kind, self._columns.column)
        self._files = Files(session, kind, self._columns.column, media, run)

    def knows(self, column: str) -> bool:
        """Tell whether the PIM has this attribute, property or association, in this locale and channel."""
        return self._columns.known(column) is not None

    def label(self, column: str) -> str:
        """Give a column the label of its attribute, with locale and channel: `Name (de_DE)`."""
        return self._columns.label(column)

    def check_columns(self, header: Header) -> Mapping[str, RowProblem]:
        """Name the columns that the PIM cannot take, with what is wrong about them."""
        found = {name: self._columns.parsed(name) for name in header}
        return {name: problem for name, problem in found.items() if isinstance(problem, RowProblem)}

    def prepare(self, row: Mapping[str, Any]) -> Iterable[Item]:
        """Check the cells of one row. Raises RowProblem for one without a usable identifier or family."""
        item = self._files.taken(self._preparation.item(row))
        self._current.note([item])
        return [item]

    def current(self, resource: str, keys: Sequence[str], columns: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:  # noqa: ARG002 - there is one resource
        """Give what the PIM has for these keys: the columns that have a value there.

        Nothing but their existence is asked for where `columns` is empty.
        """
        if not columns:
            return {key: {} for key in (*self._current.there(keys), *self._loading.partly(keys))}
        return self._current.values(keys, columns)

    def fit(self, batch: Sequence[Change]) -> Sequence[Change]:
        """Show files in a plan as the PIM knows them."""
        return self._files.fit(batch)

    def load(self, batch: Sequence[Change]) -> Iterable[Outcome]:
        """Write a batch: every record that can be, without the values that the PIM does not take."""
        return self._files.load(batch, self._loading.load)

    def close(self, ok: bool) -> bool:  # noqa: ARG002 - what was written is written
        """Remove what was downloaded to be uploaded."""
        self._files.close()
        return True
