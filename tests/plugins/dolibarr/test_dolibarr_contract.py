"""The contract suites, against a Dolibarr in memory."""

from contextlib import contextmanager

import pytest

from pimflow import AccessError, LoginError, RemoteError, UnreachableError
from pimflow_dolibarr.connection import DolibarrConnection
from pimflow_dolibarr.sinks import DolibarrAttributesSink, DolibarrCategoriesSink, DolibarrProductsSink
from pimflow_dolibarr.sources import (
    DolibarrAttributeOptionsSource,
    DolibarrAttributesSource,
    DolibarrCategoriesSource,
    DolibarrProductsSource,
    DolibarrTemplatesSource,
)
from pimflow_testkit import Setup, connection_suite, sink_suite, source_suite

from .dolibarr_routes import KEY
from .dolibarr_server import served
from .dolibarr_shop import PNG, filled

WRONG = "not-this-key-0000000000"
HTML = b"<html><body>It does not work</body></html>"
LIVE = {}


@pytest.fixture(scope="module", autouse=True)
def _live():
    with served(filled()) as erp:
        LIVE["erp"] = erp
        yield


def options(_folder=None, **changed):
    return {"url": LIVE["erp"].url, "api_key": KEY, **changed}


def other(**changed):
    return lambda folder: options(folder, **changed)


@contextmanager
def session(**changed):
    """Open a session; a second of the ERP's time goes by."""
    LIVE["erp"].now += 1
    with DolibarrConnection(**options(**changed)).open() as found:
        yield found


@contextmanager
def nobody_there():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.sleep", lambda _: None)
        with session(url="http://127.0.0.1:9") as found:
            yield found


@contextmanager
def forbidden(*areas):
    LIVE["erp"].faults.forbidden.update(areas)
    try:
        with session() as found:
            yield found
    finally:
        LIVE["erp"].faults.forbidden.clear()


def pictures(folder):
    (folder / "front.png").write_bytes(PNG)
    return {"connection": "erp", "picture_folder": str(folder)}


# Cases that go through all texts take the first row of a sink: short ones keep the suite quick.
ROWS = [
    {"ref": "C-2", "label": "Bowl", "description": "Deep"},
    {
        "ref": "C-1",
        "label": "Jug",
        "label@fr_FR": "Cruche",
        "active": "1",
        "price": "3.20",
        "tva_tx": "21",
        "ean": "4006381333948",
        "weight": "1.5",
        "weight_units": "kg",
        "categories": "luggage,Lighting",
        "options_material": "Glass",
        "options_season": "Winter",
        "options_launch": "2026-05-01",
        "options_eco": "yes",
    },
    {"ref": "BAG-ALP-RED-L", "label": "Red, large", "template_ref": "BAG-ALP", "attributes.COLOR": "Red",
     "attributes.SIZE": "L"},
]  # fmt: skip
CATEGORIES = [{"path": "Luggage / Trolleys", "description": "With wheels"}, {"path": "Kitchen"}]
ATTRIBUTES = [{"ref": "CUT", "label": "Cut", "values": "SLIM:Slim\nWIDE:Wide"}, {"ref": "COLOR", "label": "Colour"}]
SECRETS = [KEY, WRONG]
ONCE = {"unicode_is_taken_or_told": "products try it", "very_long_text_is_taken_or_told": "products try it"}

test_connection = connection_suite(
    DolibarrConnection,
    options,
    failing={
        "a wrong key": Setup(options=other(api_key=WRONG), raises=LoginError),
        "another address": Setup(options=lambda _: options(url=f"{LIVE['erp'].url}/elsewhere"), raises=RemoteError),
        "no right to read products": Setup(session=lambda: forbidden("products"), raises=AccessError),
    },
    secrets=SECRETS,
)
test_products = source_suite(
    DolibarrProductsSource,
    {"connection": "erp", "languages": ["en_US", "fr_FR"]},
    session=session,
    changed="date_modification",
    pages={"page_size": 2},
    failing={
        "nobody there": Setup(session=nobody_there, raises=UnreachableError),
        "no right to read products": Setup(session=lambda: forbidden("products"), raises=AccessError),
    },
    secrets=SECRETS,
)
test_templates = source_suite(
    DolibarrTemplatesSource,
    {"connection": "erp", "archived": False},
    session=session,
    changed="date_modification",
    pages={"page_size": 1},
)
test_categories = source_suite(DolibarrCategoriesSource, {"connection": "erp", "languages": ["fr_FR"]}, session=session)
test_attributes = source_suite(DolibarrAttributesSource, {"connection": "erp"}, session=session)
test_options = source_suite(DolibarrAttributeOptionsSource, {"connection": "erp"}, session=session)
test_sink = sink_suite(
    DolibarrProductsSink,
    {"connection": "erp"},
    rows=ROWS,
    session=session,
    failing={
        "no right to write products": Setup(session=lambda: forbidden("POST"), raises=AccessError),
        "nobody there": Setup(session=nobody_there, raises=UnreachableError),
    },
    secrets=SECRETS,
)
test_sink_with_pictures = sink_suite(
    DolibarrProductsSink,
    pictures,
    rows=[{"ref": "P-1", "label": "Pictured", "image": "front.png"}],
    session=session,
    without={**ONCE, "current_gives_what_was_loaded": "Dolibarr is not asked for the content of files"},
)
test_category_sink = sink_suite(
    DolibarrCategoriesSink, {"connection": "erp"}, rows=CATEGORIES, session=session, without=ONCE
)
test_attribute_sink = sink_suite(
    DolibarrAttributesSink, {"connection": "erp"}, rows=ATTRIBUTES, session=session, without=ONCE
)
