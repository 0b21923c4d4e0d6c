"""The contract suites, against a Tryton that really runs."""

import base64
import sqlite3
import struct
import zlib
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime

import httpx
import pytest

from pimflow import AccessError, ConfigError, LoginError, RemoteError, Run, UnreachableError, Window
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
RUN = Run("check", "check", datetime(2026, 1, 31, tzinfo=UTC))


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
    {"code": "C-2", "name": "Bowl", "description": "Deep"},
    {
        "code": "C-1",
        "name": "Jug",
        "name@fr": "Cruche",
        "default_uom": "Unit",
        "list_price": "3.20",
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
ONCE = dict.fromkeys(
    ("unicode_is_taken_or_told", "very_long_text_is_taken_or_told"), "all sinks share the writer that products try"
)

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
    {"connection": "erp", "default_unit": "u"},
    rows=ROWS,
    session=session,
    failing={
        "a user who may only read": Setup(session=lambda: session_of(username="reader"), raises=AccessError),
        "nobody there": Setup(session=nobody_there, raises=UnreachableError),
    },
    secrets=SECRETS,
)
test_template_sink = sink_suite(
    TrytonTemplatesSink, {"connection": "erp"}, rows=TEMPLATES, session=session, without=ONCE
)
test_category_sink = sink_suite(
    TrytonCategoriesSink, {"connection": "erp"}, rows=CATEGORIES, session=session, without=ONCE
)
test_attribute_sink = sink_suite(
    TrytonAttributesSink, {"connection": "erp"}, rows=ATTRIBUTES, session=session, without=ONCE
)


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


def test_pictures_have_addresses_in_full_size(erp):
    first, second = (png(side) for side in (900, 30))
    of_template = {"template": 1, "sequence": 1, "image": first}
    erp.rpc("product.image.create", [of_template, {**of_template, "product": 1, "image": second}])
    row = rows_of(TrytonProductsSource(connection="erp"))["MUG-01"]
    assert row["image"] == row["images"][0]
    answers = [httpx.get(address, trust_env=False) for address in row["images"]]
    assert [one.headers["content-type"] for one in answers] == ["image/jpeg", "image/jpeg"]
    assert [width_of(one.content) for one in answers] == [30, 900]  # the variant's own come first
    assert len(rows_of(TrytonTemplatesSource(connection="erp"))["MUG-01"]["images"]) == 2
    erp.rpc("product.product.write", [1], {"active": False})
    row = rows_of(TrytonProductsSource(connection="erp"))["MUG-01"]
    assert (row["image"], row["images"]) == (None, [])  # the server shows no picture of what is archived
    erp.rpc("product.product.write", [1], {"active": True})


def rows_of(source):
    header, *rows = source.extract(LIVE["session"], source.window(LIVE["session"], None))
    return {row["code"]: row for row in (dict(zip(header, row, strict=True)) for row in rows)}


def png(side):
    """Make a grey picture, in Tryton's encoding."""
    lines = zlib.compress(b"".join(b"\0" + b"\x80" * side for _ in range(side)))
    parts = [(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)), (b"IDAT", lines), (b"IEND", b"")]
    chunks = [struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in parts]
    content = b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
    return {"__class__": "bytes", "base64": base64.b64encode(content).decode()}


def width_of(jpeg):
    """Find the width in the frame header of a JPEG."""
    at = next(place for place in range(len(jpeg)) if jpeg[place : place + 2] in {b"\xff\xc0", b"\xff\xc2"})
    return struct.unpack(">H", jpeg[at + 7 : at + 9])[0]


def test_check_names_modules_that_are_off_and_rights_that_lack(erp):
    switch(erp, on=False)
    try:
        with session_of() as found:
            assert "modules not activated: product_image (no pictures)" in TrytonConnection(**options()).check(found)
        with session_of(username="reader") as found, pytest.raises(AccessError) as caught:
            TrytonConnection(**options(username="reader")).check(found)
    finally:
        switch(erp, on=True)
    users = "Administration > Users > Users"
    told = f"Add the user to the group 'Product Administration' under {users}: it may read product.uom."
    assert str(caught.value).endswith(told)


def switch(erp, *, on):
    """Switch the module of pictures and everybody's right to read units off or on; no call can do that."""
    with closing(sqlite3.connect(erp.folder / "db" / "erp.sqlite", timeout=30)) as database, database:
        state, rule = ("activated" if on else "not activated"), "model = 'product.uom' AND \"group\" IS NULL"
        database.execute("UPDATE ir_module SET state = ? WHERE name = 'product_image'", [state])
        database.execute(f"UPDATE ir_model_access SET perm_read = ? WHERE {rule}", [on])
    group = erp.rpc("res.group.search", [["name", "=", "Product Administration"]], 0, None, None)[0]
    erp.rpc("ir.model.access.create", [{"model": "product.uom", "group": group, "perm_read": True}])  # it looks anew


def test_a_module_that_is_missing_is_named(erp):
    with session_of() as found:
        found.catalog._once("modules", lambda: frozenset({"product"}))
        with pytest.raises(RemoteError, match=r"has not activated the module product_attribute\. Its administrator"):
            next(iter(TrytonAttributesSource(connection="erp").extract(found, Window())))
        with pytest.raises(RemoteError, match="module product_attribute"):
            TrytonAttributesSink(connection="erp").open(found, RUN)


def test_a_writer_without_rights_is_told_the_group_that_it_lacks(erp):
    with session_of(username="reader") as found, pytest.raises(AccessError) as caught:
        TrytonCategoriesSink(connection="erp").open(found, RUN)
    assert str(caught.value) == (
        "User 'reader' of Tryton may not write categories. Add the user to the group 'Product Administration' under "
        "Administration > Users > Users: it may create product.category."
    )


def test_columns_that_cannot_be_written_are_told_with_what_to_do():
    writer = TrytonProductsSink(connection="erp").open(LIVE["session"], RUN)
    columns = ("name@de", "attributes.none", "image", "nope", "identifiers.none", "name@fr")
    told = {name: str(problem) for name, problem in writer.check_columns(columns).items()}
    assert told == {
        "name@de": "name@de: Tryton has not loaded the language 'de'",
        "attributes.none": "attributes.none: Tryton has no product attribute 'none'",
        "image": "image: pictures are written from a folder only, and with the module product_image",
        "nope": "nope: Tryton has no field 'nope' of products that can be written",
        "identifiers.none": "identifiers.none: Tryton has no field 'identifiers.none' of products that can be written",
    }
