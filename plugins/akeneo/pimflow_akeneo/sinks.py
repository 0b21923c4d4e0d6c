"""The sinks `akeneo.products` and `akeneo.product_models`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, field_validator

from pimflow import Run, Sink, Use, Writer
from pimflow_akeneo.connection import AkeneoConnection
from pimflow_akeneo.creating.wishes import CreateMissing, CreateMissingOption
from pimflow_akeneo.kinds import MODELS, PRODUCTS, Kind
from pimflow_akeneo.media.options import MediaOptions

if TYPE_CHECKING:
    from pimflow_akeneo.session import Session


class _RecordsSink(Sink):
    """What the sinks of products and of product models have in common."""

    kind: ClassVar[Kind]
    owned = True
    is_pim = True
    folds_case = True
    batch_size = 100
    batch_seconds = 10.0
    in_flight = 4

    connection: Use[AkeneoConnection] = Field(description="Name of the connection to the PIM.")
    media: MediaOptions = Field(
        default_factory=MediaOptions,
        validate_default=True,
        description="Where pictures and files come from, for cells that hold no code of the PIM.",
    )
    create_missing: CreateMissingOption = Field(
        CreateMissing(), description="What is made where the PIM lacks it, as in `[options]`; nothing when left out."
    )

    def open(self, session: Session, run: Run) -> Writer:
        """Read the PIM's model and give the writer."""
        from pimflow_akeneo.writer import ProductWriter

        return ProductWriter(session, self.kind, self.media, self.create_missing, run)


class AkeneoProductsSink(_RecordsSink):
    """Creates and updates products, 100 a call. Columns are named as in Akeneo's own CSV files."""

    type = "akeneo.products"
    kind = PRODUCTS
    key = "identifier"
    noun = PRODUCTS.noun
    renames = True
    matches = True
    id = "uuid"
    creation_defaults: ClassVar[Mapping[str, Any]] = {"enabled": False}
    enabled = "enabled"


class AkeneoProductModelsSink(_RecordsSink):
    """Creates and updates product models, 100 a call. Columns are named as in Akeneo's own CSV files.

    `family` is not sent: it is that of the family variant, and told where it is another.
    """

    type = "akeneo.product_models"
    kind = MODELS
    key = "code"
    noun = MODELS.noun
    matches = True
    asks_first = True

    @field_validator("create_missing")
    @classmethod
    def _creates_no_attributes(cls, asked: CreateMissing) -> CreateMissing:
        if "attributes" in asked.what:
            raise ValueError("attributes are created by `akeneo.products`, not by product models")
        return asked
