"""Products into a PIM that is really served."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from pimflow import ProblemKind, RowProblem, Status
from pimflow_akeneo.sinks import AkeneoProductsSink

from .pim_setup import calls, statuses

ROUTE = "PATCH /api/rest/v1/products"
FULL = {
    "identifier": "boot-1",
    "enabled": "1",
    "family": "Footwear",
    "categories": "shoes,boots",
    "groups": "summer",
    "name-en_US": "Boot",
    "name-fr_FR": "Botte",
    "ean": "123",
    "description-en_US-shop": "Line one\nLine two ✓",
    "description-fr_FR-print": "Texte",
    "pieces": "2",
    "rating": "4.50",
    "fragile": "0",
    "since": "2026-02-01",
    "color": "DARK_BLUE",
    "materials": "steel, wood",
    "weight": "1250.5",
    "weight-unit": "gram",
    "price-EUR": "19.90",
    "price-USD": "21",
}
PAYLOAD = {
    "enabled": True,
    "family": "footwear",
    "categories": ["boots", "shoes"],
    "groups": ["summer"],
    "name-en_US": "Boot",
    "name-fr_FR": "Botte",
    "ean": "123",
    "description-en_US-shop": "Line one\nLine two ✓",
    "description-fr_FR-print": "Texte",
    "pieces": 2,
    "rating": "4.5",
    "fragile": False,
    "since": "2026-02-01",
    "color": "Dark_Blue",
    "materials": ["steel", "wood"],
    "weight": {"amount": "1250.5", "unit": "GRAM"},
    "price-EUR": "19.9",
    "price-USD": "21",
}


def prepared(writer, row):
    (item,) = writer.prepare(row)
    return item


def test_a_row_becomes_a_payload_in_the_one_form(writer):
    item = prepared(writer, FULL)
    assert (item.resource, item.key, item.problems) == ("products", "boot-1", ())
    assert item.payload == PAYLOAD


def test_what_was_written_is_what_the_pim_has(writer, changes):
    batch = changes(writer, [FULL])
    assert [outcome.status for outcome in writer.load(batch)] == [Status.CREATED]
    assert writer.current("products", ["boot-1"], list(PAYLOAD)) == {"boot-1": PAYLOAD}
    assert [outcome.status for outcome in writer.load(batch)] == [Status.UPDATED]


def test_250_products_go_in_three_calls_and_are_then_equal(writer, changes, pim):
    batch = changes(
        writer,
        [
            {"identifier": f"p-{number:03}", "family": "footwear", "pieces": number, "name-en_US": f"Product {number}"}
            for number in range(250)
        ],
    )
    parts = [batch[start : start + 100] for start in range(0, 250, 100)]
    with ThreadPoolExecutor(4) as pool:
        outcomes = [outcome for part in pool.map(writer.load, parts) for outcome in part]
    assert statuses(outcomes) == {Status.CREATED: 250}
    assert [outcome.key for outcome in outcomes] == [change.key for change in batch]
    assert calls(pim, ROUTE) == 3
    now = writer.current("products", [change.key for change in batch], ["family", "pieces", "name-en_US"])
    assert now == {change.key: dict(change.payload) for change in batch}


def test_existence_alone_can_be_asked_for(writer, changes):
    list(writer.load(changes(writer, [{"identifier": "a"}, {"identifier": "Name with/blank%"}])))
    found = writer.current("products", ["a", "Name with/blank%", "ghost"], [])
    assert found == {"a": {}, "Name with/blank%": {}}


def test_values_that_the_pim_has_not_are_left_out(writer, changes):
    list(writer.load(changes(writer, [{"identifier": "a"}])))
    columns = ["family", "categories", "name-en_US", "price-EUR", "materials", "X_SELL-products"]
    assert writer.current("products", ["a"], columns) == {"a": {}}


def test_an_empty_cell_empties_and_an_absent_one_leaves_alone(writer, changes):
    list(writer.load(changes(writer, [FULL])))
    emptied = dict.fromkeys(["name-en_US", "categories", "price-EUR", "weight", "materials", "family", "groups"])
    batch = changes(writer, [{"identifier": "boot-1", **emptied}])
    assert batch[0].payload == emptied
    list(writer.load(batch))
    now = writer.current("products", ["boot-1"], list(PAYLOAD))["boot-1"]
    assert now == {name: value for name, value in PAYLOAD.items() if name not in emptied}


def test_a_product_that_the_pim_lacks_is_not_asked_for_its_other_prices(writer, changes, pim):
    (change,) = changes(writer, [{"identifier": "new", "price-EUR": "5"}])
    asked = "GET /api/rest/v1/products"
    assert statuses(writer.load([replace(change, absent=True)])) == {Status.CREATED: 1}
    assert asked not in pim.stats()["routes"]
    assert statuses(writer.load([change])) == {Status.UPDATED: 1}
    assert asked not in pim.stats()["routes"], "it waited for something, and goes again as it was"
    (other,) = changes(writer, [{"identifier": "new", "price-EUR": "6"}])
    assert statuses(writer.load([other])) == {Status.UPDATED: 1}
    assert pim.stats()["routes"][asked]["calls"] == 1


def test_a_price_in_one_currency_leaves_the_others_alone(writer, changes, pim):
    list(writer.load(changes(writer, [FULL, {"identifier": "new"}])))
    list(
        writer.load(
            changes(writer, [{"identifier": "boot-1", "price-EUR": "5"}, {"identifier": "other", "price-EUR": "6"}])
        )
    )
    now = writer.current("products", ["boot-1", "other"], ["price-EUR", "price-USD"])
    assert now == {"boot-1": {"price-EUR": "5", "price-USD": "21"}, "other": {"price-EUR": "6"}}


def test_one_cell_may_hold_all_prices(writer, changes):
    list(writer.load(changes(writer, [FULL])))
    list(writer.load(changes(writer, [{"identifier": "boot-1", "price": "12.50 EUR"}])))
    assert writer.current("products", ["boot-1"], ["price-EUR", "price-USD"]) == {"boot-1": {"price-EUR": "12.5"}}


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("color", "green", "the PIM has no such option"),
        ("pieces", "two", "no number"),
        ("name-en_US", "x" * 41, "41 characters; the PIM takes 40"),
        ("rating", "6", "5 or less"),
        ("weight", "5", "needs a unit"),
        ("price", "12 GBP", "no price of a currency"),
        ("enabled", "perhaps", "neither yes (1) nor no (0)"),
        ("KIT-products", "a,b", "quantities"),
    ],
)
def test_a_bad_value_costs_itself_only(writer, column, cell, reason):
    item = prepared(writer, {"identifier": "a", "ean": "1", column: cell})
    assert item.payload == {"ean": "1"}
    (problem,) = item.problems
    assert problem.field == column
    assert reason in problem.reason


def test_unknown_ones_among_several_options_are_left_out_alone(writer):
    item = prepared(writer, {"identifier": "a", "materials": "wood,paper,leather"})
    assert item.payload == {"materials": ["wood"]}
    assert [problem.value for problem in item.problems] == ["paper", "leather"]


@pytest.mark.parametrize("identifier", ["foo,", "a;b", " a", "a ", "x" * 256])
def test_what_cannot_be_an_identifier_is_told_before_sending(writer, identifier):
    with pytest.raises(RowProblem) as caught:
        prepared(writer, {"identifier": identifier})
    assert caught.value.problem.value == identifier


@pytest.mark.parametrize("row", [{"ean": "1"}, {"identifier": None}, {"identifier": ""}])
def test_a_row_without_identifier_is_refused(writer, row):
    with pytest.raises(RowProblem) as caught:
        prepared(writer, row)
    assert caught.value.problem.kind is ProblemKind.MISSING


def test_an_unknown_family_names_the_one_spelled_alike(writer):
    with pytest.raises(RowProblem) as caught:
        prepared(writer, {"identifier": "a", "family": "footwaer"})
    assert "'footwear'" in caught.value.problem.remedy


def test_columns_are_checked_against_the_pim(writer):
    header = ("sku", "name-en_US", "name-fr_CH", "colour", "weight-unit", "X_SELL-products", "price-GBP")
    assert set(writer.check_columns(header)) == {"name-fr_CH", "colour", "price-GBP"}
    assert writer.knows("sku")
    assert not writer.knows("colour")


def test_values_that_only_the_pim_can_refuse_are_left_out_in_one_more_call(writer, changes, pim):
    rows = [
        {"identifier": "a", "contact": "nobody", "pieces": "1"},
        {"identifier": "b", "ean": "4711"},
        {"identifier": "c", "ean": "4711", "pieces": "3"},
    ]
    outcomes = {outcome.key: outcome for outcome in writer.load(changes(writer, rows))}
    assert {key: one.status for key, one in outcomes.items()} == dict.fromkeys("abc", Status.CREATED)
    assert outcomes["a"].problems[0].field == "contact"
    assert outcomes["c"].problems[0].kind is ProblemKind.DUPLICATE
    assert calls(pim, ROUTE) == 2
    now = writer.current("products", list("abc"), ["pieces", "ean", "contact"])
    assert now["c"] == {"pieces": 3}


def test_a_product_that_gets_a_parent_was_there_before(session, run, changes, pim):
    boot = {"code": "boot", "family": "footwear", "family_variant": "by_color"}
    pim.seed(
        [
            {"resource": "product-models", "data": boot},
            {"resource": "products", "data": {"identifier": "old", "family": "footwear"}},
        ]
    )
    time.sleep(2)
    writer = AkeneoProductsSink(connection="pim").open(session, run)
    rows = [
        {"identifier": key, "parent": "boot", "color": color} for key, color in (("old", "red"), ("new", "bordeaux"))
    ]
    outcomes = writer.load(changes(writer, rows))
    assert {outcome.key: outcome.status for outcome in outcomes} == {"old": Status.UPDATED, "new": Status.CREATED}


def test_a_variant_with_the_option_of_another_is_refused(writer, changes, pim):
    pim.seed(
        {"resource": "product-models", "data": {"code": "boot", "family": "footwear", "family_variant": "by_color"}}
    )
    rows = [{"identifier": one, "parent": "boot", "color": "red"} for one in ("first", "second")]
    outcomes = list(writer.load(changes(writer, rows)))
    assert [outcome.status for outcome in outcomes] == [Status.CREATED, Status.REFUSED]
    assert "already has this option" in outcomes[1].problems[0].reason


def test_a_known_uuid_renames_the_product(writer, changes, session):
    list(writer.load(changes(writer, [{"identifier": "old", "pieces": 1}, {"identifier": "friend"}])))
    uuid = session.get("products/old")["uuid"]
    batch = changes(writer, [{"identifier": "new", "uuid": uuid.upper(), "pieces": 2}])
    (outcome,) = writer.load(batch)
    assert (outcome.key, outcome.status, outcome.remote_id) == ("new", Status.UPDATED, uuid)
    assert writer.current("products", ["new"], ["pieces", "uuid"]) == {"new": {"pieces": 2, "uuid": uuid}}
    assert session.call("GET", "products/old", handled={404}).status_code == 404
