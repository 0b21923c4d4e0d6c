# ruff: noqa: ARG002 - the signatures are those of a target
"""The columns that `variants` gives: those that only told the group go, unless the target has one of their name."""

import pytest

from pimflow import Level
from pimflow_transforms.variants.transform import Variants

HEADER = ("identifier", "style", "kind", "size")
OPTIONS = {"group": "style", "family_variant": {"from": "kind", "map": {"tee": "by_size"}}}


class PIM:
    def __init__(self, *known):
        self.known = known

    def knows(self, column):
        return column in self.known

    def levels(self, family_variant, columns):
        return [Level((), frozenset()), Level(("size",), frozenset({"size"}))]


def given(target):
    rows = [((1, ()), ("S-1", "TEE", "tee", "M")), ((2, ()), ("MUG", "", "", ""))]
    header, results = Variants.model_validate(OPTIONS).apply(HEADER, rows, target)
    return header, [dict(zip(header, row, strict=True)) for _, row in results]


@pytest.mark.parametrize(
    ("known", "kept"), [((), []), (("style",), ["style"]), (("style", "kind"), ["style", "kind"]), (("size",), [])]
)
def test_columns_that_told_the_group_go_unless_the_target_has_them(known, kept):
    header, rows = given(PIM(*known))
    assert header == ("identifier", *kept, "size", "code", "family_variant", "parent", "variants")
    model, mug, item = rows
    assert (model["code"], model["family_variant"], model["variants"]) == ("TEE", "by_size", ["S-1"])
    assert (item["identifier"], item["size"], item["parent"]) == ("S-1", "M", "TEE")
    assert (mug["identifier"], mug["parent"]) == ("MUG", None)
