"""What a real site answered: every recorded call gives what it gave, every refusal is told in words."""

import html
import json
import re
from contextlib import contextmanager

import httpx
import orjson
import pytest

from pimflow import AccessError, LoginError, RemoteError
from pimflow_erpnext import answers, parts, refusals
from pimflow_erpnext.answers import RefusedError
from pimflow_erpnext.connection import ErpnextConnection
from pimflow_erpnext.session import Session
from pimflow_http import Client, Clock, Limiter, Remote
from pimflow_testkit.matching import Asked, Matcher
from pimflow_testkit.replay import ReplayTransport, replayed

from .conftest import connection_options
from .frappe_forms import FIELDS

NAMES = [
    *("api_v2", "auth_session", "auth_token", "bin_stock", "bulk_methods", "custom_field", "file_upload_and_image"),
    *("item_create_update", "item_deleted", "item_delta_modified", "item_errors", "item_get_full", "item_group_tree"),
    *("item_list_filters", "item_list_paging", "item_price", "item_stale_modified", "item_variants", "permissions"),
    *("rate_limit", "translations", "uom", "webhook_item"),
]
HOST = "erp.localhost"


class OfFrappe(Matcher):
    """Calls are equal by host, key, query and body; JSON in the query by its values."""

    def parts(self, asked: Asked):
        query = {name: _value(value) for name, value in asked.query.items()}
        authorization = asked.headers.get("authorization")
        return [asked.headers.get("host"), authorization, query, asked.body]


class Keyless(OfFrappe):
    """Calls are equal whoever makes them: some were recorded without a key."""

    def parts(self, asked: Asked):
        host, _, *others = super().parts(asked)
        return [host, *others]


def _value(text):
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def exchanges(shared, name):
    recorded = json.loads((shared / "captures" / "erpnext" / f"{name}.json").read_text("utf-8"))["exchanges"]
    return [one for one in recorded if not one["request"]["path"].startswith("/hook")]


def is_json(one):
    """Whether a call is one that a session can make: no file, no form, no other kind of key."""
    request = one["request"]
    key = request["headers"].get("authorization", "token a:b")
    return key.startswith("token ") and ":" in key and not {"files", "form", "text"} & set(request)


@contextmanager
def session(recorded, key="pim_api_key:pim_api_secret", host=HOST, matcher=None):
    options = connection_options("http://erp.example.com", key, site=host)
    with (
        pytest.MonkeyPatch.context() as patch,
        replayed(recorded, matcher=matcher or OfFrappe()),
        ErpnextConnection(**options).open() as found,
    ):
        patch.setattr("time.sleep", lambda _: None)
        yield found


def test_every_recording_is_used(shared):
    assert sorted(NAMES) == sorted(path.stem for path in (shared / "captures" / "erpnext").glob("*.json"))


@pytest.mark.parametrize("name", NAMES)
def test_every_recorded_call_is_answered_as_it_was(shared, name):
    recorded = [one for one in exchanges(shared, name) if is_json(one)]
    assert len(recorded) > 1
    turns = {}
    for one in recorded:
        key = one["request"]["headers"].get("authorization", "token a:b").removeprefix("token ")
        same = [other for other in recorded if alike(other, one)]
        turn = turns[repr(same[0]["request"])] = turns.get(repr(same[0]["request"]), -1) + 1
        if same[turn]["response"]["status"] == 429:
            continue
        matcher = OfFrappe() if "authorization" in one["request"]["headers"] else Keyless()
        with session([same[turn]], key, one["request"]["headers"]["host"], matcher) as found:
            said = asked(found, one["request"])
        hold(said, same[turn]["response"])


def alike(other, one):
    names = ("method", "path", "query", "json", "headers")
    return all(other["request"].get(name) == one["request"].get(name) for name in names)


def asked(found, request):
    query = {name: str(value) for name, value in request.get("query", {}).items()}
    body = {"json": request["json"]} if "json" in request else {}
    try:
        return found.ask(request["method"], request["path"], params=query, repeatable=False, **body)
    except (LoginError, AccessError, RefusedError, RemoteError) as error:
        return error


def hold(said, response):
    status, body = response["status"], response.get("json")
    if body is None and "base64" in response:
        body = None
    if status < 300:
        assert said == body or (isinstance(said, RemoteError) and body is None)
        return
    assert isinstance(said, {401: LoginError, 403: AccessError, 404: RemoteError}.get(status, RefusedError)), said
    text = f"{said} {getattr(said, 'said', '')}"
    assert "<strong>" not in text
    assert "Traceback" not in text
    if isinstance(said, RefusedError) and body and "exc_type" in body:
        assert said.type == body["exc_type"]
        assert said.said


def test_keys_that_are_wrong_are_told_and_cookies_are_never_sent(shared):
    recorded = [one for one in exchanges(shared, "auth_token") if "get_logged_user" in one["request"]["path"]]
    with session(recorded) as found:
        assert found.username == "pim@example.com"
        assert found.username == "pim@example.com"
        assert not found._client._http.cookies
    for key in ("pim_api_key:wrong-secret", "unknown-key:wrong-secret", "off_api_key:off_api_secret"):
        with session(recorded, key) as found, pytest.raises(LoginError) as caught:
            found.username  # noqa: B018 - it asks
        assert str(caught.value) == (
            "ERPNext at http://erp.example.com refused the API key. Check `api_key` and `api_secret`, which the page "
            "of a user gives under Settings > API Access, and that this user is enabled."
        )


def test_a_host_without_a_site_is_told(shared):
    recorded = [one for one in exchanges(shared, "auth_token") if one["response"]["status"] == 404]
    with session(recorded, host="unknown.example.com") as found, pytest.raises(RemoteError) as caught:
        found.ask("GET", "/api/method/ping")
    assert str(caught.value) == (
        "There is no site 'unknown.example.com' of ERPNext at http://erp.example.com: one server has many sites, told "
        "apart by their names. Check `site` and `url` of the connection."
    )


def test_what_a_user_may_not_do_is_told_with_the_role_that_lacks(shared):
    recorded = exchanges(shared, "permissions")
    with session(recorded, "nobody_api_key:nobody_api_secret") as found, pytest.raises(AccessError) as caught:
        found.ask("GET", "/api/resource/Item")
    assert str(caught.value) == (
        "ERPNext at http://erp.example.com forbids this to the user of the API key. User nobody@example.com does not "
        "have doctype access via role permission for document Item. Give the user a role that may, under User > Roles: "
        "`Stock User` reads items and stock, `Sales Master Manager` prices, `Item Manager` writes items, `System "
        "Manager` reads translations and deletions."
    )


class Anyhow(OfFrappe):
    """Calls are equal whatever their order and fields."""

    def parts(self, asked: Asked):
        host, key, query, body = super().parts(asked)
        return [host, key, {name: one for name, one in query.items() if name not in {"order_by", "fields"}}, body]


def test_a_rate_limit_is_waited_for_as_long_as_the_site_says(shared):
    recorded = [one for one in exchanges(shared, "rate_limit") if one["request"].get("query", {}).get("fields")]
    now, slept = [0.0], []

    def sleep(seconds):
        slept.append(seconds)
        now[0] += seconds

    clock = Clock(lambda: now[0], lambda: now[0], sleep)
    headers = {"Host": HOST, "Authorization": "token pim_api_key:pim_api_secret"}
    transport = ReplayTransport(recorded, matcher=Anyhow())
    remote = Remote("ERPNext", "http://erp.example.com", headers=headers)
    with Client(remote, limiter=Limiter(1, clock), clock=clock, transport=transport) as client:
        for _ in range(2):
            assert len(Session(client, None).listed("Item", ["name"], limit=1)) == 1
    assert slept == [58]


def refused(shared, name, where=lambda _: True):
    """Give the problems of all recorded refusals."""
    found = {}
    for one in exchanges(shared, name):
        response = httpx.Response(one["response"]["status"], json=one["response"].get("json"))
        if response.status_code in {409, 417, 500} and where(one):
            told = answers.body(response)
            error = RefusedError(answers.type_of(told), answers.words(told), "")
            found.setdefault(error.type, []).append(refusals.told(error))
    return found


def test_refusals_of_items_are_told_to_those_who_mend_them(shared):
    told = refused(shared, "item_errors", lambda one: one["request"]["method"] == "POST")
    reasons = {problem.reason for problems in told.values() for problem in problems}
    assert {
        "ERPNext says: Item DRL-18V already exists",
        "ERPNext needs an item group, and this one has none",
        "ERPNext says: Could not find Item Group: No Group, Brand: No Brand",
        "ERPNext says: Barcode 4006381333930 is not a valid EAN code",
        "which item DRL-18V has already in ERPNext",
        "ERPNext says: Name cannot contain special characters like '<', '>'",
    } <= reasons
    taken = next(problem for problem in told["ValidationError"] if problem.field == "ean")
    assert (taken.value, taken.who) == ("4006381333931", "product manager")
    assert not any(re.search(r"<\w+>|[.]$", reason) for reason in reasons)


def test_a_variant_that_is_there_already_is_told(shared):
    told = refused(shared, "item_variants")
    (twin,) = told["ItemVariantExistsError"]
    assert twin.reason == "variant HAM-TPL-ASH-250 of the same template has the same attributes"
    assert twin.remedy == "Decide with the ERP team which one is right."


def test_a_value_of_your_own_field_that_must_be_unique_is_told(shared):
    exception = next(
        one["response"]["json"]["exception"]
        for one in exchanges(shared, "custom_field")
        if one["response"]["status"] == 417
    )
    told = refusals.of_trace(f"Traceback (most recent call last):\n  File ...\n{exception}")
    assert (told.field, told.value) == ("custom_pim_uuid", "6f2b8e9e-0000-4000-8000-000000000001")
    assert told.reason == "which another item has already in ERPNext"


def test_a_stale_stamp_is_known_by_its_type(shared):
    assert refusals.STALE in refused(shared, "item_stale_modified")


def test_a_bulk_update_names_those_that_failed(shared):
    answer = next(
        one["response"]["json"]
        for one in exchanges(shared, "bulk_methods")
        if "failed_docs" in json.dumps(one["response"].get("json"))
    )
    failed = {one["doc"]["docname"]: refusals.of_trace(one["exc"]).reason for one in answer["message"]["failed_docs"]}
    assert failed == {
        "BLK-NO": "ERPNext says: Item BLK-NO not found",
        "BLK-002": "ERPNext says: Could not find Brand: No Brand",
    }


TOLD = {
    "frappe.exceptions.MandatoryError: [Item, A-1]: custom_origin": (
        "ERPNext needs a value in 'custom_origin', and this one has none"
    ),
    "frappe.exceptions.MandatoryError: [Item, A-1]: item_group": "ERPNext needs an item group, and this one has none",
    "frappe.exceptions.CharacterLengthExceededError: Item A-1: 'PIM id' (" + "z" * 200 + ") will get truncated, as max "
    "characters allowed is 140": "'PIM id' has 200 characters; ERPNext takes 140",
    "MySQLdb.DataError: (1406, \"Data too long for column 'item_description' at row 1\")": (
        "its item description is longer than ERPNext can store"
    ),
}


@pytest.mark.parametrize("trace", TOLD)
def test_what_a_live_site_refused_is_told_without_its_jargon(trace):
    assert refusals.of_trace(f"Traceback (most recent call last):\n  File ...\n{trace}").reason == TOLD[trace]


def test_messages_are_plain_text(shared):
    told = {"_server_messages": orjson.dumps(['{"message": "<b>A &amp; B</b>"}', "no json"]).decode()}
    assert answers.words(told) == html.unescape("A &amp; B")
    assert answers.words({"_server_messages": "nonsense", "exception": "x.Y: because"}) == "because"
    assert answers.raised("Traceback (most recent call last):\n  x\nfrappe.exceptions.PermissionError") == (
        "PermissionError",
        "",
    )
    lines = "Traceback:\n  File x\nerpnext.a.InvalidBarcode: Barcode 1<br>is: none\nNote: see there\n"
    assert answers.raised(lines) == ("InvalidBarcode", "Barcode 1 is: none Note: see there")
    assert set(parts.TABLES) >= {name for name, _, kind, _ in FIELDS["Item"] if kind == "Table"}
