"""The transform `variants`: flat rows become product models and their variants."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator

from pimflow import ConfigError, Expected, Header, Origin, Row, RowProblem, Target, WholeTransform
from pimflow_transforms.options import positions
from pimflow_transforms.variants.building import FAMILY, MADE, Builder, Result
from pimflow_transforms.variants.expressions import names_in
from pimflow_transforms.variants.judging import Judge
from pimflow_transforms.variants.layout import layouts
from pimflow_transforms.variants.lifting import Differing, Lift
from pimflow_transforms.variants.reading import (
    FamilyVariantChoice,
    FamilyVariantReading,
    Reader,
    chosen_by_family,
    family_variant_reading,
)
from pimflow_transforms.variants.rules import FamilyVariant, Group, LevelRule, checked_levels
from pimflow_transforms.variants.sorting import Sorted


class Variants(WholeTransform):
    """Makes product models and their variants of flat rows, one row for each item that is sold.

    Rows of one group become the variants of one product model:

    ```yaml
    - variants:
        group: style_no
        family_variant: {from: family, map: {clothing: clothing_color_size, shoes: shoes_size}}
    ```

    A row without a group is a simple product and passes as it is. The rows of models have `code`, `family_variant`,
    `parent`, `variants` (the keys of their items) and no key of an item; those of variants have `parent`. Models come
    first, so that their variants find them; the column of the group is dropped unless the target has one of its name.
    The flow's sinks are `akeneo.product_models`, then `akeneo.products`.

    Which columns belong to the model, the PIM's family variant tells. Their values move from the variants to the model.
    """

    type = "variants"

    group: Group = Field(
        description="Column with what the items of one product model have in common, or how it is made."
    )
    family_variant: FamilyVariant | None = Field(
        None,
        description="Column with the code of the family variant, or how it is found. Left out, it is that of the "
        "item's family for whose axes the item has values.",
    )
    key: str = Field("identifier", description="Column with the items' own key, such as the SKU.")
    code: str = Field("{group}", description="Code of the product models; `{group}` stands for the group.")
    singles: Literal["model", "simple"] = Field(
        "model", description="Whether the only item of a group gets a product model, or is a simple product."
    )
    differing: Differing = Field(
        "first",
        description="Where variants differ in a value of their model, it takes that of the first by key, or none.",
    )
    shared: tuple[str, ...] = Field(
        ("categories",),
        description="Columns of no level; they move to the model where all variants agree, else stay with them.",
    )
    levels: Annotated[tuple[LevelRule, ...], AfterValidator(checked_levels)] = Field(
        (),
        description="Levels from the product models to the variants, for targets that do not know them, such as files.",
    )

    @field_validator("code")
    @classmethod
    def _names_the_group(cls, code: str) -> str:
        if code.count("{group}") != 1 or re.search(r"[{}]", code.replace("{group}", "")):
            raise ValueError("write `{group}` once where the group belongs, as in model_{group}")
        return code

    def apply(
        self, header: Header, rows: Iterable[tuple[Origin, Row]], target: Target
    ) -> tuple[Header, Iterator[tuple[Origin, Row | RowProblem]]]:
        """Add the columns of models. Raises ConfigError for a column that is not there, or stands in the way.

        The rows are sorted by group on disk and gone through three times.
        """
        self._check_made(header)
        whole = (*header, *(name for name in MADE if name not in header))
        named = [name for name in self.shared if name in header or "shared" in self.model_fields_set]
        shared = tuple(positions(named, header))
        self._check_levels(header)
        fixed = frozenset({self.key, FAMILY, *MADE, *named})
        layout_of = layouts(header, target, self.levels, fixed)
        asked = self.family_variant.from_ if self.family_variant else FAMILY
        judge = Judge(header, self.key, asked, layout_of)
        lift = Lift(header, self.differing, shared)
        made = {name: whole.index(name) for name in MADE}
        builder = Builder(header, len(whole), made, judge, lift, self.code, self.singles == "simple")
        found: FamilyVariantReading | FamilyVariantChoice = (
            family_variant_reading(header, self.family_variant)
            if self.family_variant
            else chosen_by_family(header, FAMILY, target, layout_of)
        )
        reader = Reader.of(header, self.key, self.group, found)
        return self._without_used(whole, _given(rows, reader, builder), target)

    def expected(self, columns: Mapping[str, Expected]) -> Mapping[str, Expected]:
        """Know the family variants that are named; all other columns stay as they are."""
        return {**columns, "family_variant": self.family_variant.expected() if self.family_variant else Expected()}

    def _without_used(self, header: Header, given: Iterator[Result], target: Target) -> tuple[Header, Iterator[Result]]:
        """Leave out the columns that only told which rows belong together, where the target has none of that name."""
        used = self._used() - {self.key, FAMILY, *MADE}
        kept = [at for at, name in enumerate(header) if name not in used or target.knows(name)]
        if len(kept) == len(header):
            return header, given
        narrow = ((origin, row if isinstance(row, RowProblem) else [row[at] for at in kept]) for origin, row in given)
        return tuple(header[at] for at in kept), narrow

    def _check_made(self, header: Header) -> None:
        used = self._used() - {"code", "variants"}
        mistakes = [
            f"column {name!r} is made by `variants`: give the one that is there another name first, with `map`"
            for name in MADE
            if name in header and name not in used
        ]
        if mistakes:
            raise ConfigError(*mistakes)

    def _used(self) -> set[str]:
        named = self.family_variant.from_ if self.family_variant else None
        return {*names_in(self.group.from_), *([named] if named else [])}

    def _check_levels(self, header: Header) -> None:
        named = [name for level in self.levels for name in (*level.axes, *level.columns) if "*" not in name]
        positions(named, header, "levels: ")


def _given(rows: Iterable[tuple[Origin, Row]], reader: Reader, builder: Builder) -> Iterator[Result]:
    """Give the root models of all groups, then sub models, then items."""
    found = Sorted((reader.item(origin, row) for origin, row in rows), builder.template)
    deep = False
    for family in found.families():
        made = builder.build(family)
        deep = deep or bool(made.subs)
        yield from made.roots
    for family in found.families() if deep else ():
        yield from builder.build(family).subs
    for item in found.single():
        yield builder.single(item)
    for family in found.families():
        yield from builder.build(family).items
