"""Values, stamps and columns on their own: what holds for whatever a site or a source says."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimflow import Change, Item
from pimflow_erpnext import codecs, payloads, places, stamps, translations
from pimflow_erpnext.catalog import Attribute, folded
from pimflow_erpnext.connection import ErpnextConnection
from pimflow_erpnext.sources import ErpnextProductsSource, ErpnextTemplatesSource
from pimflow_erpnext.translations import forms, source_of, translated

from .conftest import connection_options

MOMENTS = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1))  # noqa: DTZ001 - stamps are naive
CODES = st.sampled_from(["4006381333931", "5901234123457", "96385074", "036000291452"])
UNITS = st.sampled_from(["Nos", "Box", None, ""])


@given(MOMENTS)
def test_a_stamp_is_read_and_written_as_the_site_has_it(moment):
    text = stamps.text(moment)
    assert (stamps.parsed(text), stamps.text(stamps.parsed(text))) == (moment, text)


@given(MOMENTS, st.floats(0, 600))
def test_changes_are_read_again_from_the_overlap_on_at_least(moment, minutes):
    overlap = timedelta(minutes=minutes)
    for zone in ("Europe/Paris", "Asia/Kolkata", "No/Where"):
        begins = stamps.before(moment, overlap, zone)
        assert timedelta() <= moment - overlap - begins <= timedelta(hours=1)


@pytest.mark.parametrize(
    ("stamp", "zone", "more"),
    [
        ("2026-10-25 02:59:00", "Europe/Paris", 60),  # this hour comes twice
        ("2026-10-25 03:01:00", "Europe/Paris", 0),
        ("2026-03-29 02:30:00", "Europe/Paris", 0),  # this one never
        ("2026-10-25 02:59:00", "Asia/Kolkata", 0),
        ("2026-07-01 12:00:00", "No/Where", 60),
    ],
)
def test_the_hour_that_comes_twice_is_read_twice(stamp, zone, more):
    moment = stamps.parsed(stamp)
    assert moment - stamps.before(moment, timedelta(minutes=10), zone) == timedelta(minutes=10 + more)


def test_a_time_that_a_person_names_becomes_that_of_the_site():
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert stamps.text(stamps.here(noon, "Europe/Paris")) == "2026-07-01 14:00:00.000000"
    assert stamps.here(noon, "No/Where") <= datetime(2026, 6, 30, 22)  # noqa: DTZ001 - early enough for any zone


@given(st.lists(st.text(min_size=1, max_size=12), max_size=12))
def test_values_are_added_and_each_has_an_abbreviation_of_its_own(values):
    rows = [{"attribute_value": "Ash wood", "abbr": "ASH"}]
    found = payloads._with_values(values, rows)
    assert found[:1] == rows
    assert {folded(value) for value in values} <= {folded(one["attribute_value"]) for one in found}
    assert len({folded(one["abbr"]) for one in found}) == len(found)


@given(st.lists(st.tuples(CODES, UNITS), unique_by=lambda one: one[0], max_size=4), st.none() | CODES)
def test_a_gtin_is_found_again_and_no_barcode_of_another_unit_is_lost(pairs, code):
    record = {"stock_uom": "Nos", "barcodes": [{"barcode": one, "uom": unit} for one, unit in pairs]}
    before = places.of_product("ean", None).value(record)
    rows = payloads._with_barcode(code, record["barcodes"], record)
    after = {"stock_uom": "Nos", "barcodes": rows}
    if code is not None:
        assert places.of_product("ean", None).value(after) == code
    others = {one for one, unit in pairs if unit == "Box"}
    assert others <= {one["barcode"] for one in rows}
    assert {one for one, _ in pairs} - {before} <= {one["barcode"] for one in rows}


def test_a_number_of_an_attribute_is_one_of_its_steps():
    accept = codecs.attribute_value(Attribute("Length", {}, True, 100, 300, 50)).accept
    assert [accept(cell) for cell in ("250", 250.0, " 250.00 ")] == ["250"] * 3
    for cell in ("260", "50", "350", "abc"):
        with pytest.raises(ValueError, match=r"which is no number|takes numbers from 100 to 300 in steps of 50"):
            accept(cell)


def test_a_number_has_as_many_decimals_as_the_site_keeps():
    assert [codecs.AMOUNT.accept(cell) for cell in ("1.23456789012", 1 / 3, "1e3", "0.0000000001")] == [
        "1.23456789",
        "0.333333333",
        "1000",
        "0",
    ]


def test_a_value_of_an_attribute_is_written_as_it_stands_there():
    accept = codecs.attribute_value(
        Attribute("Handle", {"Ash wood": "ASH", "Éb\N{COMBINING ACUTE ACCENT}ene": ""})
    ).accept
    assert [accept(cell) for cell in ("ASH WOOD", "ash", "ebene")] == [
        "Ash wood",
        "Ash wood",
        "Éb\N{COMBINING ACUTE ACCENT}ene",
    ]
    with pytest.raises(ValueError, match="ERPNext knows: Ash wood"):
        accept("Steel")


@given(st.text(max_size=30))
def test_keys_that_the_site_takes_for_equal_have_one_form(text):
    assert folded(text) == folded(f" {text} ") == folded(folded(text))
    assert folded("AO-SS") == folded("ÄÖ-ß") == "ao-ss"
    assert folded("drl-18v") == folded("DRL-18V") == folded("\N{FULLWIDTH LATIN CAPITAL LETTER D}RL-18V")
    assert folded("МОЙ") == folded("мой") != folded("мои")
    assert folded("Ёлка") == folded("елка")


def test_a_text_is_translated_without_its_tags():
    text = "<div><p>Compact <b>18 V</b> drill</p></div>"
    assert source_of(text) == "Compact 18 V drill"
    assert forms([text, None, ""]) == [text, "Compact 18 V drill"]
    texts = {("fr", "Compact 18 V drill"): "Perceuse", ("fr", "Bowl"): "Bowl"}
    assert translated(texts, "fr", text, copy=False) == "Perceuse"
    assert translated(texts, "fr", "Bowl", copy=False) is None
    assert translated(texts, "fr", "Bowl", copy=True) == "Bowl"


def test_long_texts_are_looked_up_in_several_calls_and_each_is():
    texts = [str(number) + "x" * 200_000 for number in range(7)] + ["y" * 900_000, "short"]
    portions = list(translations.portions(texts))
    assert [text for portion in portions for text in portion] == texts
    assert [len(portion) for portion in portions] == [2, 2, 2, 1, 1, 1]


def test_only_what_differs_is_written():
    record = {"name": "A", "modified": "m", "item_name": "Bowl", "weight_per_unit": 0.0, "disabled": 0, "barcodes": []}
    record |= {"stock_uom": "Nos"}
    there = {name: places.of_product(name, None) for name in ("active", "ean", "item_code")}
    payload = {"item_code": "A", "active": True, "ean": None}
    change = Change(Item("products", "A", payload), 1, True, b"")
    assert payloads.of_existing(change, there.get, record, {}) == {}
    changed = Change(Item("products", "A", payload | {"active": False, "ean": "96385074"}), 1, True, b"")
    assert payloads.of_existing(changed, there.get, record, {}) == {
        "disabled": 1,
        "barcodes": [{"barcode": "96385074", "barcode_type": "EAN", "uom": "Nos"}],
        "modified": "m",
    }


def test_discovery_tells_types_labels_what_is_hot_and_what_can_be_translated(url):
    with ErpnextConnection(**connection_options(url)).open() as session:
        fields = {one.name: one for one in ErpnextProductsSource(connection="erp", languages=["fr"]).discover(session)}
        templates = {one.name: one for one in ErpnextTemplatesSource(connection="erp").discover(session)}
    assert {name for name, one in fields.items() if one.hot} == {"standard_rate", "valuation_rate"}
    assert {name for name, one in fields.items() if one.translatable} == {
        *("item_name", "description", "item_name@fr", "description@fr")
    }
    assert (fields["weight_per_unit"].type, fields["is_sales_item"].type) == ("number", "boolean")
    assert (fields["supplier_items"].type, fields["images"].type) == ("list", "list")
    assert fields["valuation_method"].label == "Valuation Method"
    assert "section_break_1" not in fields
    assert {"axes", "variants"} <= set(templates)


@pytest.mark.parametrize("url", ["erp.example.com", "ftp://erp.example.com", "https://user:pw@erp.example.com"])
def test_an_address_that_is_none_of_the_web_is_refused(url):
    with pytest.raises(ValueError, match="expected an address"):
        ErpnextConnection(**connection_options(url))


def test_the_address_names_site_and_company():
    options = connection_options("https://erp.example.com/", site="acme", company="Acme Tools")
    assert ErpnextConnection(**options).address == "https://erp.example.com/acme/Acme Tools"
