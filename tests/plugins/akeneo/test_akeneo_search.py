"""Search filters: what can be said without the PIM, and what its model says."""

import datetime as dt

import pytest

from pimflow_akeneo.model import Attribute, Channel, Model
from pimflow_akeneo.search import PROPERTIES, VALUES, mistakes, normalized
from pimflow_akeneo.sources import AkeneoProductsSource

MODEL = Model(
    {
        "sku": Attribute("sku", "pim_catalog_identifier"),
        "name": Attribute("name", "pim_catalog_text", localizable=True),
        "claim": Attribute("claim", "pim_catalog_text", localizable=True, scopable=True),
        "pieces": Attribute("pieces", "pim_catalog_number"),
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
        ({"updated": {"operator": ">", "value": "yesterday"}}, "expected a time such as"),
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
    ("name", "value", "written"),
    [
        ("updated", dt.date(2026, 1, 31), "2026-01-31 00:00:00"),
        ("updated", dt.datetime(2026, 1, 31, 8, 5, tzinfo=dt.UTC), "2026-01-31 08:05:00"),
        ("since", dt.date(2026, 1, 31), "2026-01-31"),
        ("updated", [dt.date(2026, 1, 31)] * 2, ["2026-01-31 00:00:00"] * 2),
    ],
)
def test_dates_of_yaml_are_written_as_the_pim_reads_them(name, value, written):
    operator = "BETWEEN" if isinstance(value, list) else ">"
    (condition,) = normalized({name: {"operator": operator, "value": value}})[name]
    assert condition["value"] == written


def test_every_operator_is_written_as_the_pim_writes_it():
    for operators in (*PROPERTIES.values(), *VALUES.values()):
        assert all(operator == operator.upper() for operator in operators)
