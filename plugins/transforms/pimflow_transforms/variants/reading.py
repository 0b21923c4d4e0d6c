"""What a row says about itself: its key, its group, the family variant that it asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pimflow import BadValue, Header, Origin, Row, RowProblem, Target
from pimflow_transforms.options import positions
from pimflow_transforms.tables import load_table
from pimflow_transforms.values import as_text
from pimflow_transforms.variants.expressions import Reading, cell_text, reading
from pimflow_transforms.variants.layout import LayoutOf
from pimflow_transforms.variants.lifting import has_value
from pimflow_transforms.variants.problems import no_choice, no_key, unmapped
from pimflow_transforms.variants.rules import FamilyVariant, Group
from pimflow_transforms.variants.sorting import Item


@dataclass(frozen=True, slots=True)
class FamilyVariantReading:
    """Finds the family variant of a row: in the column at `at`, or through `becomes`; or it is `constant`."""

    header: Header
    constant: str | None
    at: int | None
    becomes: Mapping[str, str] | None

    def read(self, row: Row) -> str | None:
        """Give a code, "" where items have no models, None where the row does not tell. Raises RowProblem."""
        if self.at is None:
            return self.constant
        text = "" if isinstance(row[self.at], BadValue) else as_text(row[self.at]).strip()
        if not text:
            return None
        if self.becomes is None:
            return text
        if text not in self.becomes:
            raise RowProblem.of(unmapped(self.header[self.at], text))
        return self.becomes[text].strip()


@dataclass(frozen=True, slots=True)
class FamilyVariantChoice:
    """Chooses among the family variants of a row's family: the one for whose axes the row has all values."""

    header: Header
    family_at: int
    variants_of: Callable[[str], Sequence[str]]
    layout_of: LayoutOf

    def read(self, row: Row) -> str | None:
        """Give a code, "" where the family has no variants, None where the row does not tell. Raises RowProblem."""
        family = "" if isinstance(row[self.family_at], BadValue) else as_text(row[self.family_at]).strip()
        if not family:
            return None
        variants = self.variants_of(family)
        if len(variants) < 2:
            return next(iter(variants), "")
        axes = {code: found for code in variants if (found := self._axes(code, row))}
        most = [code for code in axes if axes[code] == max(axes.values())]
        if len(most) == 1:
            return most[0]
        raise RowProblem.of(no_choice(self.header[self.family_at], family, most or variants))

    def _axes(self, code: str, row: Row) -> int:
        """Count the axes of a family variant; none where the row has no value for one of them."""
        layout = self.layout_of(code)
        if layout is None or layout.missing:
            return 0
        places = [at for level in layout.axes for at in level]
        return len(places) if all(has_value(row[at]) for at in places) else 0


@dataclass(frozen=True, slots=True)
class Reader:
    """Makes items of rows."""

    header: Header
    key_at: int
    group: Reading
    pattern: re.Pattern[str] | None
    family_variant: FamilyVariantReading | FamilyVariantChoice

    @classmethod
    def of(
        cls,
        header: Header,
        key: str,
        group: Group,
        family_variant: FamilyVariantReading | FamilyVariantChoice,
    ) -> Reader:
        """Find the columns that the options name. Raises ConfigError for those that are not there."""
        (key_at,) = positions([key], header)
        pattern = re.compile(group.pattern) if group.pattern else None
        return cls(header, key_at, reading(group.from_, header), pattern, family_variant)

    def item(self, origin: Origin, row: Row) -> Item:
        """Make an item of a row. One that cannot go on has its problem, and no group.

        One of a group that does not tell its family variant has a problem and its group: alone in it, it needs none.
        """
        try:
            group = self._group(row)
            key = cell_text(row, self.key_at, self.header) if group else ""
        except RowProblem as problem:
            return Item("", "", None, origin, row, problem.problem)
        try:
            family_variant = self.family_variant.read(row) if group else ""
        except RowProblem as problem:
            return Item(group, key, None, origin, row, problem.problem)
        if family_variant == "":
            return Item("", "", None, origin, row)
        if not key:
            return Item("", "", None, origin, row, no_key(self.header[self.key_at]))
        return Item(group, key, family_variant, origin, row)

    def _group(self, row: Row) -> str:
        text = self.group(row)
        if self.pattern is None:
            return text
        found = self.pattern.search(text)
        return (found[1] or "").strip() if found else ""


def chosen_by_family(header: Header, family: str, target: Target, layout_of: LayoutOf) -> FamilyVariantChoice:
    """Let the family of a row tell its family variant. Raises ConfigError where there is no such column."""
    (at,) = positions([family], header)
    return FamilyVariantChoice(header, at, lru_cache(maxsize=None)(target.family_variants), layout_of)


def family_variant_reading(header: Header, options: FamilyVariant) -> FamilyVariantReading:
    """Read the family variant as the options say. Raises ConfigError for a column that is not there, or a bad table."""
    if options.from_ is None:
        return FamilyVariantReading(header, options.constant, None, None)
    (at,) = positions([options.from_], header)
    table = load_table(options.table, options.key, options.value) if options.table else {}
    becomes = {**table, **options.map} if options.table or options.map else None
    return FamilyVariantReading(header, None, at, becomes)
