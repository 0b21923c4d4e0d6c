"""Which items of a group become variants of one model, and which cannot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pimflow import Header, Problem, RowProblem
from pimflow_transforms.variants.expressions import cell_text
from pimflow_transforms.variants.layout import Layout, LayoutOf
from pimflow_transforms.variants.lifting import Variant
from pimflow_transforms.variants.problems import (
    no_axis,
    no_axis_column,
    no_family_variant,
    other_family_variant,
    same_axes,
    same_key,
    unknown_family_variant,
)
from pimflow_transforms.variants.sorting import Family, Item

Refused = tuple[Item, Problem]


@dataclass(frozen=True, slots=True)
class Judged:
    """The items of a group that become variants of one model, by key."""

    family_variant: str
    layout: Layout
    variants: Sequence[Variant]


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges the items of groups; `key` is the column of their keys, `asked` tells the family variant."""

    header: Header
    key: str
    asked: str | None
    layout_of: LayoutOf

    def judge(self, family: Family, refused: list[Refused]) -> Judged | None:
        """Give the variants of a group, None where there are none; the others are added to `refused`."""
        refused += [(item, item.problem) for item in family.items if item.problem is not None]
        items = list(self._of_own_key((item for item in family.items if item.problem is None), refused))
        family_variant = most_frequent(item.family_variant for item in items)
        found = self._layout(family_variant)
        if isinstance(found, Problem):
            refused.extend((item, found) for item in items)
            return None
        assert family_variant is not None
        items = list(self._of_family_variant(items, family_variant, family.group, refused))
        variants = list(self._told_apart(items, found, refused))
        return Judged(family_variant, found, variants) if variants else None

    def _layout(self, family_variant: str | None) -> Layout | Problem:
        if family_variant is None:
            return no_family_variant(self.asked)
        layout = self.layout_of(family_variant)
        if layout is None:
            return unknown_family_variant(family_variant)
        return no_axis_column(family_variant, layout.missing) if layout.missing else layout

    def _of_own_key(self, items: Iterable[Item], refused: list[Refused]) -> Iterator[Item]:
        before = None
        for item in items:
            if item.key == before:
                refused.append((item, same_key(self.key, item.key)))
            else:
                yield item
            before = item.key

    def _of_family_variant(
        self, items: Iterable[Item], usual: str, group: str, refused: list[Refused]
    ) -> Iterator[Item]:
        for item in items:
            own = item.family_variant
            if own is None or own.casefold() == usual.casefold():
                yield item
            else:
                refused.append((item, other_family_variant(self.key, item.key, own, usual, group)))

    def _told_apart(self, items: Iterable[Item], layout: Layout, refused: list[Refused]) -> Iterator[Variant]:
        taken: dict[tuple[tuple[str, ...], ...], str] = {}
        for item in items:
            try:
                axes = self._axes(item, layout)
            except RowProblem as problem:
                refused.append((item, problem.problem))
                continue
            folded = tuple(tuple(text.casefold() for text in level) for level in axes)
            first = taken.setdefault(folded, item.key)
            if first == item.key:
                yield Variant(item.key, item.origin, list(item.row), axes)
            else:
                values = ", ".join(text for level in axes for text in level)
                refused.append((item, same_axes(self.key, item.key, values, first)))

    def _axes(self, item: Item, layout: Layout) -> tuple[tuple[str, ...], ...]:
        texts = []
        for level in layout.axes:
            for at in level:
                if not cell_text(item.row, at, self.header):
                    raise RowProblem.of(no_axis(self.key, item.key, self.header[at]))
            texts.append(tuple(cell_text(item.row, at, self.header) for at in level))
        return tuple(texts)


def most_frequent(values: Iterable[str | None]) -> str | None:
    """Give the code that most have, the first of equals; None where none has any. Capital letters do not count."""
    written: dict[str, str] = {}
    counts = Counter(written.setdefault(value.casefold(), value).casefold() for value in values if value)
    return written[max(counts, key=counts.__getitem__)] if counts else None
