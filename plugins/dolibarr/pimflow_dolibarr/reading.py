"""Products as rows, page by page, with what their own record does not tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pimflow_dolibarr import filters
from pimflow_dolibarr.columns import CATEGORIES, FEATURES, MEMBER, PICTURES, VARIANTS
from pimflow_dolibarr.families import Families, features_of, refs
from pimflow_dolibarr.pictures import Shelf
from pimflow_dolibarr.session import Record, Session
from pimflow_dolibarr.streams import Categories, Stream, by_category, by_product
from pimflow_erp.columns import Column

Work = Callable[[list[Record]], Iterable[Record]]
"""Takes the products of a page, and gives those that become rows with what is put beside them."""

TEMPLATES, VARIANTS_ONLY = 2, 3
"""What `variant_filter` calls products that have variants, and those that are some."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is read: `query` are further parameters of the list, `shelf` is where pictures go."""

    columns: Sequence[Column]
    condition: str
    size: int
    query: Mapping[str, Any]
    categories: bool = False
    shelf: Shelf | None = None


def templates(session: Session, wanted: Wanted) -> Iterator[tuple[Any, ...]]:
    """Give the rows of products that have variants: a call for each."""
    return _rows(session, replace(wanted, query={**wanted.query, "variant_filter": TEMPLATES}), _with_variants(session))


def products(session: Session, wanted: Wanted) -> Iterator[tuple[Any, ...]]:
    """Give the rows of variants, and of products that have none."""
    there = session.catalog.attributes
    return _rows(session, wanted, _with_family(session, wanted) if there else _flat)


def _flat(page: list[Record]) -> Iterable[Record]:
    return ({**one, MEMBER: None} for one in page)


def _with_family(session: Session, wanted: Wanted) -> Work:
    """Make what takes templates out of a page, and puts their places beside variants."""
    templates, variants = (
        Stream(session.ids(wanted.condition, **{**wanted.query, "variant_filter": kind}))
        for kind in (TEMPLATES, VARIANTS_ONLY)
    )
    families = Families(session)

    def work(page: list[Record]) -> Iterable[Record]:
        last = int(page[-1]["id"])
        left_out, found = templates.up_to(last), variants.up_to(last)
        ids = [int(one["id"]) for one in page]
        members = families.members([one for one in ids if one in found and one not in left_out])
        return ({**one, MEMBER: members.get(int(one["id"]))} for one in page if int(one["id"]) not in left_out)

    return work


def _with_variants(session: Session) -> Work:
    """Make what puts variants and their attributes beside templates."""

    def work(page: list[Record]) -> Iterable[Record]:
        found = {int(one["id"]): features_of(session, int(one["id"])) for one in page}
        names = refs(session, sorted({child for children in found.values() for child in children}))
        for one in page:
            children = found[int(one["id"])]
            axes = sorted({ref for features in children.values() for ref in features})
            yield {**one, VARIANTS: sorted(names[child] for child in children if child in names), FEATURES: axes}

    return work


def _rows(session: Session, wanted: Wanted, work: Work) -> Iterator[tuple[Any, ...]]:
    categories: Categories | None = None
    for page in _pages(session, wanted):
        if wanted.categories and categories is None:
            categories = _categories(session, wanted, len(page))
        of = categories([int(one["id"]) for one in page]) if categories else {}
        for one in work(page):
            number = int(one["id"])
            pictures = wanted.shelf.files(session, number) if wanted.shelf else []
            record = {**one, CATEGORIES: of.get(number, []), PICTURES: pictures}
            yield tuple(column.read(record) for column in wanted.columns)


def _pages(session: Session, wanted: Wanted) -> Iterator[list[Record]]:
    asks = sorted({ask for column in wanted.columns for ask in column.asks} | {"id"})
    query = {**wanted.query, "properties": ",".join(asks)}
    return session.pages("products", wanted.condition, wanted.size, **query)


def _categories(session: Session, wanted: Wanted, first: int) -> Categories:
    """Ask the way that takes fewer calls, as far as the first page tells."""
    numbers = list(session.catalog.categories)
    if first < min(wanted.size, len(numbers)):
        return by_product(session)
    return by_category(session, wanted.condition, numbers, **wanted.query)


def keyed(keys: Sequence[str]) -> Iterator[str]:
    """Give conditions for products by key: it may be made of the reference, the id or the barcode.

    What cannot be asked for is looked for by what it looks like, so that some more may be found.
    """
    askable = [key for key in keys if filters.is_askable(key)]
    others = [key for key in keys if filters.is_possible(key) and not filters.is_askable(key)]
    for some in _chunks(askable):
        numbers = [key for key in some if key.isascii() and key.isdecimal() and int(key) <= _LAST_ID]
        ids = filters.among("t.rowid", numbers) if numbers else ""
        yield filters.either(filters.among("t.ref", some), filters.among("t.barcode", some), ids)
    for some in _chunks(others):
        yield filters.either(*(filters.resembling("t.ref", key) for key in some))


def _chunks(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[start : start + _KEYS] for start in range(0, len(keys), _KEYS))


_KEYS = 50
_LAST_ID = 2**31 - 1
