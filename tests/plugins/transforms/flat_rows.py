# ruff: noqa: ARG002 - signatures are those of the contract
"""What tests of `variants` say about flat rows, the target that they go to, and what comes out."""

from dataclasses import dataclass, field

from pimflow import BadValue, Level, RowProblem
from pimflow_transforms.variants.transform import Variants

HEADER = ("identifier", "style", "family", "name", "brand", "color", "image", "size", "ean", "enabled", "categories")
MADE = ("code", "family_variant", "parent", "variants")

ROOT = frozenset({"name", "brand"})
LEVELS = {
    "by_size": (Level((), ROOT | {"color", "image"}), Level(("size",), frozenset({"size", "ean"}))),
    "by_color_size": (
        Level((), ROOT),
        Level(("color",), frozenset({"color", "image"})),
        Level(("size",), frozenset({"size", "ean"})),
    ),
    "by_both": (Level((), ROOT), Level(("color", "size"), frozenset({"color", "size", "image", "ean"}))),
}


@dataclass
class Pim:
    """A target with these family variants; it counts how often it is asked."""

    variants: dict = field(default_factory=lambda: LEVELS)
    asked: list = field(default_factory=list)
    families: dict = field(default_factory=dict)

    def knows(self, column):
        return True

    def family_variants(self, family):
        return self.families.get(family, ())

    def levels(self, family_variant, columns):
        self.asked.append(family_variant)
        return self.variants.get(family_variant, ())


def item(key, style="A1", **cells):
    return {"identifier": key, "style": style, "size": key[-1], **cells}


def rows_of(items, header=HEADER):
    return [((number, cells), cells) for number, cells in enumerate([[one.get(n) for n in header] for one in items], 1)]


def made(items, header=HEADER, pim=None, **options):
    """Apply the transform; give each row without its empty cells, and a problem where a row was refused."""
    options = {"group": "style", "family_variant": {"constant": "by_size"}, **options}
    names, given = Variants.model_validate(options).apply(header, iter(rows_of(items, header)), pim or Pim())
    return [_shown(names, row) for _, row in given]


def _shown(names, row):
    if isinstance(row, RowProblem):
        return row.problem
    assert len(row) == len(names)
    return {name: cell for name, cell in zip(names, row, strict=True) if cell not in (None, "")}


def models(result):
    return [row for row in result if isinstance(row, dict) and "code" in row]


def variants(result):
    return {row.get("identifier"): row for row in result if isinstance(row, dict) and "code" not in row}


def refused(result):
    return [row for row in result if not isinstance(row, dict)]


def told(row):
    """Give what each bad cell of a row says."""
    return {name: str(cell.problem.reason) for name, cell in row.items() if isinstance(cell, BadValue)}
