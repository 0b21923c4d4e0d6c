"""The contract suites against an Odoo that somebody runs: a test database, as products are written to it.

`PIMFLOW_TEST_ODOO` holds its connection as JSON: `{"url": …, "database": …, "username": …, "api_key": …}`.
"""

import json
import os
from contextlib import contextmanager

import pytest

from pimflow import LoginError, RemoteError
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

LIVE = json.loads(os.environ.get("PIMFLOW_TEST_ODOO", "{}"))
pytestmark = pytest.mark.skipif(not LIVE, reason="PIMFLOW_TEST_ODOO names no server")
ERP = {"connection": "erp"}
ROWS = [
    {"default_code": "PF-2", "name": "Bowl", "description_sale": "Deep"},
    {"default_code": "PF-1", "name": "Jug", "barcode": "4006381333955", "list_price": "3.20", "weight": "1.5"},
]
ONCE = dict.fromkeys(
    ("unicode_is_taken_or_told", "very_long_text_is_taken_or_told"), "all sinks share the writer that products try"
)


def options(**other):
    return lambda _folder: {**LIVE, **other}


@contextmanager
def session():
    with OdooConnection(**LIVE).open() as found:
        yield found


test_connection = connection_suite(
    OdooConnection,
    options(),
    failing={
        "a wrong key": Setup(options=options(api_key="not-this-one"), raises=LoginError),
        "another database": Setup(options=options(database="no_such_db"), raises=RemoteError),
    },
    secrets=["not-this-one"],
)
PAGES = {"page_size": 200}
test_products = source_suite(OdooProductsSource, ERP, session=session, changed="write_date", pages=PAGES)
test_templates = source_suite(OdooTemplatesSource, ERP, session=session, changed="write_date", pages=PAGES)
test_categories = source_suite(OdooCategoriesSource, ERP, session=session, pages={"page_size": 2})
test_attributes = source_suite(OdooAttributesSource, ERP, session=session, pages={"page_size": 2})
test_options = source_suite(OdooAttributeOptionsSource, ERP, session=session, pages={"page_size": 7})
test_sink = sink_suite(OdooProductsSink, ERP, rows=ROWS, session=session)
test_category_sink = sink_suite(
    OdooCategoriesSink, ERP, rows=[{"path": "Pimflow / Jugs"}, {"path": "Pimflow"}], session=session, without=ONCE
)
test_attribute_sink = sink_suite(OdooAttributesSink, ERP, rows=[{"name": "Pimflow"}], session=session, without=ONCE)
test_template_sink = sink_suite(
    OdooTemplatesSink, ERP, rows=[{"code": "PF 2", "name": "Bowls"}, {"code": "PF 1", "name": "Jugs"}], session=session
)
test_option_sink = sink_suite(
    OdooAttributeOptionsSink,
    {**ERP, "create_attributes": True},
    rows=[{"attribute": "Pimflow hue", "name": "Mauve"}, {"attribute": "Pimflow hue", "name": "Pink"}],
    session=session,
    without=ONCE,
)
test_variant_sink = sink_suite(
    OdooProductsSink,
    {**ERP, "create_options": True},
    rows=[
        {"default_code": "PF-3-1", "template_code": "PF 3", "name": "Vase", "attributes.Pimflow size": "Small"},
        {"default_code": "PF-3-2", "template_code": "PF 3", "name": "Vase", "attributes.Pimflow size": "Large"},
    ],
    session=session,
    without=ONCE,
)
