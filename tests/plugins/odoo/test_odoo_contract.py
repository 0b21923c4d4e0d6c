"""The contract suites, against the served Odoo, over both transports."""

from contextlib import ExitStack, contextmanager

import pytest

from pimflow import AccessError, ConfigError, LoginError, RemoteError, UnreachableError
from pimflow_odoo.connection import OdooConnection
from pimflow_odoo.sinks import (
    OdooAttributeOptionsSink,
    OdooAttributesSink,
    OdooCategoriesSink,
    OdooProductsSink,
    OdooTemplatesSink,
)
from pimflow_odoo.sources import (
    OdooAttributeOptionsSource,
    OdooAttributesSource,
    OdooCategoriesSource,
    OdooProductsSource,
    OdooTemplatesSource,
)
from pimflow_testkit import Setup, connection_suite, sink_suite, source_suite

from .conftest import OPTIONS, fill, opened
from .odoo_database import KEY, Erp
from .odoo_server import serve

LIVE = {}
SECRETS = ["not-this-one", KEY]


@pytest.fixture(scope="module", autouse=True)
def _live():
    with ExitStack() as stack:
        LIVE["erp"] = stack.enter_context(serve(fill(Erp())))
        LIVE["erp19"] = stack.enter_context(serve(fill(Erp(series=(19, 0)))))
        LIVE["session"] = stack.enter_context(opened(LIVE["erp"]))
        LIVE["session19"] = stack.enter_context(opened(LIVE["erp19"]))
        yield


def options(which, **other):
    return lambda _folder: {"url": LIVE[which].url, **OPTIONS, **other}


@contextmanager
def session():
    yield LIVE["session"]


@contextmanager
def session19():
    yield LIVE["session19"]


@contextmanager
def nobody_there():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.sleep", lambda _: None)
        with OdooConnection(url="http://127.0.0.1:9", **OPTIONS).open() as found:
            yield found


def failing(which):
    return {
        "a wrong key": Setup(options=options(which, api_key="not-this-one"), raises=LoginError),
        "another database": Setup(options=options(which, database="Shop"), raises=RemoteError),
        "another company": Setup(options=options(which, company="Elsewhere"), raises=ConfigError),
        "a language that is not active": Setup(options=options(which, language="es_ES"), raises=ConfigError),
    }


test_connection = connection_suite(OdooConnection, options("erp"), failing=failing("erp"), secrets=SECRETS)
test_connection_19 = connection_suite(OdooConnection, options("erp19"), failing=failing("erp19"), secrets=SECRETS)
test_products = source_suite(
    OdooProductsSource,
    {"connection": "erp"},
    session=session,
    changed="write_date",
    pages={"page_size": 5},
    failing={"nobody there": Setup(session=nobody_there, raises=UnreachableError)},
    secrets=SECRETS,
)
test_products_19 = source_suite(
    OdooProductsSource,
    {"connection": "erp", "locales": {"fr_BE": "fr_FR"}, "pictures": True},
    session=session19,
    changed="write_date",
    pages={"page_size": 5},
)
test_templates = source_suite(
    OdooTemplatesSource,
    {"connection": "erp", "locales": ["fr_FR"], "archived": False},
    session=session,
    changed="write_date",
    pages={"page_size": 5},
)
test_categories = source_suite(OdooCategoriesSource, {"connection": "erp"}, session=session, pages={"page_size": 1})
test_attributes = source_suite(OdooAttributesSource, {"connection": "erp"}, session=session19, pages={"page_size": 1})
test_options = source_suite(OdooAttributeOptionsSource, {"connection": "erp"}, session=session, pages={"page_size": 1})


# Cases that go through all texts take the first row of a sink: short ones keep the suite quick.
ROWS = [
    {"default_code": "C-2", "name": "Bowl", "description_sale": "Deep"},
    {
        "default_code": "C-1",
        "name": "Jug",
        "name@fr_FR": "Cruche",
        "barcode": "4006381333955",
        "category": "All / Kitchen / Cups",
        "list_price": "3.20",
        "standard_price": "1",
        "weight": "1.5",
        "volume": None,
        "uom_id": "product_uom_kgm",
        "type": "Goods",
        "product_tag_ids": "Dishwasher safe",
        "active": "0",
    },
]
CATEGORIES = [{"path": "All / Kitchen / Jugs / Large"}, {"path": "All / Kitchen / Jugs"}]
ATTRIBUTES = [{"name": "Size"}, {"name": "Material", "name@fr_FR": "Matière", "create_variant": "no_variant"}]
TEMPLATES = [
    {"code": "BOWL", "name": "Bowl", "description_sale": "Deep"},
    {"code": "JUG 1", "name": "Jug", "name@fr_FR": "Cruche", "category": "All / Kitchen / Cups", "list_price": "3.20",
     "type": "Goods", "product_tag_ids": "Dishwasher safe", "uom_id": "product_uom_kgm", "sale_ok": "0"},
]  # fmt: skip
VALUES = [{"attribute": "Colour", "name": "Mauve"}, {"attribute": "Colour", "name": "Pink", "name@fr_FR": "Rose"}]
VARIANTS = [
    {"default_code": "V-1", "template_code": "V", "name": "Vase", "attributes.Colour": "Red"},
    {"default_code": "V-2", "template_code": "V", "name": "Vase", "attributes.Colour": "Ochre", "weight": "2"},
]
ONCE = dict.fromkeys(
    ("unicode_is_taken_or_told", "very_long_text_is_taken_or_told"), "all sinks share the writer that products try"
)


@contextmanager
def a_reader():
    LIVE["erp"].readers_only = True
    try:
        yield LIVE["session"]
    finally:
        LIVE["erp"].readers_only = False


test_sink = sink_suite(
    OdooProductsSink,
    {"connection": "erp"},
    rows=ROWS,
    session=session,
    failing={
        "a user who may only read": Setup(session=a_reader, raises=AccessError),
        "nobody there": Setup(session=nobody_there, raises=UnreachableError),
    },
    secrets=SECRETS,
)
test_sink_19 = sink_suite(OdooProductsSink, {"connection": "erp"}, rows=ROWS, session=session19, without=ONCE)
test_category_sink = sink_suite(
    OdooCategoriesSink, {"connection": "erp"}, rows=CATEGORIES, session=session, without=ONCE
)
test_attribute_sink = sink_suite(
    OdooAttributesSink, {"connection": "erp"}, rows=ATTRIBUTES, session=session19, without=ONCE
)
test_template_sink = sink_suite(OdooTemplatesSink, {"connection": "erp"}, rows=TEMPLATES, session=session)
test_option_sink = sink_suite(
    OdooAttributeOptionsSink, {"connection": "erp"}, rows=VALUES, session=session19, without=ONCE
)
test_variant_sink = sink_suite(
    OdooProductsSink,
    {"connection": "erp", "create_options": True},
    rows=VARIANTS,
    session=session,
    without=ONCE,
)
