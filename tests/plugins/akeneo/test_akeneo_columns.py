"""Names of columns, against a small model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimflow import RowProblem
from pimflow_akeneo.columns import Association, Property, ValueColumn, parse_column
from pimflow_akeneo.model import Attribute, Channel, Model

CHANNELS = {
    "shop": Channel("shop", ("de_DE", "en_US"), ("EUR", "USD")),
    "print": Channel("print", ("fr_FR",), ("EUR",)),
}


def attribute(code, kind, **more):
    return Attribute(code, f"pim_catalog_{kind}", **more)


MODEL = Model(
    {
        one.code: one
        for one in [
            attribute("sku", "identifier"),
            attribute("name", "text", localizable=True),
            attribute("claim", "text", localizable=True, scopable=True),
            attribute("color", "simpleselect"),
            attribute("stock_note", "text", scopable=True),
            attribute("warning", "text", localizable=True, available_locales=("de_DE",)),
            attribute("weight", "metric", metric_family="Weight"),
            attribute("volume", "metric", metric_family="Volume", scopable=True),
            attribute("price", "price_collection"),
            attribute("shop_price", "price_collection", scopable=True),
        ]
    },
    CHANNELS,
    {"X_SELL": False, "KIT": True},
    ("EUR", "USD"),
)


@st.composite
def value_columns(draw):
    one = draw(st.sampled_from([one for one in MODEL.attributes.values() if one.code != "sku"]))
    locale, scope = draw(st.sampled_from(list(MODEL.places(one))))
    parts = {"metric": [None, "unit"], "price_collection": [None, *MODEL.currencies_of(scope)]}.get(one.kind, [None])
    return ValueColumn(one, locale, scope, draw(st.sampled_from(parts)))


@given(value_columns())
def test_every_place_of_a_value_has_a_name_that_leads_back_to_it(column):
    assert parse_column(column.name, MODEL) == column


@given(st.text(alphabet="abcnamesku_-ENUSdeprictwgh0", max_size=30))
def test_any_name_is_understood_or_told_to_be_wrong(name):
    found = outcome_of(name)
    if isinstance(found, RowProblem):
        assert found.problem.field == name
        assert found.problem.remedy
    else:
        assert found.name in {name, "identifier"}


def outcome_of(name):
    try:
        return parse_column(name, MODEL)
    except RowProblem as wrong:
        return wrong


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("sku", Property("identifier")),
        ("identifier", Property("identifier")),
        ("family", Property("family")),
        ("X_SELL-products", Association("X_SELL", "products")),
        ("X_SELL-product_uuids", Association("X_SELL", "product_uuids")),
        ("X_SELL-groups", Association("X_SELL", "groups")),
        ("KIT-product_models-quantity", Association("KIT", "product_models", True, "quantity")),
    ],
)
def test_properties_and_associations_are_known(name, column):
    assert parse_column(name, MODEL) == column


@pytest.mark.parametrize(
    ("name", "reason", "remedy"),
    [
        ("colour", "no attribute with this code", "'color'"),
        ("nosuchthing", "no attribute with this code", "create the attribute"),
        ("name", "names no locale", "'name-de_DE'"),
        ("name-shop", "names no locale", "locale"),
        ("name-es_ES", "es_ES is not active", "Active locales"),
        ("name-en_us", "en_us is not active", "'en_US'"),
        ("claim-en_US", "names no channel", "shop"),
        ("claim-en_US-shopp", "no channel 'shopp'", "shop"),
        ("claim-fr_FR-shop", "fr_FR is not active for channel shop", "de_DE, en_US"),
        ("warning-en_US", "exists in de_DE only", "out"),
        ("color-en_US", "neither translated nor by channel", "Correct"),
        ("price-GBP", "GBP is not active", "EUR, USD"),
        ("shop_price-print-USD", "USD is not active", "EUR"),
        ("weight-gram", "does not belong", "Correct"),
        ("X_SELL-products-quantity", "not named like this", "X_SELL-products"),
        ("KIT-groups", "not named like this", "KIT-products-quantity"),
    ],
)
def test_a_wrong_name_is_told_with_the_way_out(name, reason, remedy):
    with pytest.raises(RowProblem) as caught:
        parse_column(name, MODEL)
    assert reason in caught.value.problem.reason
    assert remedy in caught.value.problem.remedy
