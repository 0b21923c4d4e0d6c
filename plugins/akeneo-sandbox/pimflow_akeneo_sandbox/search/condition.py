"""One condition of a search, and what it is tested against."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from pimflow_akeneo_sandbox.entities import Entity, ProductModel, Values
from pimflow_akeneo_sandbox.products.variants import all_categories, all_values, ancestors
from pimflow_akeneo_sandbox.store import Store


class Seen:
    """A product or model as the search index sees it: with all that it inherits."""

    def __init__(self, store: Store, entity: Entity) -> None:
        self.store = store
        self.entity = entity

    @cached_property
    def values(self) -> Values:
        """Own and inherited values."""
        return all_values(self.store, self.entity)

    @cached_property
    def categories(self) -> frozenset[str]:
        """Own and inherited categories."""
        return frozenset(all_categories(self.store, self.entity))

    @cached_property
    def updated(self) -> datetime:
        """The latest change of a variant or of a model above it; a model's own change."""
        if isinstance(self.entity, ProductModel):
            return self.entity.updated
        return max([self.entity.updated, *(model.updated for model in ancestors(self.store, self.entity))])

    @cached_property
    def ancestors(self) -> list[str]:
        """Codes of the models above, in lower case."""
        return [model.code.lower() for model in ancestors(self.store, self.entity)]


Test = Callable[[Seen], bool]


@dataclass(frozen=True)
class Condition:
    """`{"operator": …, "value": …, "locale": …, "scope": …}` of one property."""

    name: str
    operator: str
    value: Any = None
    locale: str | None = None
    locales: Any = None
    scope: str | None = None

    @classmethod
    def of(cls, name: str, given: Mapping[str, Any], locale: str | None, scope: str | None) -> "Condition":
        """Return the condition as sent, with the locale and scope that the whole search names as defaults."""
        locales = given.get("locales")
        return cls(
            name=name,
            operator=given["operator"],
            value=given.get("value"),
            locale=given["locale"] if given.get("locale") is not None else locale,
            locales=None if locales == "" else locales,
            scope=given["scope"] if given.get("scope") is not None else scope,
        )

    def unsupported(self) -> str:
        """Return the message for an operator that the property does not have."""
        return f'Filter on property "{self.name}" is not supported or does not support operator "{self.operator}"'
