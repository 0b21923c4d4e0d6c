"""The contract suite for the sources of product models, and of products by uuid."""

from contextlib import contextmanager

import pytest

from pimflow import AccessError
from pimflow_akeneo.connection import AkeneoConnection
from pimflow_akeneo.sources import AkeneoProductModelsSource, AkeneoProductsSource
from pimflow_akeneo_sandbox.serve import serve
from pimflow_testkit import Setup, source_suite

from .conftest import CATALOG

SERVED = {}
MODELS = [
    {"resource": "product_models", "data": {"code": f"m-{number:03}", "family_variant": "by_color"}}
    for number in range(110)
]
PRODUCTS = [{"resource": "products", "data": {"family": "footwear"}} for _ in range(110)]


@pytest.fixture(scope="module", autouse=True)
def _served():
    with serve(CATALOG) as sandbox:
        sandbox.seed([*MODELS, *PRODUCTS])
        SERVED["pim"] = sandbox
        yield


@contextmanager
def session(username="sandbox"):
    connection = AkeneoConnection(
        url=SERVED["pim"].url, client_id="sandbox", secret="sandbox", username=username, password=username
    )
    with connection.open() as found:
        yield found


FAILING = {"a user without rights": Setup(session=lambda: session("reader"), raises=AccessError)}

test_models = source_suite(
    AkeneoProductModelsSource, {"connection": "pim", "attributes": ["name"]}, session=session, failing=FAILING
)
test_products_by_uuid = source_suite(
    AkeneoProductsSource,
    {"connection": "pim", "attributes": ["name"], "by_uuid": True, "with_completenesses": True},
    session=session,
    failing=FAILING,
)
test_keys_alone = source_suite(
    AkeneoProductsSource, {"connection": "pim", "by_uuid": True, "only_keys": True}, session=session, failing=FAILING
)
