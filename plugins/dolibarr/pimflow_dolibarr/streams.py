"""Which of the products of a page belong to a category, or are variants: ids that are read in step with the pages.

A product does not tell its categories, and asking for each product would take as many calls as there are products.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pimflow_dolibarr.session import Session

Categories = Callable[[Sequence[int]], Mapping[int, list[int]]]
"""Gives the ids of the categories of products; those of a page, pages by ascending id."""


class Stream:
    """Ids in ascending order, taken up to those of a page; no more than one answer of the server is held."""

    def __init__(self, ids: Iterator[int]) -> None:
        self._ids = ids
        self._next: int | None = None

    def up_to(self, last: int) -> set[int]:
        """Give the ids up to this one that were not given before."""
        found = set()
        if self._next is None:
            self._next = next(self._ids, None)
        while self._next is not None and self._next <= last:
            found.add(self._next)
            self._next = next(self._ids, None)
        return found


def by_category(session: Session, condition: str, numbers: Sequence[int], **query: Any) -> Categories:
    """Ask for the products of each category: a call for each, and one more for each further thousand products."""
    streams = {number: Stream(session.ids(condition, **query, category=number)) for number in numbers}

    def categories(ids: Sequence[int]) -> Mapping[int, list[int]]:
        found: dict[int, list[int]] = {}
        for number, stream in streams.items():
            for product in stream.up_to(ids[-1]):
                found.setdefault(product, []).append(number)
        return found

    return categories


def by_product(session: Session) -> Categories:
    """Ask for the categories of each product."""

    def categories(ids: Sequence[int]) -> Mapping[int, list[int]]:
        return {one: [int(told["id"]) for told in session.listed(f"products/{one}/categories")] for one in ids}

    return categories
