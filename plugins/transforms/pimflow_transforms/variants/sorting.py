"""Rows brought together by their group, on disk where they are many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile, groupby, takewhile
from operator import itemgetter
from typing import Any

import petl

from pimflow import Origin, Problem, Row
from pimflow_transforms.variants.codes import plain_code

BUFFERED = 10_000
"""Rows sorted in memory before they go to disk: wide rows take some 10 kB each."""

_FIELDS = ("code", "group", "key", "item")


@dataclass(frozen=True, slots=True)
class Item:
    """A row on its way: its group, its key, the family variant that it asks for.

    `problem`: it cannot go on; where it has a group, it could as a simple product alone.
    """

    group: str
    key: str
    family_variant: str | None
    origin: Origin
    row: Row
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """The items of one group, by key. `shared`: another group has a code that reads the same."""

    group: str
    items: Sequence[Item]
    shared: bool


class Sorted:
    """Items by group, to be gone through several times. Items of no group come first."""

    def __init__(self, items: Iterable[Item], template: str) -> None:
        self._table = petl.sort(_lines(items, template), key=_FIELDS[:3], buffersize=BUFFERED)

    def single(self) -> Iterator[Item]:
        """Give the items that belong to no group."""
        for line in takewhile(_is_single, self._lines()):
            yield line[3]

    def families(self) -> Iterator[Family]:
        """Give the groups, one at a time in memory."""
        runs = groupby(dropwhile(_is_single, self._lines()), key=itemgetter(0, 1))
        before: str | None = None
        held: tuple[str, str, list[Item]] | None = None
        for (code, group), run in runs:
            if held is not None:
                yield Family(held[1], held[2], shared=held[0] in {before, code})
                before = held[0]
            held = (code, group, _in_order(run))
        if held is not None:
            yield Family(held[1], held[2], shared=held[0] == before)

    def _lines(self) -> Iterator[Any]:
        return iter(petl.data(self._table))


def _lines(items: Iterable[Item], template: str) -> Iterator[tuple[Any, ...]]:
    """Give lines to be sorted by text alone: groups with the same code come together."""
    yield _FIELDS
    for item in items:
        code = plain_code(template.replace("{group}", item.group)).lower() if item.group else ""
        yield code, item.group, item.key, item


def _is_single(line: Any) -> bool:
    return not line[1]


def _in_order(run: Iterable[Any]) -> list[Item]:
    """Put the items of one group in an order that does not depend on that of the rows, also where keys are equal."""
    items: list[Item] = []
    for _, same in groupby((line[3] for line in run), key=lambda item: item.key):
        twins = list(same)
        items += sorted(twins, key=lambda item: repr(item.row)) if len(twins) > 1 else twins
    return items
