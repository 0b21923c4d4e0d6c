"""The sources `akeneo.products`, `akeneo.product_models` and `akeneo.published_products`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal
from uuid import UUID

from pydantic import Field, model_validator

from pimflow import RemoteError, Window, said
from pimflow_akeneo.connection import AkeneoConnection
from pimflow_akeneo.kinds import BY_UUID, MODELS, PRODUCTS, Kind
from pimflow_akeneo.model import Model
from pimflow_akeneo.products.reading import parts, queries
from pimflow_akeneo.products.reading.queries import Query
from pimflow_akeneo.products.reading.record_sources import ChangesSource, Record, RecordsSource
from pimflow_akeneo.products.reading.rows import PUBLISHED, Reading
from pimflow_akeneo.search_tables import PRODUCT_MODELS
from pimflow_akeneo.session import Session
from pimflow_akeneo.showing import page_of

_MORE = {
    "with_completenesses": "with_completenesses",
    "with_quality_scores": "with_quality_scores",
    "with_option_labels": "with_attribute_options",
}
"""Options that make the PIM tell more of each product -> its parameters."""


class AkeneoProductsSource(ChangesSource):
    """Products of the PIM, with columns named as in Akeneo's own CSV files.

    Lists come as text with commas between, amounts as plain numbers, yes and no as true and false. Variants come with
    the values of their models. After a complete read the next one gives changes only, with the variants of changed
    models among them. Deleted products never show, nor those that no longer match `search`, nor changes of options,
    categories and other structure: run with `--full` from time to time.
    """

    type = "akeneo.products"

    by_uuid: bool = Field(
        False,
        description="Read products by their uuids, those without an identifier too (version 7 or later). Associated "
        "products then come as uuids, in columns such as X_SELL-product_uuids.",
    )
    with_completenesses: bool = Field(
        False, description="Add columns such as completeness-en_US-ecommerce, in percent (version 6 or later)."
    )
    with_quality_scores: bool = Field(
        False, description="Add columns such as quality_score-en_US-ecommerce, from A to E (version 5 or later)."
    )
    with_option_labels: bool = Field(
        False,
        description="Add columns such as color-label-en_US with the labels of options beside their codes, commas "
        "between (version 5 or later).",
    )

    partitions: Literal["family"] | None = Field(
        None,
        description="`family` cuts a complete read into parts of some families each, of which four are read at once; "
        "rows then come in no order. Not with `media`.",
    )

    @model_validator(mode="after")
    def _downloads_in_order(self) -> AkeneoProductsSource:
        if self.partitions and self.media is not None:
            raise ValueError("`partitions` goes without `media`: one reader at a time keeps a folder of files")
        return self

    def page(self, connection: AkeneoConnection, row: Mapping[str, Any]) -> str:
        """Give the address of the product's page."""
        return page_of(connection.address, row.get("uuid"))

    def parts(self, session: Session, window: Window) -> Sequence[Window]:
        """Cut a complete read by family. Changes since the last one are read in one piece: they are few."""
        if self.partitions is None or window.since is not None:
            return (window,)
        since = self._on_server_clock(session, session.now() - parts.DRIFT)
        found = parts.parts(session, session.catalog.families.values(), since)
        return [replace(window, partition=str(one), last=one.since is not None) for one in found]

    def _query(self, model: Model, window: Window) -> Query:
        query = super()._query(model, window)
        if window.partition is None:
            return query
        return replace(query, search=parts.Part.of(window.partition).limited(query.search))

    def _once(self, session: Session, window: Window, records: Iterator[Record]) -> Iterator[Record]:
        if window.partition is None:
            return records
        return parts.unread(session, parts.Part.of(window.partition), records)

    @property
    def kind(self) -> Kind:
        """Products by identifier, or by uuid."""
        return BY_UUID if self.by_uuid else PRODUCTS

    def _params(self, model: Model) -> dict[str, str]:
        more = {parameter: "true" for option, parameter in _MORE.items() if getattr(self, option)}
        return super()._params(model) | ({} if self.only_keys else more)

    def _reading(self, model: Model) -> Reading:
        reading = super()._reading(model)
        return replace(
            reading,
            completeness=self.with_completenesses,
            quality=self.with_quality_scores,
            labels=self.with_option_labels,
        )

    def _keyed(self, query: Query, window: Window, model: Model) -> Iterator[Query]:
        """Look for keys among the identifiers and, where that is what they look like, among the uuids."""
        uuids = {key for key in window.keys if self.by_uuid and _is_uuid(key)}
        others = [key for key in window.keys if key not in uuids]
        yield from queries.having(query, model.identifier.code, others)
        yield from queries.having(query, "uuid", sorted(uuids))

    def _checked(self, session: Session) -> Model:
        if self.by_uuid and not queries.offers(session, BY_UUID.path):
            raise RemoteError(
                said(
                    "This PIM does not know products by uuid: that takes version 7 or later. Leave `by_uuid` out of "
                    "the source; products without an identifier then stay out."
                )
            )
        return super()._checked(session)


class AkeneoProductModelsSource(ChangesSource):
    """Product models of the PIM, root models and sub-models, with columns named as in Akeneo's own CSV files.

    Sub-models come with the values of their root model. After a complete read the next one gives changes only;
    deleted models never show: run with `--full` from time to time.
    """

    type = "akeneo.product_models"
    table = PRODUCT_MODELS

    @property
    def kind(self) -> Kind:
        """Product models."""
        return MODELS


class AkeneoPublishedProductsSource(RecordsSource):
    """Published products, all of them at each run; an old feature of the Enterprise Edition alone.

    They have no uuid, and no parent: these columns stay empty.
    """

    type = "akeneo.published_products"

    @property
    def kind(self) -> Kind:
        """Published products."""
        return PUBLISHED

    def _checked(self, session: Session) -> Model:
        if not queries.offers(session, PUBLISHED.path):
            raise RemoteError(
                said(
                    "This PIM has no published products: only the Enterprise Edition knows them, and newer versions "
                    "do without. Read `akeneo.products` instead."
                )
            )
        return super()._checked(session)


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
