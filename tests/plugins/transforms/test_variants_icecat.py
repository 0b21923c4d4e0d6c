"""Akeneo's sample catalogue made flat, as an ERP has it, and made into its product models again."""

import csv

import pytest

from pimflow import Level

from .flat_rows import Pim, made, models, refused, told

PROPERTIES = {"code", "sku", "family", "family_variant", "parent", "categories", "enabled", "groups", "variants"}


@pytest.fixture
def icecat(shared):
    def read(name):
        with (shared / "icecat" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, delimiter=";"))

    return read


def attribute_of(column):
    return column.partition("-")[0]


class IcecatPim(Pim):
    """Knows the family variants of the sample as the PIM does."""

    def __init__(self, icecat):
        families = {row["code"]: set(row["attributes"].split(",")) for row in icecat("families")}
        self.trees = {}
        for row in icecat("family_variants"):
            numbers = [number for number in (1, 2) if row[f"variant-axes_{number}"]]
            axes = [tuple(row[f"variant-axes_{number}"].split(",")) for number in numbers]
            own = [{*axis, *row[f"variant-attributes_{n}"].split(",")} for n, axis in zip(numbers, axes, strict=True)]
            common = families[row["family"]].difference(*own)
            self.trees[row["code"]] = list(zip([(), *axes], [common, *own], strict=True))

    def levels(self, family_variant, columns):
        values = [name for name in columns if name not in PROPERTIES]
        return [
            Level(axes, frozenset(name for name in values if attribute_of(name) in attributes))
            for axes, attributes in self.trees[family_variant]
        ]


def values_of(model):
    return {name: value for name, value in model.items() if value and name not in PROPERTIES}


def flattened(icecat):
    """Give one row for each variant, with the values of the models above it, and which root it has."""
    above = {row["code"].lower(): row for row in icecat("product_models")}
    for product in icecat("products"):
        cells, code = dict(product), product["parent"].lower()
        while code:
            model = above[code]
            cells |= values_of(model)  # above its level a variant has no own value
            cells["style"], cells["family_variant"], code = code, model["family_variant"], model["parent"].lower()
        del cells["parent"]
        yield cells


def test_the_models_of_the_sample_come_back(icecat):
    rows = list(flattened(icecat))
    header = tuple(dict.fromkeys(name for row in rows for name in row))
    result = made(rows, header, IcecatPim(icecat), group="style", key="sku", family_variant="family_variant")
    items = [row for row in result if isinstance(row, dict) and "code" not in row]
    assert refused(result) == []
    assert len(items) == 1239
    assert sum("parent" in row for row in items) == 240
    assert [told(row) for row in items if told(row)] == []
    given_models = icecat("product_models")
    in_use = {row["style"] for row in rows if "style" in row}
    roots = {row["code"]: row for row in models(result) if "parent" not in row}
    assert roots.keys() == in_use
    for model in given_models:
        if not model["parent"] and model["code"].lower() in roots:
            found = roots[model["code"].lower()]
            assert values_of(found) == values_of(model)
            assert found["family_variant"] == model["family_variant"]


def test_models_between_have_the_axis_and_picture_of_their_variants(icecat):
    rows, pim = list(flattened(icecat)), IcecatPim(icecat)
    header = tuple(dict.fromkeys(name for row in rows for name in row))
    result = made(rows, header, pim, group="style", key="sku", family_variant="family_variant")
    subs = {row["code"]: row for row in models(result) if "parent" in row}
    known = {}
    for row in icecat("product_models"):
        _, (axes, _), *_ = pim.trees[row["family_variant"]]
        known["__".join([row["parent"], *(row.get(axis, "") for axis in axes)]).lower()] = row
    assert len(subs) > 30
    for code, found in subs.items():
        (_, own) = pim.trees[found["family_variant"]][1]
        expected = {name: value for name, value in values_of(known[code]).items() if attribute_of(name) in own}
        assert values_of(found) == expected
