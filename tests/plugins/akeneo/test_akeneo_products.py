"""Whole products: the PIM's JSON and our payloads, on recorded bodies and on lines of both kinds."""

import json
from itertools import chain

import pytest

from pimflow_akeneo.columns import parse_column
from pimflow_akeneo.model import Attribute, Channel, Model
from pimflow_akeneo.products import lines
from pimflow_akeneo.products.writing import uuid_lines

MODEL = Model(
    {
        "sku": Attribute("sku", "pim_catalog_identifier"),
        "name": Attribute("name", "pim_catalog_text", localizable=True),
        "price": Attribute("price", "pim_catalog_price_collection", decimals_allowed=True),
        "pieces": Attribute("pieces", "pim_catalog_number", decimals_allowed=True),
    },
    {"shop": Channel("shop", ("de_DE", "en_US"), ("EUR", "USD"))},
    {"X_SELL": False, "KIT": True},
    ("EUR", "USD"),
)


def parse(name):
    return parse_column(name, MODEL)


def line(payload, kept=None):
    return lines.line(payload, parse, kept or {})


def test_locales_of_an_attribute_share_one_list():
    body = line({"name-en_US": "Boot", "name-de_DE": None, "pieces": "2.5"})
    assert body == {
        "values": {
            "name": [
                {"locale": "en_US", "scope": None, "data": "Boot"},
                {"locale": "de_DE", "scope": None, "data": None},
            ],
            "pieces": [{"locale": None, "scope": None, "data": "2.5"}],
        }
    }


def test_nothing_is_written_as_the_pim_wants_it():
    body = line({"family": None, "categories": None, "X_SELL-products": None, "price-EUR": None, "pieces": None})
    assert body["family"] is None
    assert body["categories"] == body["associations"]["X_SELL"]["products"] == []
    assert body["values"]["price"][0]["data"] == []
    assert body["values"]["pieces"][0]["data"] is None


def test_prices_of_other_currencies_stay():
    body = line({"price-EUR": "2"}, {"price": {"EUR": "1", "USD": "3"}})
    assert body["values"]["price"][0]["data"] == [
        {"amount": "2", "currency": "EUR"},
        {"amount": "3", "currency": "USD"},
    ]


def test_an_emptied_currency_leaves_the_others():
    body = line({"price-EUR": None}, {"price": {"EUR": "1", "USD": "3"}})
    assert body["values"]["price"][0]["data"] == [{"amount": "3", "currency": "USD"}]


@pytest.mark.parametrize("key", ["identifier", "code", "uuid"])
def test_members_with_quantities_come_under_several_keys(key):
    product = {"identifier": "a", "quantified_associations": {"KIT": {"products": [{key: "b", "quantity": 2}]}}}
    assert lines.flat(product, MODEL)["KIT-products"] == [{"identifier": "b", "quantity": 2}]


def test_associations_with_products_without_identifier_are_passed_over():
    product = {"identifier": "a", "associations": {"X_SELL": {"products": [None, "b"], "groups": []}}}
    flat = lines.flat(product, MODEL)
    assert flat["X_SELL-products"] == ["b"]
    assert "X_SELL-groups" not in flat


def test_the_identifier_may_be_a_value_only():
    product = {"uuid": "u", "values": {"sku": [{"locale": None, "scope": None, "data": "a"}]}}
    assert lines.flat(product, MODEL) == {"identifier": "a", "uuid": "u"}


def test_by_uuid_the_identifier_is_a_value_and_associations_hold_uuids():
    body = line(
        {
            "uuid": "u-1",
            "identifier": "a",
            "X_SELL-products": ["B"],
            "X_SELL-product_uuids": ["u-3"],
            "X_SELL-groups": ["g"],
            "KIT-products": [{"identifier": "b", "quantity": 2}],
        }
    )
    assert uuid_lines.line(body, "sku", {"b": "u-2"}) == {
        "uuid": "u-1",
        "values": {"sku": [{"locale": None, "scope": None, "data": "a"}]},
        "associations": {"X_SELL": {"products": ["u-2", "u-3"], "groups": ["g"]}},
        "quantified_associations": {"KIT": {"products": [{"uuid": "u-2", "quantity": 2}]}},
    }


@pytest.fixture
def technical(shared):
    catalog = json.loads((shared / "captures/akeneo/technical_catalog.json").read_text())
    return Model(
        {one["code"]: Attribute.of(one) for one in catalog["attributes"]},
        {
            one["code"]: Channel(one["code"], tuple(one["locales"]), tuple(one["currencies"]))
            for one in catalog["channels"]
        },
        {one["code"]: one["is_quantified"] for one in catalog["association_types"]},
        tuple(one["code"] for one in catalog["currencies"] if one["enabled"]),
    )


def bodies(case):
    steps = [*case.get("setup", []), case["request"], *(one["request"] for one in case.get("after", []))]
    return [step["body"] for step in steps if isinstance(step.get("body"), dict) and "values" in step["body"]]


def test_recorded_products_go_through_our_payload_unchanged(shared, technical):
    cases = json.loads((shared / "captures/akeneo/e2e_cases.json").read_text())["cases"]
    good = [case for case in cases if not case["id"].startswith(("value.bad", "product.patch.text_not"))]
    seen = 0
    for body in chain.from_iterable(map(bodies, good)):
        flat = lines.flat(body, technical)
        known = {name: value for name, value in flat.items() if name != "identifier"}
        again = lines.line(known, lambda name: parse_column(name, technical), {})
        assert lines.flat({**again, "identifier": flat["identifier"]}, technical) == flat
        seen += len(known)
    assert seen > 50
