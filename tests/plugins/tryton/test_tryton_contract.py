"""The contract suites, against a Tryton that really runs."""

from contextlib import ExitStack, contextmanager

import pytest

from pimflow import AccessError, ConfigError, LoginError, RemoteError, UnreachableError
from pimflow_testkit import Setup, connection_suite, sink_suite, source_suite
from pimflow_tryton.connection import TrytonConnection
from pimflow_tryton.sinks import (
    TrytonAttributesSink,
    TrytonCategoriesSink,
    TrytonProductsSink,
    TrytonTemplatesSink,
)
from pimflow_tryton.sources import (
    TrytonAttributeOptionsSource,
    TrytonAttributesSource,
    TrytonCategoriesSource,
    TrytonProductsSource,
    TrytonTemplatesSource,
)

from .erp import PASSWORD

pytestmark = pytest.mark.slow
LIVE = {}


@pytest.fixture(scope="module", autouse=True)
def _live(erp):
    LIVE["url"] = erp.url
    reader = {"login": "reader", "name": "Reader", "password": PASSWORD}
    erp.rpc("res.user.create", [{**reader, "companies": [["add", [1]]], "company": 1}])
    homeless = erp.rpc("res.user.create", [{**reader, "login": "homeless"}])
    erp.rpc("res.user.write", homeless, {"companies": [["remove", [1]]], "company": None})
    with ExitStack() as stack:
        LIVE["session"] = stack.enter_context(TrytonConnection(**options()).open())
        yield


def options(_folder=None, **other):
    right = {"url": LIVE["url"], "database": "erp", "username": "admin", "password": PASSWORD}
    return {**right, **other}


def other(**changed):
    return lambda folder: options(folder, **changed)


@contextmanager
def session():
    yield LIVE["session"]


@contextmanager
def session_of(**changed):
    with TrytonConnection(**options(**changed)).open() as found:
        yield found


@contextmanager
def nobody_there():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.sleep", lambda _: None)
        with session_of(url="http://127.0.0.1:9") as found:
            yield found


# Cases that go through all texts take the first row of a sink: short ones keep the suite quick.
ROWS = [
    {"code": "C-2", "name": "Bowl", "default_uom": "Unit", "list_price": "3.20", "description": "Deep"},
    {
        "code": "C-1",
        "name": "Jug",
        "name@fr": "Cruche",
        "default_uom": "u",
        "categories": "cups",
        "attribute_set": "Crockery",
        "attributes.color": "red",
        "ean": "4006381333931",
        "weight": "1.5",
        "weight_uom": "kg",
        "active": "1",
    },
    {"code": "C-1-B", "template_code": "C-1", "name": "Jug", "default_uom": "u", "identifiers.mpn": "J 1"},
]
TEMPLATES = [
    {"code": "C-3", "name": "Pan", "default_uom": "u"},
    {"code": "C-4", "name": "Pot", "name@fr": "Pot", "default_uom": "u", "categories": "kitchen", "type": "goods"},
]
CATEGORIES = [{"code": "a", "name": "A"}, {"code": "jugs", "name": "Jugs", "name@fr": "Cruches", "parent": "kitchen"}]
ATTRIBUTES = [
    {"name": "volume", "string": "Volume", "type_": "float"},
    {"name": "size", "string": "Size", "type_": "selection", "selection": "s:S\nm:M", "sets": "Crockery"},
]
SECRETS = ["not-this-one", PASSWORD]

test_connection = connection_suite(
    TrytonConnection,
    options,
    failing={
        "a wrong password": Setup(options=other(username="reader", password="not-this-one"), raises=LoginError),
        "another database": Setup(options=other(database="nodb"), raises=RemoteError),
        "another company": Setup(options=other(company="Südlicht"), raises=ConfigError),
        "a language that is not loaded": Setup(options=other(language="de"), raises=ConfigError),
        "a user without a company": Setup(options=other(username="homeless"), raises=AccessError),
    },
    secrets=SECRETS,
)
test_products = source_suite(
    TrytonProductsSource,
    {"connection": "erp"},
    session=session,
    changed="last_modified_at",
    pages={"page_size": 5},
    failing={"nobody there": Setup(session=nobody_there, raises=UnreachableError)},
    secrets=SECRETS,
)
test_templates = source_suite(
    TrytonTemplatesSource,
    {"connection": "erp", "languages": ["fr"], "archived": False},
    session=session,
    changed="last_modified_at",
    pages={"page_size": 5},
)
test_categories = source_suite(TrytonCategoriesSource, {"connection": "erp"}, session=session, pages={"page_size": 1})
test_attributes = source_suite(TrytonAttributesSource, {"connection": "erp"}, session=session, pages={"page_size": 1})
test_options = source_suite(TrytonAttributeOptionsSource, {"connection": "erp"}, session=session)
test_sink = sink_suite(
    TrytonProductsSink,
    {"connection": "erp"},
    rows=ROWS,
    session=session,
    failing={
        "a user who may only read": Setup(session=lambda: session_of(username="reader"), raises=AccessError),
        "nobody there": Setup(session=nobody_there, raises=UnreachableError),
    },
    secrets=SECRETS,
)
test_template_sink = sink_suite(TrytonTemplatesSink, {"connection": "erp"}, rows=TEMPLATES, session=session)
test_category_sink = sink_suite(TrytonCategoriesSink, {"connection": "erp"}, rows=CATEGORIES, session=session)
test_attribute_sink = sink_suite(TrytonAttributesSink, {"connection": "erp"}, rows=ATTRIBUTES, session=session)


def test_check_names_what_a_reader_may_not_write():
    connection = TrytonConnection(**options(username="reader", company="1"))
    with connection.open() as found:
        told = connection.check(found)
    models = "product.product, product.template, product.category"
    assert told.endswith(f"; may not write {models} (members of Product Administration may)")


def test_unknown_languages_and_fields_are_told_at_once():
    for wrong, word in (({"languages": ["de"]}, "de; known: en, fr"), ({"more_fields": ["nope"]}, "nope; known: ")):
        source = TrytonProductsSource(connection="erp", **wrong)
        with pytest.raises(ConfigError, match=word):
            source.columns(LIVE["session"])


def test_prices_are_hot_and_texts_are_translatable():
    fields = {field.name: field for field in TrytonProductsSource(connection="erp").discover(LIVE["session"])}
    assert {name for name, field in fields.items() if field.hot} >= {"list_price", "cost_price"}
    assert {name for name, field in fields.items() if field.translatable} >= {"name", "name@fr", "description@en"}
    assert fields["attributes.color"].label == "Colour"


def test_more_fields_become_columns():
    source = TrytonProductsSource(connection="erp", more_fields=["rec_name", "create_date"], languages=[])
    header, first, *_ = source.extract(LIVE["session"], source.window(LIVE["session"], None))
    assert dict(zip(header, first, strict=True))["rec_name"] == "[MUG-01] Mug 1"


def test_a_cursor_of_other_columns_is_of_no_use():
    source = TrytonProductsSource(connection="erp")
    cursor = source.window(LIVE["session"], None).cursor
    assert source.window(LIVE["session"], cursor).since is not None
    assert TrytonProductsSource(connection="erp", languages=["fr"]).window(LIVE["session"], cursor).since is None


def test_a_picture_has_an_address_in_full_size(erp):
    pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
    content = {"__class__": "bytes", "base64": pixel}
    erp.rpc("product.image.create", [{"template": 1, "image": content, "sequence": 1}])
    source = TrytonProductsSource(connection="erp")
    header, first, *_ = source.extract(LIVE["session"], source.window(LIVE["session"], None))
    address = dict(zip(header, first, strict=True))["image"]
    assert address.startswith(f"{erp.url}/product/")
    assert "?" not in address

    import httpx

    assert httpx.get(address, trust_env=False).headers["content-type"] == "image/jpeg"
