"""What the columns of the sources hold, over both transports."""

import datetime as dt

import pytest

from pimflow import ConfigError, RemoteError, Window
from pimflow_odoo.connection import OdooConnection
from pimflow_odoo.sources import (
    OdooAttributeOptionsSource,
    OdooAttributesSource,
    OdooCategoriesSource,
    OdooProductsSource,
    OdooTemplatesSource,
)

from .conftest import OPTIONS, fill, opened
from .odoo_database import Erp
from .odoo_fields import FIELDS
from .odoo_server import serve


@pytest.fixture(params=[(17, 0), (18, 0), (19, 0)], ids=str)
def erp(request):
    with serve(fill(Erp(series=request.param))) as running:
        yield running


def rows(erp, source, by, **connection):
    with opened(erp, **connection) as session:
        header, *found = source.extract(session, source.window(session, None))
        return {row[header.index(by)]: dict(zip(header, row, strict=True)) for row in found}


def test_a_product_has_what_belongs_to_it_and_to_its_template(erp):
    found = rows(erp, OdooProductsSource(connection="erp"), "default_code")
    mug = found["MUG-01"]
    assert {name: mug[name] for name in mug if name not in {"id", "template_id", "template_code", "write_date"}} == {
        "default_code": "MUG-01",
        "active": True,
        "category": "All / Kitchen / Cups",
        "category_code": "category_3",
        "category_id": 3,
        "packagings": [{"name": "Box of 6", "quantity": 6.0, "barcode": "4006381333931"}],
        "attributes.Colour": None,
        "name": "Mug 1",
        "name@en_US": "Mug 1",
        "name@fr_FR": "Chope 1",
        "name@de_DE": None,
        "description_sale": "For tea",
        "description_sale@en_US": "For tea",
        "description_sale@fr_FR": "Pour le thé",
        "description_sale@de_DE": None,
        "barcode": "4006381333948",
        "type": "consu",
        "weight": 0.35,
        "weight_uom_name": "kg",
        "volume": 0.0,
        "uom_id": "uom.product_uom_unit",
        "sale_ok": True,
        "list_price": 9.9,
        "lst_price": 9.9,
        "standard_price": 0.0,
        "currency_id": "EUR",
        "product_tag_ids": ["Dishwasher safe"],
        "company_id": None,
    }
    assert mug["template_code"] == f"template_{mug['template_id']}"
    assert mug["write_date"].tzinfo is dt.UTC
    assert found["TRAY-R"]["attributes.Colour"] == "Red"
    assert found["TRAY-R"]["template_code"] == found["TRAY-B"]["template_code"]
    assert found["MUG-12"]["active"] is False


def test_a_template_names_its_variants_and_what_tells_them_apart(erp):
    variant = erp.named("TRAY-G")[0]
    erp.change("product.product", variant["id"], active=False)
    tray = rows(erp, OdooTemplatesSource(connection="erp", locales=[]), "name")["Tray"]
    told = {name: tray[name] for name in ("variants", "variant_count", "axes", "category", "default_code")}
    assert told == {
        "variants": ["TRAY-B", "TRAY-R"],
        "variant_count": 2,
        "axes": ["Colour"],
        "category": "All / Kitchen",
        "default_code": None,
    }
    assert tray["code"] == f"template_{tray['id']}"


def test_categories_attributes_and_their_values(erp):
    cups = rows(erp, OdooCategoriesSource(connection="erp"), "name")["Cups"]
    assert (cups["path"], cups["code"], cups["parent"]) == ("All / Kitchen / Cups", "category_3", "category_2")
    assert cups["parent_path"] == "All / Kitchen"
    colour = rows(erp, OdooAttributesSource(connection="erp"), "name")["Colour"]
    assert (colour["create_variant"], colour["display_type"]) == ("always", "radio")
    blue = rows(erp, OdooAttributeOptionsSource(connection="erp"), "name")["Blue"]
    assert (blue["attribute"], blue["attribute_id"], blue["position"]) == ("Colour", colour["id"], 1)


def test_pictures_come_inside_of_records_and_few_a_call(erp):
    variant = erp.named("MUG-03")[0]
    erp.change("product.product", variant["id"], image_1920="iVBORw0KGgo=")
    found = rows(erp, OdooProductsSource(connection="erp", pictures=True, locales=[]), "default_code")
    assert (found["MUG-03"]["image"], found["MUG-04"]["image"]) == ("data:;base64,iVBORw0KGgo=", None)
    sizes = {named["limit"] for *_, named in erp.calls if "image_1920" in named.get("fields", [])}
    assert sizes == {25}


def test_fields_that_were_asked_for_become_columns(erp):
    source = OdooProductsSource(connection="erp", more_fields=["qty_available"], locales=[])
    assert rows(erp, source, "default_code")["MUG-01"]["qty_available"] == 0.0
    with opened(erp) as session:
        hot = {field.name for field in source.discover(session) if field.hot}
        with pytest.raises(ConfigError, match="products have no field nope; known: active, "):
            OdooProductsSource(connection="erp", more_fields=["nope"]).columns(session)
        with pytest.raises(ConfigError, match="locales: not active in Odoo: es_ES; known: de_DE, en_US, fr_FR"):
            OdooProductsSource(connection="erp", locales=["es_ES"]).columns(session)
    assert hot == {"list_price", "lst_price", "standard_price", "qty_available"}


def test_units_have_a_code_for_users_who_may_not_list_external_ids(erp):
    erp.unreadable = frozenset({"ir.model.data"})
    mug = rows(erp, OdooProductsSource(connection="erp", locales=[]), "default_code")["MUG-01"]
    assert mug["uom_id"] == "uom.product_uom_unit"


def test_what_the_user_may_not_read_is_left_out_and_told(erp):
    erp.unreadable = frozenset({"product.tag", "product.attribute", "product.template.attribute.value"})
    source = OdooProductsSource(connection="erp", locales=[])
    mug = rows(erp, source, "default_code")["MUG-01"]
    assert {"product_tag_ids", "attributes.Colour"} & set(mug) == set()
    with opened(erp) as session:
        told = OdooConnection(url=erp.url, **OPTIONS).check(session)
        assert "may not read tags, attributes, attributes of variants: products come without" in told
        later = source.window(session, source.window(session, None).cursor)
        assert source.count(session, later) == 3
        with pytest.raises(RemoteError, match="You are not allowed to access"):
            list(OdooProductsSource(connection="erp", more_fields=["product_tag_ids"]).extract(session, Window()))


def test_from_19_on_packagings_are_units(erp, monkeypatch):
    fields = {name: info for name, info in FIELDS["product.product"].items() if name != "packaging_ids"}
    units = {"type": "many2many", "relation": "uom.uom", "string": "Packagings", "required": False, "readonly": False}
    codes = {"type": "one2many", "relation": "product.uom", "string": "Barcodes", "required": False, "readonly": False}
    monkeypatch.setitem(FIELDS, "product.product", {**fields, "uom_ids": units, "product_uom_ids": codes})
    of_code = {"uom_id": {**units, "type": "many2one"}, "barcode": {**units, "type": "char"}}
    monkeypatch.setitem(FIELDS, "product.uom", of_code)
    dozen = erp.put("uom.uom", name={"en_US": "Dozens"}, factor=12.0)
    erp.data["product.uom"] = {1: {"id": 1, "uom_id": dozen, "barcode": "5901234123457"}}
    for variant in erp.data["product.product"].values():
        variant["uom_ids"], variant["product_uom_ids"] = [dozen], [1]
    mug = rows(erp, OdooProductsSource(connection="erp", locales=[]), "default_code")["MUG-01"]
    assert mug["packagings"] == [{"name": "Dozens", "quantity": 12.0, "barcode": "5901234123457"}]


def test_a_company_goes_with_each_call(erp):
    erp.calls.clear()
    rows(erp, OdooProductsSource(connection="erp", locales=[]), "default_code", company="My Company")
    asked = [named["context"] for model, _, named in erp.calls if model.startswith("product.")]
    assert all(context["allowed_company_ids"] == [1] for context in asked)
    assert asked


def test_several_companies_are_told(erp):
    other = erp.put("res.company", name="Sister")
    erp.data["res.users"][2]["company_ids"] = [1, other]
    with opened(erp) as session:
        told = OdooConnection(url=erp.url, **OPTIONS).check(session)
    assert "company My Company (used), Sister" in told
    assert "products of all these companies are read" in told


def test_a_key_that_ends_is_told_where_the_user_may_see_it(erp):
    erp.put("res.users.apikeys", name="pimflow", user_id=2, expiration_date=dt.datetime(2027, 2, 20, 8))  # noqa: DTZ001
    erp.put("res.users.apikeys", name="forever", user_id=2, expiration_date=False)
    connection = OdooConnection(url=erp.url, **OPTIONS)
    with opened(erp) as session:
        told = connection.check(session)
        erp.unreadable = frozenset({"res.users.apikeys"})
        assert "API key" not in connection.check(session)
    assert told.endswith("; API key 'pimflow' of this user ends on 2027-02-20: make a new one before")


def test_a_database_without_english_has_the_language_of_the_user(erp):
    erp.data["res.lang"][1]["active"] = False
    erp.data["res.users"][2]["lang"] = "fr_FR"
    mug = rows(erp, OdooProductsSource(connection="erp"), "default_code")["MUG-01"]
    assert (mug["name"], mug["name@fr_FR"], mug["name@de_DE"]) == ("Chope 1", "Chope 1", None)


def test_a_transport_can_be_chosen(erp):
    if erp.series[0] < 19:
        with opened(erp, transport="json-2") as session, pytest.raises(RemoteError, match="does not know JSON-2"):
            assert session.version
    else:
        with opened(erp, transport="json-rpc") as session:
            told = OdooConnection(url=erp.url, transport="json-rpc", **OPTIONS).check(session)
        assert "Odoo is going to drop JSON-RPC; leave `transport` out to use JSON-2" in told


def test_a_version_before_16_is_refused(erp):
    erp.series = (15, 0)
    with opened(erp) as session, pytest.raises(RemoteError, match="and pimflow reads version 16 or later"):
        assert session.version


def test_keys_of_the_target_are_found_again(erp):
    with opened(erp) as session:
        source = OdooProductsSource(connection="erp", locales=[])
        number = erp.named("MUG-02")[0]["id"]
        domain = source._keyed(session, ["MUG-01", str(number), "TRAY-R"])
        assert session.call("product.product", "search_count", domain=domain) == 3
        categories = OdooCategoriesSource(connection="erp")
        domain = categories._keyed(session, ["category_2", "All / Kitchen / Cups"])
        assert session.call("product.category", "search_count", domain=domain) == 2
