"""The rows of one group: its product models and its variants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pimflow import Header, Origin, Row, RowProblem
from pimflow_transforms.values import as_text
from pimflow_transforms.variants.codes import joined, own_code, plain_code, sub_code
from pimflow_transforms.variants.judging import Judge, Judged, Refused, most_frequent
from pimflow_transforms.variants.lifting import Lift, Variant, has_value, move
from pimflow_transforms.variants.problems import other_family
from pimflow_transforms.variants.sorting import Family, Item

MADE = ("code", "family_variant", "parent", "variants")
"""The columns that the transform makes."""

FAMILY = "family"

Result = tuple[Origin, Row | RowProblem]


@dataclass(slots=True)
class Rows:
    """What became of one group, in the order of writing: root models, sub models, items."""

    roots: list[Result] = field(default_factory=list)
    subs: list[Result] = field(default_factory=list)
    items: list[Result] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Builder:
    """Makes the rows of groups, `width` cells each; `made` are the places of the columns that are made.

    `template` has the model's code for `{group}`; `simple_singles`: a group of one item makes no model.
    """

    header: Header
    width: int
    made: Mapping[str, int]
    judge: Judge
    lift: Lift
    template: str
    simple_singles: bool

    def build(self, family: Family) -> Rows:
        """Give the rows of one group."""
        if self.simple_singles and len({item.key for item in family.items}) == 1:
            return Rows(items=[(item.origin, self._made(list(item.row), {})) for item in family.items])
        refused: list[Refused] = []
        judged = self.judge.judge(family, refused)
        rows = self._rows(family, judged) if judged else Rows()
        rows.items += [(item.origin, RowProblem.of(problem)) for item, problem in refused]
        return rows

    def single(self, item: Item) -> Result:
        """Give an item that belongs to no group as it came."""
        if item.problem is not None:
            return item.origin, RowProblem.of(item.problem)
        return item.origin, [*item.row, *(None for _ in range(self.width - len(self.header)))]

    def _rows(self, family: Family, judged: Judged) -> Rows:
        variants, lifted, group = judged.variants, judged.layout.lifted, family.group
        _tell_other_families(variants, self.header)
        root = own_code(self.template.replace("{group}", group), shared=family.shared)
        cells = self._empty()
        self.lift.take(variants, lifted[0], cells, group)
        self.lift.take_shared(variants, cells)
        rows = Rows([(variants[0].origin, self._model(cells, judged, variants, code=root))])
        for code, below in _parts(judged, root):
            if code != root:
                cells = self._empty()
                move(below, judged.layout.axes[0], cells)
                self.lift.take(below, lifted[1], cells, group)
                rows.subs.append((below[0].origin, self._model(cells, judged, below, code=code, parent=root)))
            rows.items += [(one.origin, self._made(one.cells, {"parent": code})) for one in below]
        return rows

    def _empty(self) -> list[Any]:
        return [None] * len(self.header)

    def _model(self, cells: list[Any], judged: Judged, variants: Sequence[Variant], **made: str) -> Row:
        keys = [variant.key for variant in variants]
        return self._made(cells, {**made, "family_variant": judged.family_variant, "variants": keys})

    def _made(self, cells: list[Any], made: Mapping[str, Any]) -> Row:
        """Fill a row up with the columns that are made; those it does not get are empty."""
        cells.extend([None] * (self.width - len(cells)))
        for name, at in self.made.items():
            cells[at] = made.get(name)
        return cells


def _parts(judged: Judged, root: str) -> Iterator[tuple[str, Sequence[Variant]]]:
    """Give the variants by the code of the model right above them: that of the root unless there are sub models."""
    if len(judged.layout.axes) == 1:
        yield root, judged.variants
        return
    parts: dict[tuple[str, ...], list[Variant]] = {}
    for variant in judged.variants:
        parts.setdefault(tuple(text.casefold() for text in variant.axes[0]), []).append(variant)
    alike = Counter(plain_code(joined(values)).lower() for values in parts)
    for values, variants in sorted(parts.items()):
        yield sub_code(root, values, shared=alike[plain_code(joined(values)).lower()] > 1), variants


def _tell_other_families(variants: Sequence[Variant], header: Header) -> None:
    if FAMILY not in header:
        return
    at = header.index(FAMILY)
    usual = most_frequent(as_text(variant.cells[at]) if has_value(variant.cells[at]) else None for variant in variants)
    for variant in variants:
        own = variant.cells[at]
        if usual is not None and has_value(own) and as_text(own).casefold() != usual.casefold():
            variant.cells[at] = other_family(FAMILY, own, usual)
