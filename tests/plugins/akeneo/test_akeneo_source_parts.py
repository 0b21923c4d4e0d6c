"""A complete read in parts of some families each: every product once, in few calls, whatever people do meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from pydantic import ValidationError

from pimflow import Window
from pimflow_akeneo.connection import AkeneoConnection
from pimflow_akeneo.sources import AkeneoProductsSource
from pimflow_akeneo_sandbox.serve import serve
from pimflow_testkit import source_suite

from .conftest import CATALOG
from .pim_setup import calls

GET = "GET /api/rest/v1/products"
FAMILY = CATALOG["families"][0]
FAMILIES = [FAMILY | {"code": f"family{number:02}"} for number in range(20)]
SERVED = {}


def product(number, family):
    return {"resource": "products", "data": {"identifier": f"p-{number:03}", "family": family}}


PRODUCTS = [product(number, f"family{number % 20:02}" if number % 3 else None) for number in range(150)]


@pytest.fixture(scope="module", autouse=True)
def _served():
    with serve(CATALOG | {"families": [*CATALOG["families"], *FAMILIES]}) as sandbox:
        SERVED["pim"] = sandbox
        yield


@pytest.fixture
def pim():
    SERVED["pim"].reset()
    SERVED["pim"].seed(PRODUCTS)
    return SERVED["pim"]


@contextmanager
def opened():
    who = {"client_id": "sandbox", "secret": "sandbox", "username": "sandbox", "password": "sandbox"}
    with AkeneoConnection(url=SERVED["pim"].url, **who).open() as session:
        yield session


@pytest.fixture
def session(pim):
    with opened() as session:
        yield session


SOURCE = AkeneoProductsSource(connection="pim", partitions="family")


def read(session, part, source=SOURCE):
    header, *rows = source.extract(session, part)
    return [(row[header.index("identifier")], row[header.index("family")]) for row in rows]


def everything(session, parts, source=SOURCE):
    return sorted((row for part in parts for row in read(session, part, source)), key=str)


@pytest.fixture(scope="module")
def seeded():
    SERVED["pim"].seed(PRODUCTS)


test_the_contract = pytest.mark.usefixtures("seeded")(
    source_suite(
        AkeneoProductsSource,
        {"connection": "pim", "attributes": ["name"]},
        session=opened,
        parts={"partitions": "family"},
    )
)


def test_each_product_comes_once_also_without_a_family(pim, session):
    parts = SOURCE.parts(session, Window())
    assert (len(parts), [part.last for part in parts].index(True)) == (18, 17)
    expected = ((one["data"]["identifier"], one["data"]["family"]) for one in PRODUCTS)
    assert everything(session, parts) == sorted(expected, key=str)


def test_parts_take_one_call_a_page_and_little_more(pim, session):
    session.catalog.families  # noqa: B018 - asked for before
    parts = SOURCE.parts(session, Window())
    before = calls(pim, GET)
    for part in parts:
        read(session, part)
    assert calls(pim, GET) - before == 16 + 1 + 2  # families, those without, and again all that was made just now


def test_a_product_that_moves_to_a_family_that_was_read_is_not_lost(pim, session):
    first, second, *rest = SOURCE.parts(session, Window())
    found = read(session, second)
    assert ("p-041", "family01") in found
    pim.seed([product(20, "family01"), product(40, "family01")])  # both were in family00, which is read now
    found += read(session, first)
    assert "p-020" not in dict(found)
    for part in rest:
        found += read(session, part)
    keys = [key for key, _ in found]
    assert sorted(keys) == [one["data"]["identifier"] for one in PRODUCTS]
    assert dict(found)["p-020"] == "family01"


def test_a_product_that_moves_on_to_a_family_to_be_read_comes_once(pim, session):
    first, *rest = SOURCE.parts(session, Window())
    found = read(session, first)
    assert dict(found)["p-020"] == "family00"
    pim.seed([product(20, "family05")])
    for part in rest:
        found += read(session, part)
    assert [key for key, _ in found].count("p-020") == 1
    assert len(found) == len(PRODUCTS)


def test_products_of_a_family_that_is_made_meanwhile_come_too(pim, session):
    parts = SOURCE.parts(session, Window())
    found = [row for part in parts[:-1] for row in read(session, part)]
    pim.seed([{"resource": "families", "data": FAMILY | {"code": "new"}}, product(500, "new")])
    assert read(session, parts[-1]) == [("p-500", "new")]
    assert len(found) == len(PRODUCTS)


def test_parts_that_are_read_at_the_same_time_give_no_product_twice(pim, session):
    *parts, last = SOURCE.parts(session, Window())
    with ThreadPoolExecutor(4) as threads:
        found = [row for rows in threads.map(lambda part: read(session, part), parts) for row in rows]
    assert len({key for key, _ in found}) == len(found) == len(PRODUCTS)
    assert read(session, last) == []


def test_two_reads_of_one_session_know_nothing_of_each_other(pim, session):
    for _ in range(2):
        assert len(everything(session, SOURCE.parts(session, Window()))) == len(PRODUCTS)


def test_changes_are_read_in_one_piece(pim, session):
    window = SOURCE.window(session, SOURCE.window(session, None).cursor)
    assert window.since is not None
    assert SOURCE.parts(session, window) == (window,)


def test_a_cursor_holds_whether_or_not_the_read_is_cut(pim, session):
    whole = AkeneoProductsSource(connection="pim")
    assert SOURCE.window(session, whole.window(session, None).cursor).since is not None


def test_a_condition_on_families_holds_in_parts_too(pim, session):
    source = AkeneoProductsSource(
        connection="pim", partitions="family", search={"family": {"operator": "IN", "value": ["family01", "family02"]}}
    )
    found = everything(session, source.parts(session, Window()), source)
    wanted = [one["data"] for one in PRODUCTS if one["data"]["family"] in {"family01", "family02"}]
    assert found == sorted((one["identifier"], one["family"]) for one in wanted)


def test_parts_go_without_media(tmp_path):
    with pytest.raises(ValidationError, match="goes without `media`"):
        AkeneoProductsSource(connection="pim", partitions="family", media=tmp_path)
