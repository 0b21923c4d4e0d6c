"""The sink `rest.records`, and whole pipelines, against a server that refuses as APIs do."""

import json
import sys
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from pimflow import Change, LoginError, RowProblem, Run, Status
from pimflow.cli import main
from pimflow_http.rest.connection import RestConnection
from pimflow_http.rest.sink import RestRecordsSink
from pimflow_testkit import Setup, sink_suite

from .shelf import Shelf, items, served

RUN = Run("check", "check", datetime(2026, 1, 31, tzinfo=UTC))
UPSERT = {"connection": "erp", "key": "sku", "upsert": {"path": "items/{key}"}}
APART = {
    "connection": "erp",
    "key": "sku",
    "look_up": {"path": "items/{key}"},
    "create": {"path": "items"},
    "update": {"path": "items/{key}"},
    "wrap": "item",
}
SHELF = Shelf()


@pytest.fixture(scope="module", autouse=True)
def _steady():
    with served(SHELF):
        yield


@pytest.fixture
def shelf():
    SHELF.items, SHELF.written, SHELF.asked = items(2), [], []
    return SHELF


@contextmanager
def session(secret="hush-secret"):
    with RestConnection(url=f"{SHELF.url}/api", name="Shelf", auth={"bearer": secret}).open() as session:
        yield session


def written(options, *rows):
    with session() as opened:
        writer = RestRecordsSink(**options).open(opened, RUN)
        found = [item for row in rows for item in writer.prepare(row)]
        return [outcome for item in found for outcome in writer.load([Change(item, 1, known=False, fingerprint=b"")])]


@pytest.mark.parametrize(("options", "methods"), [(UPSERT, ["PUT", "PUT"]), (APART, ["PATCH", "POST"])])
def test_records_are_changed_or_made(shelf, options, methods):
    first, second = written(options, {"sku": "S-1", "name": "Chair"}, {"sku": "a/b ü", "name": "Mug"})
    assert (first.status, second.status) == (Status.UPDATED, Status.CREATED)
    assert [(method, sku) for method, sku, _ in shelf.written] == list(zip(methods, ["S-1", "a/b ü"], strict=True))
    assert shelf.items[0]["name"] == "Chair"


def test_what_the_server_refuses_is_told_in_its_words(shelf):
    (outcome,) = written(UPSERT, {"sku": "S-1", "name": ""})
    assert outcome.status is Status.REFUSED
    assert outcome.problems[0].reason == "Shelf says: Name must not be empty"
    assert shelf.written == []


@pytest.mark.parametrize("key", [".", ".."])
def test_a_key_that_would_lead_elsewhere_is_refused(shelf, key):
    with pytest.raises(RowProblem, match="cannot stand in an address"):
        written(UPSERT, {"sku": key, "name": "x"})
    assert shelf.asked == []


def test_what_is_there_is_asked_for_and_what_is_not_is_left_out(shelf):
    with session() as opened:
        writer = RestRecordsSink(**APART).open(opened, RUN)
        there = writer.current("records", ["S-1", "S-9"], ["sku", "name"])
        assert there == {"S-1": {"sku": "S-1", "name": "Item 1"}}
        with pytest.raises(NotImplementedError):
            RestRecordsSink(**UPSERT).open(opened, RUN).current("records", ["S-1"], ["name"])


@pytest.mark.parametrize("options", [{}, {"create": {"path": "a"}}, {"look_up": {"path": "a"}}])
def test_a_sink_that_cannot_write_is_told(options):
    with pytest.raises(ValidationError, match="expected `upsert`, or `look_up`, `create` and `update` together"):
        RestRecordsSink(connection="erp", key="sku", **options)
    with pytest.raises(ValidationError, match="leave out `create` and `update`"):
        RestRecordsSink(connection="erp", key="sku", upsert={"path": "a"}, create={"path": "b"})


ROWS = [{"sku": "S-1", "name": "Chair"}, {"sku": "N-1", "name": "Mug"}, {"sku": "N-2", "name": None}]
test_upsert_contract = sink_suite(
    RestRecordsSink,
    UPSERT,
    rows=ROWS,
    session=session,
    without={"current_gives_what_was_loaded": "a server that only takes records cannot be asked"},
    failing={"wrong token": Setup(session=lambda: session("hush-other"), raises=LoginError)},
    secrets=("hush-secret", "hush-other"),
)
test_apart_contract = sink_suite(RestRecordsSink, APART, rows=ROWS, session=session)

PIPELINE = """
version: 1
name: shop
connections:
  erp: {type: rest, url: "URL/api", name: Shelf, auth: {bearer: "${env:SHELF_TOKEN}"}}
flows:
  products:
    source:
      type: rest.records
      connection: erp
      path: page
      records: data.items
      paging: {style: page, size: 10}
      changed: {parameter: since, overlap: 0}
    transforms:
      - map: {sku: sku, name: name}
    sink: {type: rest.records, connection: shop, key: sku, upsert: {path: "items/{key}"}}
"""
SHOP = '  shop: {type: rest, url: "URL/api", name: Shop, auth: {bearer: hush-secret}}\nflows:'


@pytest.fixture
def pimflow(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHELF_TOKEN", "hush-secret")

    def pimflow(*words):
        monkeypatch.setattr(sys, "argv", ["pimflow", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return ended.value.code or 0, printed.out + printed.err

    return pimflow


def test_a_pipeline_from_one_api_to_another_sends_what_changed(shelf, tmp_path, pimflow):
    shelf.items, shelf.most = items(25), 10
    with served(Shelf()) as shop:
        text = PIPELINE.replace("URL", shelf.url).replace("flows:", SHOP.replace("URL", shop.url))
        (tmp_path / "shop.yaml").write_text(text)
        code, told = pimflow("run", "shop.yaml")
        assert code == 0
        assert "Shelf -> Shop" in told
        assert "25 records read; 25 new" in told
        assert len(shop.items) == 25
        code, told = pimflow("run", "shop.yaml")
        assert "0 records read" in told
        assert len(shop.written) == 25
        shelf.items.append({"sku": "N-1", "name": "New", "changed": "2999-01-01T00:00:00Z"})
        code, told = pimflow("run", "shop.yaml")
        assert "1 record read; 1 new" in told
        assert shop.written[25:] == [("PUT", "N-1", {"sku": "N-1", "name": "New"})]
        code, told = pimflow("run", "shop.yaml", "--full")
        assert "26 already up to date" in told
        assert len(shop.written) == 26
    assert "hush-secret" not in told


def test_a_wrong_token_is_told_once(shelf, tmp_path, pimflow, monkeypatch):
    monkeypatch.setenv("SHELF_TOKEN", "hush-other")
    sink = "{type: files.jsonl, path: out.jsonl}"
    text = PIPELINE.replace("URL", shelf.url).replace(
        '{type: rest.records, connection: shop, key: sku, upsert: {path: "items/{key}"}}', sink
    )
    (tmp_path / "shop.yaml").write_text(text)
    code, told = pimflow("run", "shop.yaml")
    assert code == 3
    assert f"Shelf at {shelf.url}/api refused the credentials. Check the credentials of the connection." in told
    assert "hush-other" not in told
    assert len(shelf.asked) == 1
    code, told = pimflow("check", "shop.yaml", "--json")
    assert any("refused the credentials" in json.dumps(line) for line in [told])


def test_an_incremental_source_takes_no_more_lines_than_elsewhere():
    """That of dlt takes 17, its connection included."""
    lines = PIPELINE.strip().splitlines()
    source = lines[lines.index("    source:") : lines.index("    transforms:")]
    assert len(source) + len(lines[2:4]) <= 17
