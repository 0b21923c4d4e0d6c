"""How complete a product is: the required values that are there, per channel and locale, in whole percent."""

from collections.abc import Collection
from dataclasses import dataclass

from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.entities import Product, Values
from pimflow_akeneo_sandbox.products.variants import all_values
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.values import kinds


@dataclass(frozen=True)
class Completeness:
    """`ratio` is cut to whole percent: 2 of 19 is 10."""

    scope: str
    locale: str
    ratio: int


def completenesses(store: Store, product: Product) -> list[Completeness]:
    """One per channel and locale of the channel; none for a product without family."""
    family = store.get("families", product.family)
    if family is None:
        return []
    values = all_values(store, product)
    return [
        Completeness(channel["code"], locale, _ratio(store, family, channel, locale, values))
        for channel in store.structure["channels"].in_order()
        for locale in sorted(channel["locales"])
    ]


def _ratio(store: Store, family: Record, channel: Record, locale: str, values: Values) -> int:
    required = family["attribute_requirements"].get(channel["code"], [])
    found = share(store, required, channel, locale, values)
    return 100 if found is None else found


def share(store: Store, codes: Collection[str], channel: Record, locale: str, values: Values) -> int | None:
    """Return how many percent of the attributes have a value there; None when none of them is for this locale."""
    counted = [attribute for code in codes if (attribute := store.get("attributes", code))]
    counted = [a for a in counted if not a.get("available_locales") or locale in a["available_locales"]]
    filled = sum(1 for attribute in counted if _is_filled(attribute, channel, locale, values))
    return filled * 100 // len(counted) if counted else None


def _is_filled(attribute: Record, channel: Record, locale: str, values: Values) -> bool:
    key = (
        channel["code"] if attribute.get("scopable") else None,
        locale if attribute.get("localizable") else None,
    )
    data = values.get(attribute["code"], {}).get(key)
    if attribute["type"] == kinds.PRICE and data is not None:
        return set(channel["currencies"]) <= {price["currency"] for price in data}
    return data is not None
