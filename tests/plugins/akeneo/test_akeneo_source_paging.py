"""How many calls a read takes, and how it stays within what the PIM allows a call."""

import pytest

from pimflow import ConfigError, RemoteError, Window
from pimflow_akeneo.products.reading import queries
from pimflow_akeneo.sources import AkeneoProductModelsSource, AkeneoProductsSource

from .pim_setup import calls

GET, POST = "GET /api/rest/v1/products", "POST /api/rest/v1/products-uuid/search"
GET_UUID = "GET /api/rest/v1/products-uuid"


@pytest.fixture
def many(pim):
    """Give a PIM with so many products."""

    def make(number):
        pim.seed(
            [
                {"resource": "products", "data": {"identifier": f"p-{n:04}", "categories": ["boots"]}}
                for n in range(number)
            ]
        )
        return pim

    return make


def identifiers(source, session, window=None):
    header, *rows = source.extract(session, window or Window())
    return [row[header.index("identifier")] for row in rows]


@pytest.mark.parametrize(("number", "gets"), [(1239, 13), (200, 3), (99, 1), (0, 1)])
@pytest.mark.parametrize("by_uuid", [False, True])
def test_a_read_takes_one_call_a_page(many, session, number, gets, by_uuid):
    pim = many(number)
    assert len(identifiers(AkeneoProductsSource(connection="pim", by_uuid=by_uuid), session)) == number
    assert calls(pim, GET_UUID if by_uuid else GET) == gets


def test_counting_takes_one_call(many, session):
    pim = many(250)
    assert AkeneoProductsSource(connection="pim").count(session, Window()) == 250
    assert calls(pim, GET) == 1


@pytest.mark.parametrize(("rows_taken", "gets"), [(1, 1), (2, 2), (100, 2), (101, 2), (102, 3), (202, 4)])
def test_the_next_page_is_asked_for_while_one_is_used_and_none_beyond_it(many, session, rows_taken, gets):
    pim = many(500)
    rows = iter(AkeneoProductsSource(connection="pim").extract(session, Window()))
    for _ in range(1 + rows_taken):
        next(rows)
    rows.close()  # waits for the call that is under way
    assert calls(pim, GET) == gets


def test_many_identifiers_in_a_filter_are_asked_for_by_the_hundred(many, session):
    pim = many(300)
    wanted = [f"p-{n:04}" for n in range(250)]
    condition = {"operator": "IN", "value": [*wanted, "P-0000", "ghost"]}
    source = AkeneoProductsSource(connection="pim", search={"sku": condition})
    assert identifiers(source, session) == wanted
    assert source.count(session, Window()) is None
    assert calls(pim, GET) == 3 + 2  # two full pages link to an empty one


def test_long_identifiers_in_a_filter_are_cut_where_a_url_ends(pim, session):
    wanted = [f"{n:03}-{'ü' * 200}" for n in range(12)]
    pim.seed([{"resource": "products", "data": {"identifier": one}} for one in wanted])
    source = AkeneoProductsSource(connection="pim", search={"sku": {"operator": "IN", "value": wanted}})
    assert identifiers(source, session) == wanted


def test_many_models_in_a_filter_are_asked_for_by_the_hundred(pim, session):
    pim.seed(
        [
            {"resource": "product_models", "data": {"code": f"m-{n:03}", "family_variant": "by_color"}}
            for n in range(120)
        ]
    )
    wanted = {"operator": "IN", "value": [f"m-{n:03}" for n in range(120)]}
    source = AkeneoProductModelsSource(connection="pim", search={"identifier": wanted})
    header, *rows = source.extract(session, Window())
    assert [row[header.index("code")] for row in rows] == wanted["value"]


def texts(number):
    return [{"operator": "!=", "value": f"{n}-{'x' * 90}"} for n in range(number)]


def test_a_search_that_is_too_long_for_a_url_is_posted_where_the_pim_takes_that(many, session):
    pim = many(230)
    source = AkeneoProductsSource(connection="pim", by_uuid=True, search={"contact": texts(80)})
    query = source._query(session.catalog.model, Window())
    assert len(query.parameters["search"]) > queries._LONGEST
    assert list(identifiers(source, session)) == []
    assert (calls(pim, POST), calls(pim, GET_UUID)) == (1, 0)


def test_columns_whose_names_are_too_long_for_a_url_are_posted_page_by_page(pim, session):
    codes = [f"{'long_' * 18}{n}" for n in range(80)]
    pim.seed(
        [
            {"resource": "attributes", "data": {"code": code, "type": "pim_catalog_text", "group": "erp"}}
            for code in codes
        ]
    )
    value = {codes[7]: [{"locale": None, "scope": None, "data": "seven"}]}
    pim.seed([{"resource": "products", "data": {"identifier": f"p-{n:03}", "values": value}} for n in range(120)])
    source = AkeneoProductsSource(connection="pim", by_uuid=True, attributes=codes)
    header, *rows = source.extract(session, Window())
    assert {row[header.index(codes[7])] for row in rows} == {"seven"}
    assert (len(rows), calls(pim, POST), calls(pim, GET_UUID)) == (120, 2, 0)
    header, *rows = AkeneoProductsSource(connection="pim", attributes=codes).extract(session, Window())
    assert {row[header.index(codes[7])] for row in rows} == {"seven"}


def test_a_search_for_many_is_posted_with_the_page_of_the_link(many, session):
    many(130)
    text = [{"operator": "NOT EMPTY"}, *({"operator": "!=", "value": f"{n}-{'x' * 90}"} for n in range(80))]
    source = AkeneoProductsSource(connection="pim", by_uuid=True, search={"sku": text})
    assert sorted(identifiers(source, session)) == [f"p-{n:04}" for n in range(130)]


def test_a_search_that_no_call_can_hold_is_told(session):
    source = AkeneoProductsSource(connection="pim", search={"contact": texts(80)})
    with pytest.raises(ConfigError, match="too long for one call"):
        list(source.extract(session, Window()))


def test_a_list_of_which_products_have_several_is_never_cut(many, session):
    many(3)
    several = {"operator": "IN", "value": ["boots", "shoes"] * 60}
    source = AkeneoProductsSource(connection="pim", search={"categories": several})
    assert identifiers(source, session) == ["p-0000", "p-0001", "p-0002"]


def test_a_list_that_ends_before_its_last_page_is_told(many, session, monkeypatch):
    many(250)
    monkeypatch.setattr("pimflow_akeneo_sandbox.search.paging.LAST_OFFSET", 200)
    with pytest.raises(RemoteError, match="leads no further in its list of products") as caught:
        list(session.pages("products"))
    assert "search after" in caught.value.detail
