import json
from base64 import b64decode
from contextlib import suppress

import httpx
import pytest

from pimflow_testkit import (
    RecordingTransport,
    ReplayTransport,
    RowMatcher,
    UnrecordedError,
    replayed,
)

SYSTEMS = ["business_central", "dolibarr", "erpnext", "odoo", "sap", "tryton", "woocommerce"]


def exchange(method="GET", path="/items", answer=None, **request):
    return {
        "request": {"method": method, "path": path, **request},
        "response": {"status": 200, "headers": {"content-type": "application/json"}, "json": answer},
    }


def client(*recordings, matcher=None):
    return httpx.Client(transport=ReplayTransport(*recordings, matcher=matcher), base_url="https://erp.example.com")


def live(recorded):
    """Build the request that a client would have sent."""
    body = {}
    if "json" in recorded:
        body = {"json": recorded["json"]}
    elif "form" in recorded:
        body = {"data": recorded["form"]}
    elif "files" in recorded:
        body = {"files": {"file": b"x"}}
    elif "base64" in recorded:
        body = {"content": b64decode(recorded["base64"])}
    elif "text" in recorded:
        body = {"content": recorded["text"].encode()}
    url = httpx.URL("https://erp.example.com").copy_with(path=recorded["path"], params=recorded.get("query") or None)
    return httpx.Request(recorded["method"], url, **body)


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_recorded_exchange_can_be_replayed(shared, system):
    count = 0
    for path in sorted((shared / "captures" / system).glob("*.json")):
        for recorded in json.loads(path.read_text()).get("exchanges", []):
            transport = ReplayTransport([recorded])
            response = transport.handle_request(live(recorded["request"]))
            expected = recorded["response"]
            assert response.status_code == expected["status"]
            if "json" in expected:
                assert response.json() == expected["json"]
            elif "base64" in expected:
                assert response.content == b64decode(expected["base64"])
            else:
                assert response.text == expected.get("text", "")
            count += 1
    assert count > 30


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_recording_played_in_its_order_gives_its_answers_in_that_order(shared, system):
    for path in sorted((shared / "captures" / system).glob("*.json")):
        exchanges = json.loads(path.read_text()).get("exchanges", [])
        transport = ReplayTransport(exchanges)
        found = [transport.handle_request(live(each["request"])).status_code for each in exchanges]
        assert found == [each["response"]["status"] for each in exchanges], path.name


def test_equal_requests_get_their_answers_in_order_then_the_last_again():
    with client([exchange(answer=1), exchange(path="/other", answer=9), exchange(answer=2)]) as http:
        assert [http.get("/items").json() for _ in range(4)] == [1, 2, 2, 2]


def test_the_order_of_query_parameters_and_keys_does_not_matter():
    with client([exchange("POST", query={"a": 1, "b": True}, json={"x": 1, "y": 2}, answer="ok")]) as http:
        assert http.post("/items?b=true&a=1", content=b'{"y": 2, "x": 1}').json() == "ok"


def test_a_parameter_may_occur_several_times():
    with client([exchange(query={"f": ["a", "b"]}, answer=1)]) as http:
        assert http.get("/items", params={"f": ["a", "b"]}).json() == 1
        with pytest.raises(UnrecordedError):
            http.get("/items", params={"f": ["a"]})


@pytest.mark.parametrize(
    ("method", "url", "body", "told"),
    [
        ("PUT", "/items?limit=10", None, "method: recorded 'GET', asked 'PUT'"),
        ("GET", "/item?limit=10", None, "path: recorded '/items', asked '/item'"),
        ("GET", "/items?limit=11", None, "parts[0].limit: recorded '10', asked '11'"),
        ("GET", "/items?limit=10&page=2", None, "parts[0].page: recorded 'None', asked '2'"),
        ("GET", "/items?limit=10", {"a": 1}, "asked \"{'a': 1}\""),
    ],
)
def test_anything_else_fails_and_tells_the_nearest_recording(method, url, body, told):
    recording = [exchange("DELETE", "/zzz"), exchange(query={"limit": 10})]
    with client(recording) as http, pytest.raises(UnrecordedError) as caught:
        http.request(method, url, json=body)
    text = str(caught.value)
    assert f"No recording answers this request:\n  {method} /item" in text
    assert "The nearest one:\n  GET /items limit=10" in text
    assert told in text


def test_the_matcher_says_what_counts_and_cuts_rows_to_the_fields_asked_for():
    rows = [{"id": 1, "sku": "A", "name": "Chair"}, {"id": 2, "sku": "B", "name": "Table"}]
    recording = [exchange(query={"fields": "id,sku,name", "nonce": "1"}, answer={"value": rows})]
    with client(recording, matcher=RowMatcher(rows="value", ignored=["nonce"])) as http:
        assert http.get("/items?fields=sku&nonce=2").json() == {"value": [{"sku": "A"}, {"sku": "B"}]}
        assert http.get("/items").json() == {"value": rows}
        with pytest.raises(UnrecordedError, match="the recording has no field price"):
            http.get("/items?fields=sku,price")


def test_replayed_reaches_every_client_and_nothing_beyond():
    with replayed([exchange(answer="ok")]):
        assert httpx.get("https://nowhere.invalid/items").json() == "ok"


def test_replayed_tells_what_the_code_under_test_swallowed():
    def swallow():
        with replayed([exchange()]), suppress(AssertionError):
            httpx.get("https://nowhere.invalid/other")

    with pytest.raises(UnrecordedError, match="No recording answers: GET /other"):
        swallow()


def test_the_fixture_answers_until_the_test_ends(pimflow_replay):
    pimflow_replay([exchange(answer=1)])
    assert httpx.get("https://nowhere.invalid/items").json() == 1


def answering(request):
    if request.url.path == "/image":
        return httpx.Response(200, content=b"\xff\xd8", headers={"content-type": "image/jpeg", "set-cookie": "sid=1"})
    if request.url.path == "/gone":
        return httpx.Response(204)
    return httpx.Response(200, json={"asked": str(request.url), "token": 's3cr"et'}, headers={"x-powered-by": "php"})


def test_what_was_recorded_is_replayed_without_the_secrets(tmp_path):
    transport = RecordingTransport(
        httpx.MockTransport(answering), scenario="reads", server="Toy 1.0", secrets=['s3cr"et', "hush"]
    )
    with httpx.Client(transport=transport, base_url="https://erp.example.com") as http:
        http.get("/items", params={"key": "hush", "page": 1}, headers={"authorization": "Bearer hush"})
        http.post("/login", data={"password": "hush", "user": "julia"})
        http.get("/image")
        http.delete("/gone")
    transport.save(tmp_path / "toy.json")
    text = (tmp_path / "toy.json").read_text()
    assert "hush" not in text
    assert "s3cr" not in text
    assert "sid=" not in text
    assert "x-powered-by" not in text
    recording = json.loads(text)
    assert (recording["scenario"], recording["server"], len(recording["exchanges"])) == ("reads", "Toy 1.0", 4)
    with client(tmp_path / "toy.json") as http:
        assert http.get("/items?page=1&key=secret").json()["token"] == "secret"
        assert http.post("/login", data={"user": "julia", "password": "secret"}).status_code == 200
        assert http.get("/image").content == b"\xff\xd8"
        assert http.delete("/gone").status_code == 204
