"""The contract suites, against a small site that is served."""

from contextlib import contextmanager

import pytest

from pimflow import AccessError, ConfigError, LoginError, RemoteError, UnreachableError
from pimflow_erpnext.connection import ErpnextConnection
from pimflow_erpnext.sinks import (
    ErpnextAttributesSink,
    ErpnextCategoriesSink,
    ErpnextProductsSink,
    ErpnextTemplatesSink,
)
from pimflow_erpnext.sources import (
    ErpnextAttributeOptionsSource,
    ErpnextAttributesSource,
    ErpnextBrandsSource,
    ErpnextCategoriesSource,
    ErpnextDeletedSource,
    ErpnextPricesSource,
    ErpnextProductsSource,
    ErpnextStockSource,
    ErpnextTemplatesSource,
    ErpnextUnitsSource,
)
from pimflow_testkit import Setup, connection_suite, sink_suite, source_suite

from .conftest import connection_options, filled
from .frappe_server import served
from .frappe_site import NOBODY, READER, Fault

LIVE = {}
SECRETS = ["pim-secret-1", "reader-secret-1", "not-this-one"]
PAGE = "<!doctype html>\n<title>Server Error</title>\n"


@pytest.fixture(scope="module", autouse=True)
def _live():
    site = LIVE["site"] = filled()
    site.put("Item Price", item_code="DRL-18V", price_list="Standard Selling", price_list_rate=149.9, currency="EUR")
    site.put("Bin", item_code="DRL-18V", warehouse="Stores - AT", actual_qty=12.0)
    site.put("Deleted Document", deleted_doctype="Item", deleted_name="DEL-1", restored=0)
    with served(site) as url:
        LIVE["url"] = url
        with ErpnextConnection(**options()).open() as found:
            LIVE["session"] = found
            yield


def options(_folder=None, **other):
    return {**connection_options(LIVE["url"]), **other}


def other(**changed):
    return lambda folder: options(folder, **changed)


def keys(key):
    return {name: value for name, value in connection_options("", key).items() if name != "url"}


@contextmanager
def session():
    yield LIVE["session"]


@contextmanager
def session_of(**changed):
    with ErpnextConnection(**options(**changed)).open() as found:
        yield found


@contextmanager
def nobody_there():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.sleep", lambda _: None)
        with session_of(url="http://127.0.0.1:9") as found:
            yield found


@contextmanager
def page(status):
    """Answer each call with a page, as a proxy or a server in trouble does."""
    LIVE["site"].faults[:] = [Fault("/api/", status, PAGE, times=99)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.sleep", lambda _: None)
        try:
            with session_of() as found:
                yield found
        finally:
            LIVE["site"].faults[:] = []


@contextmanager
def at_another_host():
    LIVE["site"].host = "erp.example.com"
    try:
        yield
    finally:
        LIVE["site"].host = ""


ROWS = [
    {"item_code": "C-2", "item_name": "Bowl", "category": "Hammers"},
    {
        "item_code": "C-1",
        "item_name": "Jug",
        "item_name@fr": "Cruche",
        "item_group": "Drills",
        "brand": "Robur",
        "stock_uom": "Nos",
        "description": "<p>Deep</p>",
        "ean": "5901234123457",
        "weight_per_unit": "1.5",
        "weight_uom": "Kg",
        "image": "https://cdn.example.com/jug.png",
        "end_of_life": "2031-12-31",
        "active": "1",
    },
    {"item_code": "C-3", "item_name": "Claw", "variant_of": "HAM-2", "attributes.Handle": "Fibreglass"},
    {"item_code": "C-4", "item_name": "Off", "item_group": "Drills", "active": "0"},
]
TEMPLATES = [{"item_code": "C-T", "item_name": "Mallet", "category": "Hand Tools / Hammers", "axes": "Handle,Length"}]
CATEGORIES = [
    {"item_group_name": "Mallets", "parent": "Hand Tools"},
    {"item_group_name": "Saws", "parent": "Hand Tools", "is_group": "1"},
]
ATTRIBUTES = [
    {"attribute_name": "Colour", "values": "Blue,Red"},
    {"attribute_name": "Width", "numeric_values": "1", "from_range": "1", "to_range": "9", "increment": "0.5"},
]
ONCE = dict.fromkeys(
    ("unicode_is_taken_or_told", "very_long_text_is_taken_or_told"), "all sinks share the writer that products try"
)
FAILING = {
    "nobody there": Setup(session=nobody_there, raises=UnreachableError),
    "a wrong secret": Setup(session=lambda: session_of(api_secret="not-this-one"), raises=LoginError),
    "a user who may not": Setup(session=lambda: session_of(**keys(NOBODY)), raises=AccessError),
    "a page with status 500": Setup(session=lambda: page(500), raises=UnreachableError),
    "a page with status 200": Setup(session=lambda: page(200), raises=RemoteError),
    "another site": Setup(session=lambda: page(404), raises=RemoteError),
}  # fmt: skip

test_connection = connection_suite(
    ErpnextConnection,
    options,
    failing={
        "a wrong secret": Setup(options=other(api_secret="not-this-one"), raises=LoginError),
        "another company": Setup(options=other(company="Zebra"), raises=ConfigError),
        "a user who may not read": Setup(options=lambda _: options(**keys(NOBODY)), raises=AccessError),
        "another site": Setup(session=at_another_host, options=options, raises=RemoteError),
    },
    secrets=SECRETS,
)
test_products = source_suite(
    ErpnextProductsSource,
    {"connection": "erp", "languages": ["fr"], "more_fields": ["images", "supplier_items", "valuation_rate"]},
    session=session,
    changed="modified",
    pages={"page_size": 2},
    failing=FAILING,
    secrets=SECRETS,
)
test_templates = source_suite(
    ErpnextTemplatesSource, {"connection": "erp"}, session=session, changed="modified", pages={"page_size": 1}
)
test_categories = source_suite(ErpnextCategoriesSource, {"connection": "erp"}, session=session)
test_brands = source_suite(
    ErpnextBrandsSource, {"connection": "erp"}, session=session, changed="modified", pages={"page_size": 1}
)
test_attributes = source_suite(ErpnextAttributesSource, {"connection": "erp"}, session=session, pages={"page_size": 1})
test_options = source_suite(ErpnextAttributeOptionsSource, {"connection": "erp"}, session=session)
test_units = source_suite(ErpnextUnitsSource, {"connection": "erp"}, session=session, pages={"page_size": 3})
test_prices = source_suite(ErpnextPricesSource, {"connection": "erp"}, session=session, changed="modified")
test_stock = source_suite(ErpnextStockSource, {"connection": "erp"}, session=session, changed="modified")
test_deleted = source_suite(ErpnextDeletedSource, {"connection": "erp"}, session=session, changed="modified")


@contextmanager
def writing():
    """Give a session into a site of its own, where the products of the suite are not yet."""
    site = filled()
    site.item("HAM-2", item_group="Hammers", has_variants=1, attributes=[{"attribute": "Handle"}])
    with served(site) as url, ErpnextConnection(**connection_options(url)).open() as found:
        yield found


@contextmanager
def reading_only():
    with session_of(**keys(READER)) as found:
        yield found


test_sink = sink_suite(
    ErpnextProductsSink,
    {"connection": "erp"},
    rows=[ROWS[0] | {"variant_of": None}, *ROWS[1:]],
    session=writing,
    failing={
        "a user who may only read": Setup(session=reading_only, raises=AccessError),
        "nobody there": Setup(session=nobody_there, raises=UnreachableError),
    },
    secrets=SECRETS,
)
test_template_sink = sink_suite(
    ErpnextTemplatesSink, {"connection": "erp"}, rows=TEMPLATES, session=writing, without=ONCE
)
test_category_sink = sink_suite(
    ErpnextCategoriesSink, {"connection": "erp"}, rows=CATEGORIES, session=writing, without=ONCE
)
test_attribute_sink = sink_suite(
    ErpnextAttributesSink, {"connection": "erp"}, rows=ATTRIBUTES, session=writing, without=ONCE
)
