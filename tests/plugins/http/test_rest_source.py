"""The source `rest.records`, against a server that pages as APIs do."""

from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from pimflow import AccessError, LoginError, RemoteError, Window
from pimflow_http.rest.connection import RestConnection
from pimflow_http.rest.source import RestRecordsSource
from pimflow_testkit import Setup, connection_suite, source_suite
from pimflow_testkit.leaks import log_lines

from .shelf import Handler, Shelf, items, served

MOMENT = datetime(2026, 1, 1, 0, 0, 30, tzinfo=UTC)
KEY = {"header": {"name": "X-Key", "value": "hush-secret"}}
STYLES = {
    "page": {"records": "data.items", "paging": {"style": "page", "size": 10}},
    "offset": {"records": "data.items", "paging": {"style": "offset", "size": 10}},
    "after": {"records": "data.items", "paging": {"style": "after", "field": "id", "size": 10}},
    "cursor": {"records": "data.items", "paging": {"style": "cursor", "next": "meta.cursor", "size": 10}},
    "next": {"records": "data.items", "paging": {"style": "next_url", "next": "meta.next", "size": 10}},
    "links": {"paging": {"style": "link_header"}},
}


@pytest.fixture
def shelf():
    with served(Shelf(items(35), most=10)) as shelf:
        yield shelf


def connection(shelf, **options):
    return RestConnection(url=f"{shelf.url}/api", name="Shelf", **{"auth": KEY, **options})


def rows(shelf, source, window=None, **options):
    with connection(shelf, **options).open() as session:
        header, *found = source.extract(session, window or source.window(session, None))
        return [dict(zip(header, row, strict=True)) for row in found]


def source(path="plain", **options):
    return RestRecordsSource(connection="erp", path=path, **options)


@pytest.mark.parametrize("style", STYLES)
def test_each_style_of_paging_gives_each_record_once_with_few_calls(shelf, style):
    found = rows(shelf, source(style, **STYLES[style]))
    assert [row["sku"] for row in found] == [f"S-{at}" for at in range(1, 36)]
    assert len(shelf.asked) == 4


@pytest.mark.parametrize("style", ["page", "offset", "after"])
def test_a_server_that_gives_smaller_pages_than_asked_for_loses_nothing(shelf, style):
    options = {**STYLES[style], "paging": {**STYLES[style]["paging"], "size": 500}}
    assert len(rows(shelf, source(style, **options))) == 35


def test_one_call_without_paging(shelf):
    assert len(rows(shelf, source("plain"))) == 35
    assert len(shelf.asked) == 1


def test_a_server_that_does_not_know_the_parameter_is_told_instead_of_read_for_ever(shelf):
    with pytest.raises(RemoteError, match="Shelf gave the same page twice: it does not know the parameter 'p'"):
        rows(shelf, source("stuck", records="data.items", paging={"style": "page", "parameter": "p", "size": 10}))


@pytest.mark.parametrize(("circle", "style"), [(2, "cursor"), (3, "cursor"), (7, "cursor"), (5, "next_url")])
def test_pages_that_go_in_a_circle_are_told_instead_of_read_for_ever(shelf, circle, style):
    def page(path, query, body, base):
        at = int(query.get("cursor", 0))
        following = at + 1 if at < circle else 1
        more = following if style == "cursor" else f"{base}/x?cursor={following}"
        return {"items": [{"sku": f"S-{at}"}], "next": more}, {}

    shelf.page = page
    with pytest.raises(RemoteError, match="gave the same page twice"):
        rows(shelf, source("x", records="items", paging={"style": style, "next": "next"}))
    assert len(shelf.asked) < 40


@pytest.mark.parametrize("there", [{"a": 1}, [1], True])
def test_a_next_page_that_is_no_place_is_told(shelf, there):
    shelf.page = lambda *_: ({"items": [{"sku": "A"}], "next": there}, {})
    with pytest.raises(RemoteError, match="no place where the next page begins"):
        rows(shelf, source("x", records="items", paging={"style": "cursor", "next": "next"}))


def test_numbers_that_nobody_can_write_cost_the_value(shelf):
    shelf.page = lambda *_: ([{"sku": "A", "weight": float("nan")}, {"sku": "B", "weight": float("inf")}], {})
    cells = [row["weight"] for row in rows(shelf, source("plain"))]
    assert [cell.problem.value for cell in cells] == ["nan", "inf"]


def test_an_answer_that_is_nested_without_end_is_told(shelf):
    nested = []
    for _ in range(900):
        nested = [nested]
    shelf.page = lambda *_: (nested, {})
    with pytest.raises(RemoteError):
        rows(shelf, source("plain"))


def test_a_post_has_page_and_filters_in_its_body(shelf):
    body = {"records": "data.items", "method": "POST", "body": {"kind": "product"}}
    assert len(rows(shelf, source("page", **body, paging={"style": "page", "size": 10}))) == 35
    assert {(method, *query) for method, _, query in shelf.asked} == {("POST",)}


def test_columns_by_name_and_from_inside(shelf):
    found = rows(shelf, source("plain", fields={"code": "sku", "width": "dim.w", "none": "dim.h.x"}))
    assert found[0] == {"code": "S-1", "width": 1, "none": None}
    assert rows(shelf, source("plain", fields=["name"]))[1] == {"name": "Item 2"}


def test_fields_that_show_up_late_are_told_in_the_log(shelf):
    shelf.items[30]["late"] = 1
    with log_lines() as lines:
        rows(shelf, source("page", **STYLES["page"]))
    assert "later records have fields that the first page lacks, and they were left out: late" in "".join(lines)


@pytest.mark.parametrize("style", STYLES)
def test_changes_are_asked_for_by_the_servers_own_time(shelf, style):
    reader = source(style, **STYLES[style], changed={"parameter": "since", "overlap": 0})
    with connection(shelf).open() as session:
        first = reader.window(session, None)
        assert first.since is None
        second = reader.window(session, first.cursor)
        assert second.since is not None
        assert second.since[:16] >= "2026"
        window = reader.window(session, reader.cursor_at(MOMENT))
    if style in {"page", "offset", "cursor"}:
        found = rows(shelf, reader, window)
        assert [row["sku"] for row in found] == ["S-30", "S-31", "S-32", "S-33", "S-34", "S-35"]


@pytest.mark.parametrize(
    ("form", "value"),
    [("iso", "2026-01-01T00:00:30Z"), ("unix", "1767225630"), ("unix_ms", "1767225630000"), ("%Y/%m/%d", "2026/01/01")],
)
def test_moments_are_written_as_the_server_takes_them(form, value):
    changed = source(changed={"parameter": "q", "value": "modified gt {since}", "format": form}).changed
    assert changed.written(MOMENT) == f"modified gt {value}"


def test_nothing_changed_is_no_mistake_in_the_mapping(shelf):
    reader = source("page", **STYLES["page"], changed={"parameter": "since"})
    assert rows(shelf, reader, Window(since="2027-01-01T00:00:00+00:00")) == []
    with connection(shelf).open() as session:
        (header,) = reader.extract(session, Window(since="2027-01-01T00:00:00+00:00"))
    assert "sku" in header


def test_some_records_are_asked_for_by_their_keys(shelf):
    reader = source("plain", only={"parameter": "sku", "at_once": 2})
    assert [row["sku"] for row in rows(shelf, reader, Window(keys=("S-1", "S-7", "S-9")))] == ["S-1", "S-7", "S-9"]
    assert len(shelf.asked) == 2


def test_another_server_gets_no_credentials(shelf):
    with served(Shelf(items(3))) as other:
        shelf.page = lambda *_: ({"items": [{"sku": "A"}], "next": f"{other.url}/api/plain"}, {})
        with pytest.raises(RemoteError, match="names another server for the next page"):
            rows(shelf, source("x", records="items", paging={"style": "next_url", "next": "next"}))
        assert other.asked == []


@pytest.mark.parametrize(
    ("records", "told"),
    [("data.itmes", "a mapping with data, meta"), ("data", "a mapping with items"), ("meta.cursor", "int")],
)
def test_an_answer_without_records_says_where_they_could_be(shelf, records, told):
    with pytest.raises(RemoteError, match=f"has no list of records at `records: {records}`, but {told}"):
        rows(shelf, source("page", records=records, paging={"style": "page"}))


@pytest.mark.parametrize(
    "auth",
    [
        {"bearer": "hush-secret"},
        {"basic": {"username": "user", "password": "hush-secret"}},
        {"header": {"name": "X-Key", "value": "hush-secret"}},
        {"query": {"name": "key", "value": "hush-secret"}},
    ],
)
def test_each_way_to_say_who_asks(shelf, auth):
    assert len(rows(shelf, source("page", **STYLES["page"]), auth=auth)) == 35
    with pytest.raises(LoginError):
        rows(shelf, source("plain"), auth={"bearer": "wrong"})


def oauth(shelf, secret="hush-secret"):
    return {"oauth2": {"token_url": f"{shelf.url}/token", "client_id": "a", "client_secret": secret}}


def test_a_token_is_fetched_once_and_anew_when_it_was_taken_back(shelf):
    with connection(shelf, auth=oauth(shelf)).open() as session:
        reader = source("plain")
        assert len(list(reader.extract(session, Window()))) == 36
        list(reader.extract(session, Window()))
        assert len(shelf.tokens) == 1
        shelf.valid.clear()
        assert len(list(reader.extract(session, Window()))) == 36
        assert len(shelf.tokens) == 2


def test_a_wrong_client_is_told_once_and_without_its_secret(shelf):
    with pytest.raises(LoginError, match=r"gave no token at .*: Unknown client") as raised:
        rows(shelf, source("plain"), auth=oauth(shelf, "hush-wrong"))
    assert "hush-wrong" not in str(raised.value) + raised.value.detail
    assert len(shelf.asked) == 1


@pytest.mark.parametrize(
    "options",
    [
        {"records": "data.["},
        {"paging": {"style": "after"}},
        {"paging": {"style": "cursor"}},
        {"changed": {"parameter": "since", "value": "now"}},
        {"changed": {"parameter": "since", "format": "rfc"}},
        {"changed": {"parameter": "since", "format": "%Q"}},
        {"changed": {"parameter": "since", "format": "%Y-%"}},
    ],
)
def test_options_that_cannot_work_are_told(options):
    with pytest.raises(ValidationError):
        source(**options)
    with pytest.raises(ValidationError):
        RestConnection(url="http://a", auth={})


SHELF = Shelf(items(5))


@pytest.fixture(scope="module", autouse=True)
def _steady():
    with served(SHELF):
        yield


def options(**more):
    return lambda _: {"url": f"{SHELF.url}/api", "name": "Shelf", "auth": KEY, **more}


@contextmanager
def session(**more):
    with RestConnection(**options(**more)(None)).open() as session:
        yield session


@pytest.mark.parametrize(("status", "well"), [(200, True), (404, True), (405, True), (401, False), (403, False)])
def test_an_api_with_nothing_at_its_root_passes_the_check_unless_it_refuses_the_login(status, well, monkeypatch):
    monkeypatch.setattr(Handler, "known", lambda call, *_: call.answer(status, {}))
    with session() as opened:
        connection = RestConnection(**options()(None))
        if well:
            assert "answers at" in connection.check(opened)
            assert "`probe`" in connection.check(opened)
        else:
            with pytest.raises((LoginError, AccessError)):
                connection.check(opened)


def test_a_probe_that_is_not_there_is_told():
    connection = RestConnection(**options(probe="items/none")(None))
    with session(probe="items/none") as opened, pytest.raises(RemoteError, match="has nothing at this address"):
        connection.check(opened)


test_connection_contract = connection_suite(
    RestConnection,
    options(probe="plain"),
    failing={
        "wrong key": Setup(options(auth={"bearer": "hush-other"}), raises=LoginError),
    },
    secrets=("hush-secret", "hush-other"),
)
test_source_contract = source_suite(
    RestRecordsSource,
    {"connection": "erp", "path": "plain"},
    session=session,
    failing={"no records": Setup({"connection": "erp", "path": "page"}, raises=RemoteError)},
    secrets=("hush-secret",),
)
