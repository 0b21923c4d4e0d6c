"""The check of requests against Akeneo's API description can fail, and names path, line and mistake."""

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest

from pimflow_akeneo_sandbox.serve import serve
from pimflow_http import Client, Remote

from .openapi_requests.contract import COLLECTION, Contract

JSON = "application/json"
ROOT = "/api/rest/v1"
UUID = "0a4b2f4e-6f0c-4c58-9f7c-0b6f3a1c2d3e"
SENDS = """
from pimflow_http import Client, Remote
with Client(Remote("the PIM", {url!r})) as client:
    client.request("GET", "/api/rest/v1/families", params={{"colour": "red"}}, handled={{401, 422}})
"""
RUN = """
import sys
import pytest
from pathlib import Path
from pimflow_akeneo_sandbox.serve import serve
from openapi_requests.contract import Contract
from openapi_requests.watch import Watch

watch = Watch(Contract(Path({file!r})), Path("found.txt"))
watch.install(pytest.MonkeyPatch())
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", {test!r}], plugins=[watch]))
"""
INNER = """
import subprocess, sys
from pimflow_http import Client, Remote
from pimflow_akeneo_sandbox.serve import serve
import pytest

SENDS = {sends!r}

def test_in_this_process():
    with serve() as pim:
        exec(SENDS.format(url=pim.url))

def test_in_another_process():
    with serve() as pim:
        subprocess.run([sys.executable, "-c", SENDS.format(url=pim.url)], check=True)

@pytest.fixture
def early():
    with serve() as pim:
        exec(SENDS.format(url=pim.url))

def test_in_a_fixture(early):
    pass

def test_documented():
    with serve() as pim, Client(Remote("the PIM", pim.url)) as client:
        client.request("GET", "/api/rest/v1/families", params={{"limit": "5"}}, handled={{401}})
"""


@pytest.fixture(scope="module")
def contract(shared):
    return Contract(shared / "reference" / "akeneo-openapi30.json")


@pytest.fixture
def watch(request, shared):
    return request.config.pluginmanager.get_plugin("openapi_requests")


def test_a_test_that_sends_an_undocumented_parameter_fails(tmp_path, shared):
    inner = tmp_path / "test_inner.py"
    inner.write_text(INNER.format(sends=SENDS))
    file = str(shared / "reference" / "akeneo-openapi30.json")
    code = RUN.format(file=file, test=str(inner))
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert "GET /api/rest/v1/families: parameter colour is not documented" in done.stdout, done.stdout + done.stderr
    assert re.findall(r"(\d+ (?:failed|passed|error))", done.stdout) == ["2 failed", "1 passed", "1 error"], done.stdout


def test_requests_of_this_test_are_seen_and_those_of_others_are_not(watch):
    with serve() as pim, Client(Remote("the PIM", pim.url)) as client:
        before = watch.requests
        client.request("GET", f"{ROOT}/families", params={"limit": "5"}, handled={401})
        assert watch.requests == before + 2
        client.request("GET", f"{ROOT}/families?a=b", headers={"User-Agent": "somebody"}, handled={401})
        assert watch.requests == before + 2
        client.request("GET", "/elsewhere", handled={404})
    assert watch.take() == ["GET /elsewhere: no such path is documented"]


def test_a_sandbox_in_another_process_is_watched_too(watch, watched_sandbox):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment = os.environ | watched_sandbox | {"PYTHONPATH": watched_sandbox["PIMFLOW_TEST_PATH"]}
    command = [sys.executable, "-m", "openapi_requests.child", "sandbox", "--port", port]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as server:
        try:
            subprocess.run([sys.executable, "-c", SENDS.format(url=f"http://127.0.0.1:{port}")], check=True)
        finally:
            server.terminate()
    assert watch.take() == ["GET /api/rest/v1/families: parameter colour is not documented"]


def lines(*records):
    return b"\n".join(orjson.dumps(record) for record in records)


def value(data, **more):
    return {"name": [{"locale": None, "scope": None, "data": data, **more}]}


def upload(*parts):
    """Give content type and body of a form with these (name, text)."""
    begin = "\r\n".join(
        f'--cut\r\nContent-Disposition: form-data; name="{name}"'
        + ('; filename="a.png"' if name == "file" else "")
        + f"\r\n\r\n{text}"
        for name, text in parts
    )
    return "multipart/form-data; boundary=cut", f"{begin}\r\n--cut--\r\n".encode()


def text_of(record):
    return orjson.dumps(record).decode()


KIT = {"KIT": {"products": [{"uuid": UUID, "quantity": 1}], "product_models": [{"identifier": "m", "quantity": 2}]}}
PLACE = {"identifier": "a", "attribute": "picture", "scope": None, "locale": "en_US"}
BY_UUID = {**{name: part for name, part in PLACE.items() if name != "identifier"}, "uuid": UUID}


@pytest.mark.parametrize(
    ("method", "target", "kind", "body"),
    [
        ("GET", "", "", b""),
        ("GET", "/system-information", "", b""),
        ("GET", "/products?limit=100&with_count=true&pagination_type=search_after&search=%7B%7D", "", b""),
        ("GET", "/products/a%2Fb", "", b""),
        ("GET", "/media-files/f/2/e/6/x_a.pdf/download", "", b""),
        ("PATCH", f"/products-uuid/{UUID}", JSON, orjson.dumps({"values": value(None), "parent": None})),
        ("PATCH", "/products", COLLECTION, lines({"identifier": "a", "values": value("x")}, {"identifier": "b"})),
        ("PATCH", "/products-uuid", COLLECTION, lines({"uuid": UUID, "add_categories": ["a"]})),
        ("PATCH", "/families", COLLECTION, lines({"code": "a", "labels": {"en_US": None}})),
        ("PATCH", "/attributes", COLLECTION, lines({"code": "a", "auto_option_sorting": True})),
        ("PATCH", "/product-models", COLLECTION, lines({"code": "a", "quantified_associations": KIT})),
        ("POST", "/products-uuid", JSON, orjson.dumps({"quantified_associations": KIT})),
        ("PATCH", "/families/a/variants", COLLECTION, lines({"code": "a", "labels": {}})),
        ("PATCH", "/measurement-families", JSON, orjson.dumps([{"code": "a", "standard_unit_code": "b", "units": {}}])),
        ("POST", "/media-files", *upload(("product", text_of(PLACE)), ("file", "bytes"))),
        ("POST", "/media-files", *upload(("product", text_of(BY_UUID)), ("file", "bytes"))),
        ("POST", "/jobs/export/a", "", b""),
    ],
)
def test_a_documented_request_passes(contract, method, target, kind, body):
    assert list(contract.violations(method, ROOT + target, kind, body)) == []


@pytest.mark.parametrize(
    ("method", "target", "kind", "body", "told"),
    [
        ("GET", "/product", "", b"", "no such path"),
        ("DELETE", "/attributes/a", "", b"", "has no DELETE"),
        ("GET", "/products?limit=0", "", b"", "parameter limit: 0 is less than the minimum of 1"),
        ("GET", "/products?limit=ten", "", b"", 'parameter limit: "ten" is not of type "integer"'),
        ("GET", "/products?with_count=1", "", b"", 'parameter with_count: "1" is not of type "boolean"'),
        ("GET", "/products?pagination_type=all", "", b"", "parameter pagination_type"),
        ("GET", "/products?limit=5&limit=6", "", b"", "parameter limit is given twice"),
        ("GET", "/families/a/variants?search=%7B%7D", "", b"", "parameter search is not documented"),
        ("GET", "/products", "", b"{}", "no body is documented"),
        ("PATCH", "/products", JSON, b"[]", "content type 'application/json' is not documented"),
        (
            "PATCH",
            "/products",
            COLLECTION,
            lines({"identifier": "a"}, {"identifier": 5}),
            "line 2, identifier: 5 is not",
        ),
        ("PATCH", "/products", COLLECTION, lines({"enabled": True}), 'line 1: "identifier" is a required property'),
        ("PATCH", "/products", COLLECTION, lines({"identifier": "a", "group": []}), "'group' was unexpected"),
        ("PATCH", "/products", COLLECTION, b'{"identifier": ', "line 1: no JSON"),
        ("PATCH", "/products-uuid", COLLECTION, lines({"identifier": "a"}), "'identifier' was unexpected"),
        ("PATCH", "/product-models", COLLECTION, lines({"code": "a", "enabled": True}), "'enabled' was unexpected"),
        (
            "PATCH",
            "/products/a",
            JSON,
            orjson.dumps({"values": value(1, unit="x")}),
            "body, values.name.0: Additional properties are not allowed ('unit' was unexpected)",
        ),
        (
            "PATCH",
            "/products-uuid",
            COLLECTION,
            lines({"uuid": UUID, "quantified_associations": {"KIT": {"products": [{"identifier": "a"}]}}}),
            "line 1, quantified_associations.KIT.products.0: Additional properties",
        ),
        ("PATCH", "/families", COLLECTION, lines({"code": "a", "attributes": "sku"}), "line 1, attributes:"),
        ("POST", "/media-files", *upload(("product", "{}"), ("file", "x")), 'part product: "'),
        ("POST", "/media-files", *upload(("product", text_of(PLACE))), 'parts: "file" is a required property'),
        ("POST", "/media-files", *upload(("file", "x"), ("kind", "x")), "('kind' was unexpected)"),
        (
            "POST",
            "/media-files",
            *upload(("file", "x"), ("product", text_of(PLACE)), ("product_model", text_of(PLACE))),
            "exclude each other",
        ),
    ],
)
def test_an_undocumented_request_is_told(contract, method, target, kind, body, told):
    found = list(contract.violations(method, ROOT + target, kind, body))
    assert found
    assert all(one.startswith(f"{method} {ROOT}{target.partition('?')[0]}: ") for one in found)
    assert any(told in one for one in found), found


def test_the_check_of_a_full_batch_takes_little_time(contract):
    values = {f"a{number}": [{"locale": None, "scope": None, "data": "x" * 30}] for number in range(40)}
    body = lines(*({"identifier": f"p{number}", "values": values} for number in range(100)))
    list(contract.violations("PATCH", f"{ROOT}/products", COLLECTION, body))
    begin = time.process_time()
    assert list(contract.violations("PATCH", f"{ROOT}/products", COLLECTION, body)) == []
    assert time.process_time() - begin < 0.5
