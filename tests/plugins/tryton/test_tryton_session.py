"""Calls as a recorded server answered them: logins, sessions that end, errors."""

import json
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pimflow import LoginError, RemoteError
from pimflow_testkit.matching import Asked, Matcher
from pimflow_testkit.replay import replayed
from pimflow_tryton.connection import TrytonConnection
from pimflow_tryton.fields import decoded, encoded
from pimflow_tryton.session import RefusedError

VERSION = {
    "request": {"method": "POST", "path": "/rpc/", "json": {"method": "common.server.version", "params": []}},
    "response": {"status": 200, "json": {"id": 1, "result": "8.2"}},
}
LOGOUT = {
    "request": {"method": "POST", "path": "/erp/rpc/", "json": {"method": "common.db.logout", "params": []}},
    "response": {"status": 200, "json": {"id": 1, "result": None}},
}


class ByMethod(Matcher):
    """Calls are equal by method and parameters, whatever their number and the context's `active_test`."""

    def parts(self, asked: Asked):
        *others, last = asked.body["params"] or [None]
        context = {name: last[name] for name in last if name != "active_test"} if isinstance(last, dict) else last
        return [asked.body["method"], others, context]


def exchanges(folder, *names):
    found = []
    for name in names:
        recorded = json.loads((folder / "captures" / "tryton" / name).read_text("utf-8"))["exchanges"]
        found += [one for one in recorded if "json" in one["request"] and "id" in one["request"]["json"]]
    return found


@contextmanager
def session(*recordings, matcher=None, **other):
    connection = TrytonConnection(url="http://erp.example.com", database="erp", username="admin", password="secret")
    connection = connection.model_copy(update=other)
    with (
        replayed([*recordings, VERSION, LOGOUT], matcher=matcher or ByMethod()) as transport,
        connection.open() as found,
    ):
        yield found, transport


def login(shared):
    found = exchanges(shared, "01_login.json")
    preferences = exchanges(shared, "02_setup_company.json")[-1]
    first = next(one for one in found if one["request"]["json"]["method"] == "common.db.login")
    return [first, preferences]


def test_a_session_logs_in_and_knows_its_company(shared):
    with session(*login(shared)) as (found, _):
        assert (found.version, found.company, found.language) == ("8.2", 1, "en")


def test_errors_of_the_server_become_its_words(shared):
    recorded = [*login(shared), *exchanges(shared, "12_errors.json")]
    with session(*recorded) as (found, _):
        with pytest.raises(RefusedError) as caught:
            found.call("product.template.write", [1], {"type": "nope"})
        assert caught.value.said.startswith('The value "nope" for field "Type"')
        with pytest.raises(RefusedError) as caught:
            found.call("product.template.read", [1], ["nope"])
        assert "'nope'" in caught.value.detail
        assert "Report it to the authors" in str(caught.value)


def test_a_call_in_another_language_gets_its_texts(shared):
    recorded = [*login(shared), *exchanges(shared, "04_reference_data.json")]
    with session(*recorded) as (found, _):
        asked = ([], 0, None, [["id", "ASC"]], ["name", "rec_name"])
        french = found.call("product.category.search_read", *asked, language="fr")
    assert french[2]["rec_name"] == "Luggage / Sacs à dos"


class ByValue(ByMethod):
    """Calls are equal by method and the values of their parameters, whatever the context."""

    def parts(self, asked: Asked):
        method, others, context = super().parts(asked)
        return [method, repr(decoded(others)) if isinstance(context, dict) else others]


@pytest.mark.parametrize(
    "name",
    [
        "03_fields_get",
        "05_create_products",
        "06_search_read_templates",
        "07_products_paging",
        "08_company_price_context",
        "09_incremental",
        "10_languages",
        "11_write_copy_delete_archive",
        "12_errors",
        "13_images_bytes",
    ],
)
def test_every_recorded_call_is_answered_as_it_was(shared, name):
    recorded = [one for one in exchanges(shared, f"{name}.json") if _is_call(one)]
    assert len(recorded) > 1
    turns = {}
    with session(*login(shared), *recorded, matcher=ByValue()) as (found, _):
        for one in recorded:
            method, (*asked, _) = one["request"]["json"]["method"], one["request"]["json"]["params"]
            answers = [other for other in recorded if _same(other, one)]
            turn = turns[repr((method, asked))] = turns.get(repr((method, asked)), -1) + 1
            told = answers[turn]["response"]["json"]
            if "error" in told:
                with pytest.raises(RefusedError):
                    found.call(method.removeprefix("model."), *decoded(asked))
            else:
                assert found.call(method.removeprefix("model."), *decoded(asked)) == decoded(told["result"])


def _is_call(one):
    asked = one["request"]["json"]
    answered = one["response"]["status"] == 200 and asked["method"].startswith("model.")
    return answered and bool(asked["params"]) and isinstance(asked["params"][-1], dict)


def _same(one, other):
    asked = [each["request"]["json"] for each in (one, other)]
    return asked[0]["method"] == asked[1]["method"] and asked[0]["params"][:-1] == asked[1]["params"][:-1]


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [(401, "", "it was tried once"), (429, "", "for five minutes"), (200, "LoginException", "more than a password")],
)
def test_a_refused_login_is_never_tried_again(shared, status, error, words):
    answers = [one["response"] for one in exchanges(shared, "16_login_failures.json")]
    recorded = next(one for one in answers if one["status"] == status and error in str(one.get("json", "")))
    asked = {"method": "common.db.login", "params": ["admin", {"password": "secret"}, "en"]}
    refused = {"request": {"method": "POST", "path": "/erp/rpc/", "json": asked}, "response": recorded}
    with session(refused) as (found, transport):
        for _ in range(3):
            with pytest.raises(LoginError, match=words):
                found.call("product.product.search_count", [])
    assert transport._told[next(key for key in transport._told if b"db.login" in key)] == 1


def test_a_user_without_rights_gets_the_words_of_the_server(shared):
    recorded = next(
        one for one in exchanges(shared, "15_permissions.json") if "error" in one["response"].get("json", {})
    )
    asked = recorded["request"]["json"]
    with session(*login(shared), recorded, matcher=ByValue()) as (found, _), pytest.raises(RefusedError) as caught:
        found.call(asked["method"].removeprefix("model."), *decoded(asked["params"][:-1]))
    assert caught.value.said == 'You are not allowed to access "Product Template".'


@pytest.mark.parametrize(("version", "words"), [("6.0.30", "series 7.0 or later"), ("nothing", "is no Tryton server")])
def test_a_server_that_cannot_be_read_is_refused_before_the_login(version, words):
    told = {
        "request": {"method": "POST", "path": "/", "json": {"method": "common.server.version", "params": []}},
        "response": {"status": 200, "json": {"id": 1, "result": version}},
    }
    elsewhere = {**VERSION, "response": {"status": 401, "text": ""}}
    connection = TrytonConnection(url="http://erp.example.com", database="erp", username="admin", password="secret")
    recorded = replayed([told, elsewhere], matcher=ByMethod())
    with recorded, connection.open() as found, pytest.raises(RemoteError, match=words):
        found.call("product.product.search_count", [])


def test_a_database_that_is_not_there_or_not_loaded_is_told(shared):
    recorded = [one for one in exchanges(shared, "01_login.json") if one["request"]["path"] == "/nodb/rpc/"]
    with session(*recorded, database="nodb") as (found, _), pytest.raises(RemoteError, match="has no database 'nodb'"):
        found.call("product.product.search_count", [])


PLAIN = st.none() | st.booleans() | st.text() | st.integers() | st.dates()
MOMENTS = st.datetimes(timezones=st.just(UTC))
AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False)


@settings(max_examples=50)
@given(st.recursive(PLAIN | MOMENTS | AMOUNTS, lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside)))
def test_values_come_back_as_they_were(value):
    if "__class__" in str(value):
        return
    assert decoded(encoded(value)) == value


def test_recorded_values_are_read():
    moment = {"__class__": "datetime", "year": 2026, "month": 11, "day": 22, "hour": 19, "minute": 28, "second": 30}
    assert decoded([moment]) == [datetime(2026, 11, 22, 19, 28, 30, tzinfo=UTC)]
    assert decoded({"a": {"__class__": "Decimal", "decimal": "24.5000"}}) == {"a": Decimal("24.5000")}
    assert decoded({"__class__": "date", "year": 2026, "month": 3, "day": 1}) == date(2026, 3, 1)
    assert decoded({"__class__": "bytes", "base64": "aGk=\n"}) == b"hi"
