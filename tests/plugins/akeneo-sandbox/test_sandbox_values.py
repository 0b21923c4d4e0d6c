"""Values: what is written is read back in the PIM's form; what is wrong is told in its words."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pimflow_akeneo_sandbox.values.answer import number_answer
from pimflow_akeneo_sandbox.values.create import is_empty
from pimflow_akeneo_sandbox.values.payload import is_uuid


@pytest.mark.parametrize(
    ("attribute", "sent", "answered"),
    [
        ("note", "  two  spaces ", "  two  spaces "),
        ("pairs", 12, 12),
        ("pairs", "12", 12),
        ("rate", "4.5", "4.5000"),
        ("rate", 4, "4.0000"),
        ("rate", "12.56787697870", "12.5678769787"),
        ("weight", {"amount": "1.5", "unit": "kilogram"}, {"amount": "1.5000", "unit": "KILOGRAM"}),
        ("price", [{"amount": 20, "currency": "USD"}, {"amount": "19.9", "currency": "EUR"}],
         [{"amount": "19.90", "currency": "EUR"}, {"amount": "20.00", "currency": "USD"}]),
        ("laces", False, False),
        ("since", "2026-03-15", "2026-03-15T00:00:00+00:00"),
        ("color", "RED", "red"),
        ("uses", ["walk", "Run"], ["run", "walk"]),
    ],
)  # fmt: skip
def test_a_value_is_answered_in_the_form_of_its_type(shop, one, attribute, sent, answered):
    assert shop.post("products", {"identifier": "a", "values": {attribute: one(sent)}}).status_code == 201
    assert shop.get("products/a").json()["values"][attribute] == one(answered)


@pytest.mark.parametrize(
    ("attribute", "sent", "message"),
    [
        ("note", "x" * 256,
         "The note attribute must not contain more than 255 characters. The submitted value is too long."),
        ("note", 12, "The note attribute requires a string, a integer was detected."),
        ("pairs", "1.5", "The pairs attribute requires a non-decimal value, and 1.5 is not a valid value."),
        ("rate", "many", "The rate attribute requires a number, and the submitted many value is not."),
        ("weight", {"amount": -1, "unit": "GRAM"}, "The weight attribute requires an equal or greater than 0 value."),
        ("weight", {"amount": 1, "unit": "STONE"}, "Please specify a valid metric unit"),
        ("color", "pink", "The pink value is not in the color attribute option list."),
        ("uses", ["run", "RUN"],
         'The following option was used multiple times: "run". Please check your option list again.'),
        ("price", [{"amount": 1, "currency": "CHF"}],
         "Please specify a valid currency for the price attribute, the CHF code was sent."),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_with_its_attribute(shop, one, attribute, sent, message):
    answer = shop.post("products", {"identifier": "a", "values": {attribute: one(sent)}})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["property"], error["attribute"], error["message"]) == ("values", attribute, message)
    assert shop.get("products/a").status_code == 404


def test_null_erases_one_value_and_leaves_the_other_locales(shop, one):
    values = {"name": one("Shoe", "en_US") + one("Chaussure", "fr_FR")}
    shop.post("products", {"identifier": "a", "values": values})
    shop.patch("products/a", {"values": {"name": one(None, "en_US")}})
    assert shop.get("products/a").json()["values"]["name"] == one("Chaussure", "fr_FR")


def test_a_patch_with_nothing_new_keeps_the_date_of_the_change(shop, one):
    body = {"identifier": "a", "family": "shoes", "values": {"rate": one("1.5"), "color": one("red")}}
    shop.post("products", body)
    uuid = shop.sandbox.store.product("a").uuid
    before = shop.sandbox.store.products[uuid]
    assert shop.patch("products/a", body).status_code == 204
    assert shop.sandbox.store.products[uuid] is before


def test_a_unique_value_belongs_to_one_product(shop, one):
    shop.post("products", {"identifier": "a", "values": {"ean": one("400")}})
    answer = shop.post("products", {"identifier": "b", "values": {"ean": one("400")}})
    assert "The 400 value is already set on another product." in answer.json()["errors"][0]["message"]
    shop.patch("products/a", {"values": {"ean": one(None)}})
    assert shop.post("products", {"identifier": "b", "values": {"ean": one("400")}}).status_code == 201


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=6))
def test_a_decimal_number_keeps_its_value_and_has_four_decimals_at_least(number):
    answer = number_answer({"decimals_allowed": True}, f"{number:f}")
    assert Decimal(answer) == number
    assert len(answer.partition(".")[2]) >= 4


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_a_number_without_decimals_is_an_integer(number):
    assert number_answer({"decimals_allowed": False}, str(number)) == number


@given(st.text())
def test_only_blank_text_is_empty(text):
    assert is_empty("pim_catalog_text", text) == (not text.strip())


@given(st.uuids(), st.booleans())
def test_a_uuid_is_known_in_any_case(uuid, upper):
    assert is_uuid(str(uuid).upper() if upper else str(uuid))
    assert not is_uuid(f"{uuid},")


@settings(max_examples=60, deadline=None)
@given(
    amount=st.decimals(min_value=0, max_value=10**6, places=2),
    text=st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40).filter(str.strip),
    uses=st.sets(st.sampled_from(["run", "walk", "hike"]), min_size=1),
    laces=st.booleans(),
)
def test_what_was_written_reads_back_equal(running, one, amount, text, uses, laces):
    running.sandbox.reset()
    price = [{"amount": str(amount), "currency": "EUR"}]
    values = {"note": one(text), "price": one(price), "uses": one(sorted(uses)), "laces": one(laces)}
    running.log_in()
    assert running.bulk("products", [{"identifier": "a", "values": values}]).text.endswith('"status_code":201}')
    found = running.get("products/a").json()["values"]
    assert found["note"] == one(text)
    assert Decimal(found["price"][0]["data"][0]["amount"]) == amount
    assert found["uses"] == one(sorted(uses))
    assert found["laces"] == one(laces)


def test_values_of_an_attribute_come_with_short_channel_codes_first(shop, one):
    texts = [*one("B", "en_US", "print"), *one("C", "fr_FR", "web"), *one("A", "en_US", "web")]
    shop.post("products", {"identifier": "order", "values": {"story": texts}})
    found = shop.get("products/order").json()["values"]["story"]
    assert [(entry["scope"], entry["locale"]) for entry in found] == [
        ("web", "en_US"),
        ("web", "fr_FR"),
        ("print", "en_US"),
    ]
