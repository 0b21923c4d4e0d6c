"""What a row says about itself: its key, its group, the family variant that it asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pimflow import BadValue, Header, Origin, Row, RowProblem
from pimflow_transforms.options import positions
from pimflow_transforms.tables import load_table
from pimflow_transforms.values import as_text
from pimflow_transforms.variants.expressions import Reading, cell_text, reading
from pimflow_transforms.variants.problems import no_key, unmapped
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
class Reader:
    """Makes items of rows."""

    header: Header
    key_at: int
    group: Reading
    pattern: re.Pattern[str] | None
    family_variant: FamilyVariantReading

    @classmethod
    def of(cls, header: Header, key: str, group: Group, family_variant: FamilyVariant) -> Reader:
        """Find the columns that the options name. Raises ConfigError for those that are not there, or a bad table."""
        (key_at,) = positions([key], header)
        pattern = re.compile(group.pattern) if group.pattern else None
        return cls(header, key_at, reading(group.from_, header), pattern, _variant_reading(header, family_variant))

    def item(self, origin: Origin, row: Row) -> Item:
        """Make an item of a row; one that cannot go on has its problem, and no group."""
        try:
            group = self._group(row)
            family_variant = self.family_variant.read(row) if group else None
            if not group or family_variant == "":
                return Item("", "", None, origin, row)
            key = cell_text(row, self.key_at, self.header)
            if not key:
                raise RowProblem.of(no_key(self.header[self.key_at]))
        except RowProblem as problem:
            return Item("", "", None, origin, row, problem.problem)
        return Item(group, key, family_variant, origin, row)

    def _group(self, row: Row) -> str:
        text = self.group(row)
        if self.pattern is None:
            return text
        found = self.pattern.search(text)
        return (found[1] or "").strip() if found else ""


def _variant_reading(header: Header, options: FamilyVariant) -> FamilyVariantReading:
    if options.from_ is None:
        return FamilyVariantReading(header, options.constant, None, None)
    (at,) = positions([options.from_], header)
    table = load_table(options.table, options.key, options.value) if options.table else {}
    becomes = {**table, **options.map} if options.table or options.map else None
    return FamilyVariantReading(header, None, at, becomes)
