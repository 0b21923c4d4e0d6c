"""Every exchange that was recorded of real servers, 18.0 and 19.0: asked in our form, answered as it was."""

import xmlrpc.client
from contextlib import contextmanager

import pytest

from pimflow import LoginError, RemoteError, UnreachableError
from pimflow_http import Client, Remote
from pimflow_odoo import wording
from pimflow_odoo.json2 import Json2
from pimflow_odoo.jsonrpc import JsonRpc
from pimflow_odoo.refusals import NoModelError, RefusedError, refusal
from pimflow_odoo.transports import Account, Call, asked_version, settles
from pimflow_testkit.matching import Asked, Matcher
from pimflow_testkit.replay import replayed

from .odoo_recorded import call_of, exchanges, is_call, params

OVER_JSON_RPC = [
    "archived",
    "auth",
    "categories_uom_prices",
    "concurrency",
    "errors",
    "fields_get",
    "images",
    "incremental",
    "odoo19_jsonrpc",
    "performance",
    "search_pagination",
    "translations",
    "variants",
    "write_path",
]


class ByCall(Matcher):
    """JSON-RPC calls are equal whatever their number."""

    def parts(self, asked: Asked):
        body = asked.body
        found = body.get("params", body) if isinstance(body, dict) and asked.path == "/jsonrpc" else body
        if isinstance(found, dict) and found.get("method") == "execute_kw" and found["args"][4:5] == ["read"]:
            *front, positional = found["args"][:6]
            named = dict(zip(["ids", "fields"], positional, strict=False))
            return [*front, named | (found["args"][6] if len(found["args"]) > 6 else {})]
        return found


@contextmanager
def client(*recorded):
    remote = Remote("Odoo", "http://erp.example.com", is_final=settles)
    with replayed(list(recorded), matcher=ByCall()), Client(remote) as found:
        yield found


@pytest.mark.parametrize("name", OVER_JSON_RPC)
def test_every_recorded_call_over_json_rpc_is_made_alike_and_answered_as_it_was(shared, name):
    recorded = [one for one in exchanges(shared, name) if is_call(one)]
    assert recorded or name == "auth"
    for one in recorded:
        database, user, key = params(one)["args"][:3]
        with client(one) as found:
            transport = JsonRpc(found, Account(database, "admin", key))
            transport._user = user
            told = one["response"]["json"]
            if "error" in told:
                with pytest.raises((RefusedError, NoModelError, LoginError, UnreachableError)) as caught:
                    transport.send(call_of(one), repeatable=True)
                assert told["error"]["data"]["name"] in caught.value.detail
                assert "Traceback" not in str(caught.value)
            else:
                assert transport.send(call_of(one), repeatable=True) == told.get("result")


def test_which_error_a_recorded_refusal_becomes(shared):
    found = {}
    for one in exchanges(shared, "errors"):
        told = one["response"].get("json", {})
        if isinstance(told, dict) and "error" in told:
            made = refusal("Odoo at http://erp.example.com", "x", told["error"]["data"])
            found.setdefault(told["error"]["data"]["name"], set()).add(type(made).__name__)
    assert found.pop("odoo.exceptions.UserError") == {"RefusedError", "NoModelError"}
    assert set().union(*found.values()) == {"RefusedError"}
    assert {"odoo.exceptions.AccessError", "odoo.exceptions.MissingError", "builtins.ValueError"} <= set(found)


def test_a_recorded_lack_of_rights_is_told_without_the_list_of_groups(shared):
    told = next(
        one["response"]["json"]["error"]["data"]
        for one in exchanges(shared, "errors")
        if "AccessError" in str(one["response"].get("json", {}).get("error", "")) and "create" in str(one["response"])
    )
    error = refusal("Odoo at http://erp.example.com", "product.template.create", told)
    assert error.is_of_rights
    assert error.said == "You are not allowed to create 'Product' (product.template) records."


def test_requests_that_are_no_calls_end_in_an_error_for_people(shared):
    asked = {"service": "common", "method": "version", "args": []}
    request = {"method": "POST", "path": "/jsonrpc", "json": {"params": asked}}
    strange = [one for one in exchanges(shared, "errors") if not params(one) and one["response"]["status"] != 200]
    assert len(strange) >= 5
    for one in strange:
        with client({"request": request, "response": one["response"]}) as found, pytest.raises(RemoteError):
            JsonRpc(found, Account("odoo18", "admin", "secret")).version()


def test_logins_end_as_they_were_recorded(shared):
    outcomes = {}
    for one in exchanges(shared, "auth"):
        if params(one).get("method") == "authenticate":
            database, login, key, _ = params(one)["args"]
            with client(one) as found:
                transport = JsonRpc(found, Account(database, login, key))
                try:
                    outcomes[database, login, key] = transport.log_in()
                except (LoginError, RemoteError) as error:
                    outcomes[database, login, key] = f"{error} {error.detail}"
    assert not [told for (_, _, key), told in outcomes.items() if key in str(told)]
    right = {"secret", "0123456789abcdef0123456789abcdef01234567"}
    assert {key for (_, _, key), told in outcomes.items() if told == 2} == right
    assert "refused user 'admin' or the key" in outcomes["odoo18", "admin", "wrong-password"]
    assert "refused user 'nobody@example.com'" in outcomes["odoo18", "nobody@example.com", "secret"]
    assert "has no database 'no_such_db'" in outcomes["no_such_db", "admin", "secret"]


def test_a_key_that_no_longer_holds_is_a_refused_login(shared):
    told = [
        one["response"]["json"]["error"]["data"]
        for one in exchanges(shared, "auth")
        if params(one).get("method") == "execute_kw" and "error" in one["response"]["json"]
    ]
    made = [type(refusal("Odoo at x", "res.users.read", one)) for one in told]
    assert made.count(LoginError) == 3  # a wrong key, a key that does not exist, a user that does not exist
    assert made.count(UnreachableError) == 1  # the database is not there, or does not answer for now


@pytest.mark.parametrize("name", ["auth", "odoo19_jsonrpc"])
def test_versions_are_read_over_json_rpc(shared, name):
    recorded = next(one for one in exchanges(shared, name) if params(one).get("method") == "version")
    with client(recorded) as found:
        version = JsonRpc(found, Account("x", "admin", "secret")).version()
    assert version == ("19.0" if "19" in name else "18.0")


def test_every_recorded_call_over_json_2_is_made_alike_and_answered_as_it_was(shared):
    recorded = [one for name in ("odoo19_json2", "odoo19_json2_errors") for one in exchanges(shared, name)]
    calls = [one for one in recorded if one["request"]["method"] == "POST" and "json" in one["request"]]
    assert len(calls) > 10
    for one in calls:
        _, _, _, model, method = one["request"]["path"].split("/")
        named = dict(one["request"]["json"])
        context, ids = named.pop("context", {}), named.pop("ids", None)
        with client(one) as found:
            transport = Json2(found, Account("odoo19", "admin", "secret"))
            call = Call(model, method, named, ids, context)
            told = one["response"]["json"]
            if one["response"]["status"] == 200:
                assert transport.send(call, repeatable=True) == told
            else:
                with pytest.raises((RefusedError, NoModelError, LoginError)) as caught:
                    transport.send(call, repeatable=True)
                assert told["name"] in caught.value.detail


def test_a_status_of_500_over_json_2_is_not_asked_again(shared):
    recorded = [one for one in exchanges(shared, "odoo19_json2_errors") if one["response"]["status"] == 500]
    assert len(recorded) == 2
    for one in recorded:
        _, _, _, model, method = one["request"]["path"].split("/")
        remote = Remote("Odoo", "http://erp.example.com", is_final=settles)
        with replayed([one], matcher=ByCall()) as transport, Client(remote) as found, pytest.raises(RefusedError):
            Json2(found, Account("odoo19", "a", "secret")).send(
                Call(model, method, one["request"]["json"]), repeatable=True
            )
        assert list(transport._told.values()) == [1]


def test_the_version_and_the_user_of_19(shared):
    first, *_, last = exchanges(shared, "odoo19_json2")
    with client(first, last) as found:
        assert asked_version(found) == "19.0"
        assert Json2(found, Account("odoo19", "admin", "secret")).log_in() == 2


def test_a_key_that_19_refuses_is_a_refused_login(shared):
    for one in exchanges(shared, "odoo19_json2_errors")[:2]:
        assert one["response"]["status"] == 401
        asked = {"method": "POST", "path": "/json/2/res.users/context_get", "json": {}}
        with client({"request": asked, "response": one["response"]}) as found, pytest.raises(LoginError) as caught:
            Json2(found, Account("odoo19", "admin", "secret")).log_in()
        assert "it was tried once" in str(caught.value)


def test_a_barcode_that_is_taken_is_told_in_one_sentence_whatever_the_transport(shared):
    over_rpc = next(one for one in exchanges(shared, "errors") if "already assigned" in str(one["response"]))
    over_json2 = next(one for one in exchanges(shared, "odoo19_json2_errors") if "déjà" in str(one["response"]))
    over_xml = next(one for one in exchanges(shared, "xmlrpc") if "already assigned" in str(one["response"]))
    with pytest.raises(xmlrpc.client.Fault) as fault:
        xmlrpc.client.loads(over_xml["response"]["text"])
    said = [
        over_rpc["response"]["json"]["error"]["data"]["message"],
        over_json2["response"]["json"]["message"],
        fault.value.faultString,
    ]
    told = [wording.told(RefusedError("", "odoo.exceptions.ValidationError", text, "")).reason for text in said]
    assert told[0] == "Odoo refused this product: barcode 9780201379624 already belongs to ERR-1 'Err Probe 1'"
    assert told[1] == "Odoo refused this product: barcode 4006381333948 already belongs to J2-A 'J2 Probe A'"
    assert told[2].startswith("Odoo refused this product: barcode ")
