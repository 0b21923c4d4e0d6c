"""The quality score of a product: a letter per channel and locale.

The PIM weighs three marks: required values that are there (2), other values of the family that are there (1), and
whether there is an image at all, where the family has images (2).
"""

from dataclasses import dataclass

from pimflow_akeneo_sandbox.collection import Record
from pimflow_akeneo_sandbox.entities import Product, Values, stored_order
from pimflow_akeneo_sandbox.products.completeness import share
from pimflow_akeneo_sandbox.products.variants import all_values
from pimflow_akeneo_sandbox.store import Store
from pimflow_akeneo_sandbox.values import kinds

GRADES = ((90, "A"), (80, "B"), (70, "C"), (60, "D"))


@dataclass(frozen=True)
class Score:
    """`letter` is A to E."""

    scope: str
    locale: str
    letter: str


def quality_scores(store: Store, product: Product) -> list[Score]:
    """One per channel (shorter codes first) and locale; none for a product without family."""
    family = store.get("families", product.family)
    if family is None:
        return []
    values = all_values(store, product)
    channels = sorted(store.structure["channels"], key=lambda channel: stored_order(channel["code"]))
    return [
        Score(channel["code"], locale, _letter(_mark(store, family, channel, locale, values)))
        for channel in channels
        for locale in sorted(channel["locales"])
    ]


def _letter(mark: float) -> str:
    return next((letter for least, letter in GRADES if mark >= least), "E")


def _mark(store: Store, family: Record, channel: Record, locale: str, values: Values) -> float:
    required = set(family["attribute_requirements"].get(channel["code"], []))
    others = [code for code in family["attributes"] if code not in required]
    images = [code for code in family["attributes"] if store.need("attributes", code)["type"] == kinds.IMAGE]
    image = share(store, images, channel, locale, values)
    marks = (
        (2, share(store, required, channel, locale, values)),
        (1, share(store, others, channel, locale, values)),
        (2, 100 if image else image),
    )
    known = [(weight, mark) for weight, mark in marks if mark is not None]
    return sum(weight * mark for weight, mark in known) / max(sum(weight for weight, _ in known), 1)
