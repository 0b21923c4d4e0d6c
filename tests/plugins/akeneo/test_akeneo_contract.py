"""The contract suites, against a PIM that is really served."""

from contextlib import contextmanager

import pytest

from pimflow import AccessError, LoginError, UnreachableError
from pimflow_akeneo.connection import AkeneoConnection
from pimflow_akeneo.sinks import AkeneoProductsSink
from pimflow_akeneo.sources import AkeneoProductsSource
from pimflow_akeneo_sandbox.serve import serve
from pimflow_akeneo_sandbox.settings import Credentials, Settings
from pimflow_testkit import Setup, connection_suite, sink_suite, source_suite

from .conftest import CATALOG

SERVED = {}
SECRET, PASSWORD = "hush-secret", "hush-password"
PRODUCTS = [
    {"resource": "products", "data": {"identifier": f"p-{number:03}", "family": "footwear"}} for number in range(120)
]


@pytest.fixture(scope="module", autouse=True)
def _served():
    credentials = Credentials("client-7", SECRET, users=(("erp", PASSWORD),), readers=(("guest", PASSWORD),))
    with serve(CATALOG, settings=Settings(credentials)) as sandbox:
        SERVED["pim"] = sandbox
        yield


@pytest.fixture(autouse=True)
def _products():
    SERVED["pim"].reset()
    SERVED["pim"].seed(PRODUCTS)


def options(_folder=None, **other):
    right = {"url": SERVED["pim"].url, "client_id": "client-7", "secret": SECRET, "username": "erp"}
    return {**right, "password": PASSWORD, **other}


def wrong(**other):
    return lambda folder: options(folder, **other)


@contextmanager
def session(**other):
    with AkeneoConnection(**options(**other)).open() as found:
        yield found


@contextmanager
def nobody_there():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.sleep", lambda _: None)
        with session(url="http://127.0.0.1:9") as found:
            yield found


ROWS = [
    {
        "identifier": "c-1",
        "family": "footwear",
        "name-en_US": "Boot",
        "ean": "1",
        "price-EUR": "5.5",
        "weight": "1 GRAM",
    },
    {"identifier": "c-2", "family": "footwear", "name-en_US": "Shoe", "description-en_US-shop": "Long", "color": "red"},
]

test_connection = connection_suite(
    AkeneoConnection,
    options,
    failing={
        "a wrong secret": Setup(options=wrong(secret="not-this-one"), raises=LoginError),
        "a wrong password": Setup(options=wrong(password="not-this-one"), raises=LoginError),
        "a user without rights": Setup(options=wrong(username="guest"), raises=AccessError),
    },
    secrets=["not-this-one", SECRET, PASSWORD],
)
test_source = source_suite(
    AkeneoProductsSource,
    {"connection": "pim", "attributes": ["name", "price"]},
    session=session,
    failing={"a user without rights": Setup(session=lambda: session(username="guest"), raises=AccessError)},
)
test_sink = sink_suite(
    AkeneoProductsSink,
    {"connection": "pim"},
    rows=ROWS,
    session=session,
    failing={
        "a wrong secret": Setup(session=lambda: session(secret="not-this-one"), raises=LoginError),
        "nobody there": Setup(session=nobody_there, raises=UnreachableError),
    },
    secrets=["not-this-one", SECRET, PASSWORD],
)
