"""Fields, products, categories and stamps as real servers told them, turned into columns, rows and conditions."""

import datetime as dt

from pimflow_erp.columns import Column
from pimflow_odoo import changes, columns, kinds
from pimflow_odoo.catalog import Catalog
from pimflow_odoo.fields import moment, written
from pimflow_odoo.session import PAGE
from pimflow_odoo.sources import OdooProductsSource

from .odoo_recorded import exchanges, facts, is_call, params


class Recorded:
    """What a catalog asks, answered by the first recorded call of the model and method."""

    languages = ("en_US", "fr_FR", "de_DE")

    def __init__(self, *found):
        self._found = [one for one in found if is_call(one) or params(one).get("method") == "execute_kw"]

    def call(self, model, method, _ids=None, **_named):
        for one in self._found:
            if params(one)["args"][3:5] == [model, method] and "result" in one["response"]["json"]:
                return one["response"]["json"]["result"]
        raise AssertionError(f"{model}.{method} was not recorded")

    def may(self, _model, _right):
        return True

    def pages(self, model, *_):
        yield self.call(model, "search_read")


def test_every_recorded_field_has_a_column_or_a_reason_to_have_none(shared):
    catalog = Catalog(Recorded(*exchanges(shared, "fields_get")))
    fields = catalog.fields("product.product")
    made = {name: columns.of_field(name, info, catalog) for name, info in fields.items()}
    without = {fields[name]["type"] for name, column in made.items() if column is None}
    assert without == {"binary", "properties", "properties_definition"}
    told = {name: column.field for name, column in made.items() if isinstance(column, Column)}
    assert {name for name in told if told[name].hot} >= {"qty_available", "virtual_available", "list_price"}
    assert {name for name in told if told[name].translatable} >= {"name", "description_sale", "description"}


def test_recorded_products_become_rows(shared):
    found = [*exchanges(shared, "fields_get"), *exchanges(shared, "categories_uom_prices")]
    catalog = Catalog(Recorded(*found))
    fields = catalog.fields("product.product")
    rows = next(
        one["response"]["json"]["result"]
        for one in exchanges(shared, "categories_uom_prices")
        if "qty_available" in str(one["request"]) and "result" in one["response"]["json"]
    )
    lamp = next(row for row in rows if row["default_code"] == "E-COM08")
    cells = {
        name: column.read(lamp)
        for name in ("uom_id", "weight", "weight_uom_name", "currency_id", "is_storable", "tracking", "standard_price")
        if (column := columns.of_field(name, fields[name], catalog))
    }
    assert cells == {
        "uom_id": "uom.product_uom_unit",
        "weight": 0.01,
        "weight_uom_name": "kg",
        "currency_id": "USD",
        "is_storable": True,
        "tracking": "none",
        "standard_price": 14.0,
    }


def test_recorded_categories_are_paths(shared):
    catalog = Catalog(Recorded(*exchanges(shared, "categories_uom_prices")))
    chairs = next(one for one in catalog.categories.values() if one.name == "Office Furniture")
    assert (chairs.path, chairs.code) == ("All / Saleable / Office Furniture", f"category_{chairs.id}")
    category, code, number = columns.of_category(catalog)
    record = {"categ_id": [chairs.id, "All / Saleable / Office Furniture"]}
    assert (category.read(record), code.read(record), number.read(record)) == (chairs.path, chairs.code, chairs.id)
    assert category.read({"categ_id": [999, "Made since"]}) == "Made since"
    assert category.read({"categ_id": False}) is None  # as Odoo 19 leaves it


def test_recorded_variants_have_their_attribute_values(shared):
    found = exchanges(shared, "variants")
    catalog = Catalog(Recorded(*found))
    assert "Extra Options" not in catalog.attributes.values()  # its values make no variants
    values = next(
        one["response"]["json"]["result"]
        for one in found
        if is_call(one) and params(one)["args"][3:5] == ["product.template.attribute.value", "read"]
    )
    made = {number: name for value in values for number, name in [value["attribute_id"]]}
    catalog._once.forget("attributes")
    catalog._once("attributes", lambda: {number: (name, "always") for number, name in made.items()})
    small = {"product_template_attribute_value_ids": [values[0], values[2]]}
    assert {column.name: column.read(small) for column in columns.of_attributes(catalog)} == {
        "attributes.Frame Color": "Graphite",
        "attributes.Frame Size": "S",
    }


def test_a_recorded_picture_is_a_data_url(shared):
    record = next(
        one["response"]["json"]["result"][0]
        for one in exchanges(shared, "images")
        if "image_variant_1920" in str(one["request"].get("json"))
    )
    assert columns.PICTURE.read(record).startswith("data:;base64,iVBORw0KGgo")
    assert columns.PICTURE.read({"image_1920": False}) is None


def test_recorded_missing_translations_look_like_the_source_text(shared):
    found = exchanges(shared, "translations")
    texts = {
        params(one)["args"][6]["context"]["lang"]: one["response"]["json"]["result"][0]["description_sale"]
        for one in found[10:13]
    }
    assert texts["de_DE"] == texts["en_US"] != texts["fr_FR"]  # so `fallback: none` leaves the German one out


def test_the_overlap_covers_what_was_recorded_to_arrive_late(shared):
    rows = next(
        one["response"]["json"]["result"] for one in exchanges(shared, "concurrency") if "SLOW-0799" in str(one)
    )
    stamps = {row["default_code"]: moment(row["write_date"]) for row in rows}
    late = stamps["QUICK-1"] - stamps["SLOW-0000"]
    assert dt.timedelta(0) < late < dt.timedelta(minutes=OdooProductsSource(connection="erp").overlap)


def test_what_moves_no_stamp_of_a_product_is_looked_for_where_it_does(shared):
    key = "what moves write_date (measured by this recording)"
    still = {
        one["change"]
        for one in facts(shared, "incremental")[key]
        if not one["product.product write_date moved"] and not one["product.template write_date moved"]
    }
    assert {"category renamed", "tag renamed"} <= still
    assert kinds.PRODUCTS.categorised
    assert "product_tag_ids" in kinds.PRODUCTS.parts


def test_conditions_have_stamps_in_the_form_that_odoo_takes(shared):
    asked = [str(one["request"]["json"]) for one in exchanges(shared, "incremental") if is_call(one)]
    at = written(dt.datetime(2026, 11, 22, 20, 26, 5, 999, dt.timezone(dt.timedelta(hours=1))))
    assert at == "2026-11-22 19:26:05"
    assert any(f"'write_date', '>=', '{at}'" in one for one in asked)
    assert changes._STAMP == "write_date"


def test_the_page_size_is_the_one_that_measured_well(shared):
    sizes = facts(shared, "performance")["search_read first page by size, best of 7"]
    cost = {int(size): told["best_ms_per_100_rows"] for size, told in sizes.items()}
    assert cost[PAGE] < 1.15 * min(cost.values())
    assert min(size for size in cost if cost[size] < 1.15 * min(cost.values())) == PAGE
