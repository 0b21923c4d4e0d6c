"""Search filters: what can be said without the PIM, and what its model says."""

import pytest

from pimflow_akeneo import search_tables
from pimflow_akeneo.model import Attribute, Channel, Model
from pimflow_akeneo.search import combined, mistakes, normalized, placed, written
from pimflow_akeneo.sources import AkeneoProductsSource

MODEL = Model(
    {
        "sku": Attribute("sku", "pim_catalog_identifier"),
        "name": Attribute("name", "pim_catalog_text", localizable=True),
        "claim": Attribute("claim", "pim_catalog_text", localizable=True, scopable=True),
        "pieces": Attribute("pieces", "pim_catalog_number"),
        "color": Attribute("color", "pim_catalog_simpleselect"),
        "weight": Attribute("weight", "pim_catalog_metric"),
    },
    {"shop": Channel("shop", ("en_US",), ("EUR",)), "print": Channel("print", ("fr_FR",), ("EUR",))},
    {},
)


@pytest.mark.parametrize(
    "search",
    [
        {"enabled": {"operator": "=", "value": True}},
        {"family": [{"operator": "IN", "value": ["shoes"]}, {"operator": "NOT IN", "value": ["boots"]}]},
        {"parent": {"operator": "EMPTY"}},
        {"categories": {"operator": "UNCLASSIFIED"}},
        {"updated": {"operator": "BETWEEN", "value": ["2026-01-01 00:00:00", "2026-02-01 00:00:00"]}},
        {"completeness": {"operator": ">", "value": 80, "scope": "shop"}},
        {"name": {"operator": "CONTAINS", "value": "x", "locale": "en_US"}},
    ],
)
def test_right_filters_pass_and_become_lists(search):
    found = normalized(search)
    assert all(isinstance(conditions, list) for conditions in found.values())
    assert mistakes(found, MODEL) == []


@pytest.mark.parametrize(
    ("search", "told"),
    [
        ({"enabled": True}, "expected a condition"),
        ({"enabled": {"value": True}}, "expected a condition"),
        ({"enabled": {"operator": ">", "value": True}}, "one of !=, ="),
        ({"family": {"operator": "IN", "value": "shoes"}}, "takes a list"),
        ({"family": {"operator": "IN"}}, "needs a `value`"),
        ({"updated": {"operator": "BETWEEN", "value": ["2026-01-01 00:00:00"]}}, "list of two"),
        ({"updated": {"operator": ">", "value": "yesterday"}}, "expected a time of the PIM's own clock"),
        ({"completeness": {"operator": ">", "value": 80}}, "needs a `scope`"),
        ({"name": {"operator": "LIKE", "value": "x"}}, "'LIKE' does not exist"),
        ({"name": {"operator": "=", "value": "x", "channel": "shop"}}, "no 'channel'"),
    ],
)
def test_wrong_filters_are_told_without_the_pim(search, told):
    with pytest.raises(ValueError, match="search") as caught:
        AkeneoProductsSource(connection="pim", search=search)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("search", "told"),
    [
        ({"nam": {"operator": "=", "value": "x"}}, "did you mean 'name'"),
        ({"name": {"operator": "=", "value": "x"}}, "needs a `locale`, one of en_US, fr_FR"),
        ({"name": {"operator": "=", "value": "x", "locale": "en_US", "scope": "shop"}}, "takes no `scope`"),
        ({"claim": {"operator": "=", "value": "x", "locale": "en_US"}}, "needs a `scope`, one of shop, print"),
        (
            {"claim": {"operator": "=", "value": "x", "locale": "en_US", "scope": "print"}},
            "not active for channel print",
        ),
        ({"pieces": {"operator": "CONTAINS", "value": "x"}}, "'CONTAINS' does not exist here"),
    ],
)
def test_filters_are_told_wrong_by_the_model_of_the_pim(search, told):
    (mistake,) = mistakes(normalized(search), MODEL)
    assert told in mistake


@pytest.mark.parametrize(
    ("table", "search", "right"),
    [
        ("PRODUCTS", {"updated": {"operator": ">", "value": "2026-01-31"}}, "2026-01-31 00:00:00"),
        ("ATTRIBUTES", {"updated": {"operator": ">", "value": "2026-01-31"}}, "2026-01-31T00:00:00Z"),
        ("CATEGORIES", {"updated": {"operator": ">", "value": "2026-01-31T08:00:00+02:00"}}, None),
        ("PRODUCTS", {"sku": {"operator": "IN", "value": [1001, "a"]}}, ["1001", "a"]),
        ("PRODUCTS", {"since": {"operator": "BETWEEN", "value": ["2026-01-31", "2026-02-01"]}}, None),
        ("PRODUCT_MODELS", {"identifier": {"operator": "IN", "value": [7]}}, ["7"]),
    ],
)
def test_values_are_written_as_the_pim_reads_them(table, search, right):
    ((name, condition),) = search.items()
    (found,) = normalized(search, getattr(search_tables, table))[name]
    assert found["value"] == (condition["value"] if right is None else right)


@pytest.mark.parametrize(
    ("table", "search", "told"),
    [
        ("ATTRIBUTES", {"code": {"operator": "NOT IN", "value": ["a"]}}, "does not exist here; one of IN"),
        ("ATTRIBUTES", {"typ": {"operator": "IN", "value": ["a"]}}, "did you mean 'type'"),
        ("FAMILIES", {"updated": {"operator": ">", "value": "2026-01-31 00:00:00"}}, "such as '2026-01-31T00:00:00Z'"),
        ("FAMILIES", {"has_products": {"operator": "=", "value": 1}}, "expected true or false, found 1"),
        ("CATEGORIES", {"parent": {"operator": "=", "value": ["master"]}}, "expected a code"),
        ("LOCALES", {"code": {"operator": "IN", "value": ["en_US"]}}, "only by enabled"),
        ("ATTRIBUTE_GROUPS", {"code": {"operator": "IN", "value": ["a"], "scope": "shop"}}, "no 'scope'"),
        ("PRODUCT_MODELS", {"enabled": {"operator": "=", "value": "yes", "axis": 1}}, "no 'axis'"),
        ("PRODUCT_MODELS", {"parent": {"operator": "=", "value": "a"}}, "one of EMPTY, IN, NOT EMPTY"),
        ("PRODUCTS", {"parent": []}, "at least one condition"),
        (
            "PRODUCTS",
            {"completeness": {"operator": "GREATER THAN ON ALL LOCALES", "value": 9, "scope": "shop"}},
            "needs `locales`",
        ),
        ("PRODUCTS", {"enabled": {"operator": "=", "value": "yes"}}, "expected true or false, found 'yes'"),
        ("PRODUCTS", {"updated": {"operator": "SINCE LAST N DAYS", "value": "7"}}, "expected a whole number"),
        ("PRODUCTS", {"updated": {"operator": ">", "value": "2026-01-31T00:00:00Z"}}, "PIM's own clock"),
    ],
)
def test_each_list_has_its_own_filters(table, search, told):
    with pytest.raises(ValueError, match=r".") as caught:
        normalized(search, getattr(search_tables, table))
    assert told in str(caught.value)


def test_all_mistakes_are_told_at_once():
    with pytest.raises(ValueError, match=r"enabled.*updated"):
        normalized({"enabled": {"operator": ">"}, "updated": {"operator": "LIKE"}})


def test_a_default_place_goes_where_one_is_needed():
    condition = {"operator": "=", "value": "x"}
    search = normalized(
        {"claim": condition, "pieces": {"operator": "EMPTY"}, "completeness": {"operator": ">", "value": 1}},
        scope="shop",
    )
    found = placed(search, MODEL, "en_US", "shop")
    assert mistakes(found, MODEL) == []
    assert found["claim"] == [{**condition, "locale": "en_US", "scope": "shop"}]
    assert found["pieces"] == [{"operator": "EMPTY"}]
    assert found["completeness"] == [{"operator": ">", "value": 1, "scope": "shop"}]


def test_a_place_that_is_written_wins_over_the_default():
    search = normalized({"name": {"operator": "=", "value": "x", "locale": "fr_FR"}})
    assert placed(search, MODEL, "en_US", None)["name"][0]["locale"] == "fr_FR"


class Codes:
    def __init__(self):
        self.families = {"shoes": "Shoes"}
        self.categories = {"master": "master"}

    def options(self, attribute):
        return {"red": "red"} if attribute == "color" else {}


@pytest.mark.parametrize(
    ("search", "told"),
    [
        ({"family": {"operator": "IN", "value": ["SHOES", "shoos"]}}, "no family 'shoos'; did you mean 'Shoes'"),
        ({"categories": {"operator": "IN CHILDREN", "value": ["mastr"]}}, "no category 'mastr'; did you mean 'master'"),
        ({"color": {"operator": "NOT IN", "value": ["rad"]}}, "no option 'rad'; did you mean 'red'"),
        ({"completeness": {"operator": ">", "value": 1, "scope": "shp"}}, "no channel 'shp'; did you mean 'shop'"),
        (
            {"completeness": {"operator": ">", "value": 1, "scope": "shop", "locale": "en_GB"}},
            "no active locale 'en_GB'",
        ),
        ({"weight": {"operator": ">", "value": 5}}, "expected {amount: 5, unit: KILOGRAM}"),
        ({"pieces": {"operator": ">", "value": "many"}}, "expected a number"),
    ],
)
def test_codes_that_the_pim_lacks_are_told_with_near_ones(search, told):
    (mistake,) = mistakes(normalized(search), MODEL, codes=Codes())
    assert told in mistake


def test_conditions_are_added_to_those_of_the_user():
    search = normalized({"updated": {"operator": "<", "value": "2026-01-01"}})
    found = combined(search, "updated", ">", "2025-01-01 00:00:00")
    assert [one["operator"] for one in found["updated"]] == ["<", ">"]
    assert written(found).startswith('{"updated":[{"operator":"<"')


def test_every_operator_is_written_as_the_pim_writes_it():
    rules = [*search_tables.PRODUCTS.properties.values(), *search_tables.VALUES.values()]
    assert all(operator == operator.upper() for rule in rules for operator in rule.operators)
