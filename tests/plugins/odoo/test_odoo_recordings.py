"""Every exchange that was recorded of real servers, 18.0 and 19.0: asked in our form, answered as it was."""

import datetime as dt
import itertools
import json
import xmlrpc.client
from contextlib import contextmanager

import pytest

from pimflow import LoginError, RemoteError, UnreachableError
from pimflow_erp.columns import Column
from pimflow_http import Client, Remote
from pimflow_odoo import changes, columns, kinds, wording
from pimflow_odoo.catalog import Catalog
from pimflow_odoo.fields import moment, written
from pimflow_odoo.json2 import Json2
from pimflow_odoo.jsonrpc import JsonRpc
from pimflow_odoo.refusals import NoModelError, RefusedError, refusal
from pimflow_odoo.session import PAGE
from pimflow_odoo.sources import OdooProductsSource
from pimflow_odoo.transports import Account, Call, asked_version, settles
from pimflow_testkit.matching import Asked, Matcher
from pimflow_testkit.replay import replayed

from .conftest import fill
from .odoo_server import Erp, RefusalError

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
SIGNATURES = {
    "search": ["domain"],
    "search_count": ["domain"],
    "search_read": ["domain"],
    "web_search_read": [],
    "create": ["vals_list"],
    "write": ["ids", "vals"],
    "read": ["ids", "fields"],
    "has_access": ["ids", "operation"],
    "check_access_rights": ["operation"],
    "update_field_translations": ["ids", "field_name", "translations"],
    "action_archive": ["ids"],
}
"""How the recorded calls name what they give without a name; others, which pimflow never makes, are left out."""


def exchanges(shared, name):
    return json.loads((shared / "captures" / "odoo" / f"{name}.json").read_text("utf-8"))["exchanges"]


def facts(shared, name):
    return json.loads((shared / "captures" / "odoo" / f"{name}.json").read_text("utf-8"))["facts"]


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


def params(one):
    body = one["request"].get("json")
    return body.get("params") or {} if isinstance(body, dict) else {}


def is_call(one):
    return params(one).get("method") == "execute_kw" and set(params(one)["args"][4:5]) & set(SIGNATURES)


def call_of(one):
    """Give the call that pimflow would make of a recorded one."""
    *_, model, method, positional = params(one)["args"][:6]
    named = dict(params(one)["args"][6]) if len(params(one)["args"]) > 6 else {}
    context = named.pop("context", {})
    named |= dict(zip(SIGNATURES[method], positional, strict=False))
    ids = named.pop("ids", None)
    return Call(model, method, named, ids, context)


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
    for one in recorded:
        request = one["request"]
        if request["method"] == "GET" or "json" not in request:
            continue
        _, _, _, model, method = request["path"].split("/")
        named = dict(request["json"])
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


class Recorded:
    """What a catalog asks, answered by the first recorded call of the model and method."""

    languages = ("en_US", "fr_FR", "de_DE")

    def __init__(self, *found):
        self._found = [one for one in found if is_call(one) or params(one).get("method") == "execute_kw"]

    def call(self, model, method, _ids=None, **_named):
        for one in self._found:
            if params(one)["args"][3:5] == [model, method] and "result" in one["response"]["json"]:
                return one["response"]["json"]["result"]
        raise AssertionError(f"{model}.{method} was not recorded")

    def may(self, _model, _right):
        return True

    def pages(self, model, *_):
        yield self.call(model, "search_read")


def test_every_recorded_field_has_a_column_or_a_reason_to_have_none(shared):
    catalog = Catalog(Recorded(*exchanges(shared, "fields_get")))
    fields = catalog.fields("product.product")
    made = {name: columns.of_field(name, info, catalog) for name, info in fields.items()}
    without = {fields[name]["type"] for name, column in made.items() if column is None}
    assert without == {"binary", "properties", "properties_definition"}
    told = {name: column.field for name, column in made.items() if isinstance(column, Column)}
    assert {name for name in told if told[name].hot} >= {"qty_available", "virtual_available", "list_price"}
    assert {name for name in told if told[name].translatable} >= {"name", "description_sale", "description"}


def test_recorded_products_become_rows(shared):
    found = [*exchanges(shared, "fields_get"), *exchanges(shared, "categories_uom_prices")]
    catalog = Catalog(Recorded(*found))
    fields = catalog.fields("product.product")
    rows = next(
        one["response"]["json"]["result"]
        for one in exchanges(shared, "categories_uom_prices")
        if "qty_available" in str(one["request"]) and "result" in one["response"]["json"]
    )
    lamp = next(row for row in rows if row["default_code"] == "E-COM08")
    cells = {
        name: column.read(lamp)
        for name in ("uom_id", "weight", "weight_uom_name", "currency_id", "is_storable", "tracking", "standard_price")
        if (column := columns.of_field(name, fields[name], catalog))
    }
    assert cells == {
        "uom_id": "uom.product_uom_unit",
        "weight": 0.01,
        "weight_uom_name": "kg",
        "currency_id": "USD",
        "is_storable": True,
        "tracking": "none",
        "standard_price": 14.0,
    }


def test_recorded_categories_are_paths(shared):
    catalog = Catalog(Recorded(*exchanges(shared, "categories_uom_prices")))
    chairs = next(one for one in catalog.categories.values() if one.name == "Office Furniture")
    assert (chairs.path, chairs.code) == ("All / Saleable / Office Furniture", f"category_{chairs.id}")
    category, code, number = columns.of_category(catalog)
    record = {"categ_id": [chairs.id, "All / Saleable / Office Furniture"]}
    assert (category.read(record), code.read(record), number.read(record)) == (chairs.path, chairs.code, chairs.id)
    assert category.read({"categ_id": [999, "Made since"]}) == "Made since"
    assert category.read({"categ_id": False}) is None  # as Odoo 19 leaves it


def test_recorded_variants_have_their_attribute_values(shared):
    found = exchanges(shared, "variants")
    catalog = Catalog(Recorded(*found))
    assert "Extra Options" not in catalog.attributes.values()  # its values make no variants
    values = next(
        one["response"]["json"]["result"]
        for one in found
        if is_call(one) and params(one)["args"][3:5] == ["product.template.attribute.value", "read"]
    )
    made = {number: name for value in values for number, name in [value["attribute_id"]]}
    catalog._once.forget("attributes")
    catalog._once("attributes", lambda: made)
    small = {"product_template_attribute_value_ids": [values[0], values[2]]}
    assert {column.name: column.read(small) for column in columns.of_attributes(catalog)} == {
        "attributes.Frame Color": "Graphite",
        "attributes.Frame Size": "S",
    }


def test_a_recorded_picture_is_a_data_url(shared):
    record = next(
        one["response"]["json"]["result"][0]
        for one in exchanges(shared, "images")
        if "image_variant_1920" in str(one["request"].get("json"))
    )
    assert columns.PICTURE.read(record).startswith("data:;base64,iVBORw0KGgo")
    assert columns.PICTURE.read({"image_1920": False}) is None


def test_recorded_missing_translations_look_like_the_source_text(shared):
    found = exchanges(shared, "translations")
    texts = {
        params(one)["args"][6]["context"]["lang"]: one["response"]["json"]["result"][0]["description_sale"]
        for one in found[10:13]
    }
    assert texts["de_DE"] == texts["en_US"] != texts["fr_FR"]  # so `fallback: none` leaves the German one out


def test_the_overlap_covers_what_was_recorded_to_arrive_late(shared):
    rows = next(
        one["response"]["json"]["result"] for one in exchanges(shared, "concurrency") if "SLOW-0799" in str(one)
    )
    stamps = {row["default_code"]: moment(row["write_date"]) for row in rows}
    late = stamps["QUICK-1"] - stamps["SLOW-0000"]
    assert dt.timedelta(0) < late < dt.timedelta(minutes=OdooProductsSource(connection="erp").overlap)


def test_what_moves_no_stamp_of_a_product_is_looked_for_where_it_does(shared):
    key = "what moves write_date (measured by this recording)"
    still = {
        one["change"]
        for one in facts(shared, "incremental")[key]
        if not one["product.product write_date moved"] and not one["product.template write_date moved"]
    }
    assert {"category renamed", "tag renamed"} <= still
    assert kinds.PRODUCTS.categorised
    assert "product_tag_ids" in kinds.PRODUCTS.parts


def test_conditions_have_stamps_in_the_form_that_odoo_takes(shared):
    asked = [str(one["request"]["json"]) for one in exchanges(shared, "incremental") if is_call(one)]
    at = written(dt.datetime(2026, 11, 22, 20, 26, 5, 999, dt.timezone(dt.timedelta(hours=1))))
    assert at == "2026-11-22 19:26:05"
    assert any(f"'write_date', '>=', '{at}'" in one for one in asked)
    assert changes._STAMP == "write_date"


def test_the_page_size_is_the_one_that_measured_well(shared):
    sizes = facts(shared, "performance")["search_read first page by size, best of 7"]
    cost = {int(size): told["best_ms_per_100_rows"] for size, told in sizes.items()}
    assert cost[PAGE] < 1.15 * min(cost.values())
    assert min(size for size in cost if cost[size] < 1.15 * min(cost.values())) == PAGE


def test_our_own_server_answers_as_the_recorded_one_did(shared):
    """Hold the server of the other tests against what was recorded of texts and of refusals."""
    erp = Erp()
    erp._ids.update({"product.template": itertools.count(40), "product.product": itertools.count(51)})
    for one in exchanges(shared, "translations")[5:25]:
        if is_call(one):
            call = call_of(one)
            wanted = _without_stamps(one["response"]["json"])
            assert _without_stamps(_asked(erp, call)) == wanted, one["note"]


REFUSED = ("unknown field in create", "unknown field in fields", "unknown field in the domain", "unknown model")
MORE_REFUSED = ("missing required name", "bad selection value", "text for a float", "write an id that does not exist")


def test_our_own_server_refuses_what_the_recorded_one_refused(shared):
    found = {one.get("note"): one for one in exchanges(shared, "errors")}
    for note in (*REFUSED, *MORE_REFUSED, "empty name", "duplicate SKU: allowed", "read an id that does not exist"):
        told = _asked(fill(Erp()), call_of(found[note]))
        recorded = found[note]["response"]["json"]
        assert told.get("error") == recorded.get("error", {}).get("data", {}).get("name"), note


def _asked(erp, call):
    ids = list(call.ids) if call.ids is not None else None
    try:
        return {"result": erp.execute(2, call.model, call.method, ids, {**call.named, "context": dict(call.context)})}
    except RefusalError as error:
        return {"error": error.name}


def _without_stamps(told):
    if "error" in told:
        error = told["error"]
        return error if isinstance(error, str) else error["data"]["name"]
    rows = told["result"]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return rows
    return [{name: row[name] for name in row if name != "write_date"} for row in rows]
