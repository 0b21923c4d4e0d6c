"""Who comes in, and who does not."""

import re
from datetime import timedelta
from threading import BoundedSemaphore

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from pimflow.state import people
from pimflow.state.people import PersonRow
from pimflow_serve.access import passwords
from pimflow_serve.access.passwords import hashed
from pimflow_serve.access.sessions import cookie_name
from pimflow_serve.app import create_app
from pimflow_serve.roles import Role
from pimflow_serve.serving import Serving
from pimflow_serve.settings import Settings
from pimflow_serve.starting import server_of

from .conftest import HERE, is_in

PASSWORD = "a long enough word"
EVIL = "https://evil.example"


@pytest.fixture
def kept():
    return hashed(PASSWORD)


@pytest.fixture
def julia(served, kept):
    people.add(served.database, PersonRow("Julia", "operator", kept, "", True, served.clock()))


def sign_in(browser, name="Julia", password=PASSWORD, **others):
    return browser.post("/login", data={"name": name, "password": password, **others}, follow_redirects=False)


def test_the_right_password_opens_a_session_and_leads_to_the_page_that_was_wanted(stranger, julia):
    answer = sign_in(stranger, next="/problems?who=me")
    assert (answer.status_code, answer.headers["location"]) == (303, "/problems?who=me")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert stranger.get("/login", follow_redirects=False).headers["location"] == "/"
    assert stranger.get("/api/v1/me").json() == {"name": "Julia", "role": "operator", "language": ""}


@pytest.mark.parametrize(
    "away", [EVIL, "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\tx", "http://[", "evil.example"]
)
def test_no_address_elsewhere_is_gone_to_after_signing_in(stranger, julia, away):
    assert sign_in(stranger, next=away).headers["location"] == "/"


def test_a_wrong_password_and_an_unknown_name_are_told_alike(stranger, julia):
    wrong, unknown = sign_in(stranger, password="wrong"), sign_in(stranger, name="Julius")
    assert wrong.status_code == unknown.status_code == 401
    assert "Name or password is wrong." in wrong.text
    assert wrong.text.replace("Julia", "") == unknown.text.replace("Julius", "")
    assert "set-cookie" not in wrong.headers


def test_brute_force_is_slowed_and_another_name_is_not_locked_out_by_it(stranger, julia, served, kept):
    people.add(served.database, PersonRow("Peter", "administrator", kept, "", True, served.clock()))
    codes = [sign_in(stranger, password=f"guess {number}").status_code for number in range(8)]
    assert codes == [401] * 5 + [429] * 3
    refused = sign_in(stranger)  # the right one waits as well
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 300
    assert "try again in 5 minutes" in refused.text
    assert sign_in(stranger, name="Peter").status_code == 303


def test_one_address_cannot_try_many_names(stranger, monkeypatch):
    monkeypatch.setattr("pimflow_serve.access.signing_in.fits", lambda *_: False)
    codes = [sign_in(stranger, name=f"somebody {number % 20}").status_code for number in range(32)]
    assert codes[-1] == 429


def test_who_signs_in_starts_anew(stranger, julia):
    for _ in range(3):
        assert [sign_in(stranger, password="wrong").status_code for _ in range(4)] == [401] * 4
        assert sign_in(stranger).status_code == 303


def test_a_page_of_another_site_cannot_sign_anybody_in(stranger, julia):
    stranger.headers["Origin"] = EVIL
    assert sign_in(stranger).status_code == 403
    del stranger.headers["Origin"]
    assert sign_in(stranger).status_code == 403


def test_signing_out_ends_the_session_on_the_server(signed_in, served):
    browser = signed_in()
    secret = browser.cookies[cookie_name(served.serving)]
    assert browser.post("/logout", follow_redirects=False).headers["location"] == "/login"
    browser.cookies.set(cookie_name(served.serving), secret)
    assert not is_in(browser)


def test_a_session_goes_on_while_it_is_used_and_ends_after_a_week_in_any_case(signed_in, served):
    idle, busy = signed_in(), signed_in()
    for _ in range(14):
        served.clock.passed += timedelta(hours=11)
        assert is_in(busy)
    assert not is_in(idle)
    served.clock.passed += timedelta(hours=11)
    assert is_in(busy)
    served.clock.passed += timedelta(hours=4)
    assert not is_in(busy)


@pytest.mark.parametrize("change", [{"active": False}, {"password": "x"}])
def test_who_is_locked_out_or_gets_a_new_password_is_out_at_once(signed_in, served, change):
    signed_in("administrator")
    browser = signed_in()
    assert is_in(browser)
    people.change(served.database, "Julia", **change)
    assert not is_in(browser)


def test_a_changed_role_counts_at_once(signed_in, served):
    peter, browser = signed_in("administrator"), signed_in()
    assert browser.get("/people").status_code == 403
    answer = peter.post("/people/change", data={"name": "Julia", "role": "administrator"})
    assert "Julia was changed." in answer.text
    assert browser.get("/people").status_code == 200


def test_a_locked_out_person_cannot_sign_in(stranger, julia, signed_in, served):
    signed_in("administrator")
    people.change(served.database, "Julia", active=False)
    assert sign_in(stranger).status_code == 401


def test_somebody_changes_their_own_password_and_stays_here_only(served, julia):
    here, there = served.browser(), served.browser()
    sign_in(here)
    sign_in(there)
    page = here.get("/password").text
    secret = re.search(r'name="csrf" value="(\w+)"', page)[1]
    given = {"csrf": secret, "old": PASSWORD, "password": "another long word", "again": "another long word"}
    assert here.post("/password", data=given | {"old": "wrong"}).status_code == 401
    assert here.post("/password", data=given | {"again": "else"}).status_code == 400
    assert here.post("/password", data=given, follow_redirects=False).status_code == 303
    assert is_in(here)
    assert not is_in(there)
    assert sign_in(there).status_code == 401
    assert sign_in(there, password="another long word").status_code == 303


@pytest.mark.parametrize("password", ["short", "Julia1234567", "aaaaaaaaaaaa", "x" * 300])
def test_passwords_that_are_easily_guessed_are_not_taken(signed_in, password):
    answer = signed_in("administrator").post("/api/v1/people", json={"name": "Julia", "password": password})
    assert answer.status_code == 409
    assert "choose another password" in answer.json()["error"]["message"]
    assert password not in answer.text


def test_the_last_administrator_stays(signed_in):
    peter = signed_in("administrator")
    for answer in (
        peter.patch("/api/v1/people/Peter", json={"role": "viewer"}),
        peter.patch("/api/v1/people/Peter", json={"active": False}),
        peter.delete("/api/v1/people/Peter"),
    ):
        assert answer.status_code == 409
        assert "the only administrator" in answer.json()["error"]["message"]


def test_an_administrator_lets_somebody_in_through_the_api(signed_in, stranger):
    peter = signed_in("administrator")
    given = {"name": "Jean Martin", "role": "operator", "password": PASSWORD, "language": "fr"}
    made = peter.post("/api/v1/people", json=given)
    assert made.status_code == 201
    assert "password" not in made.json()
    assert peter.post("/api/v1/people", json=given).status_code == 409
    assert sign_in(stranger, name="Jean Martin").status_code == 303
    assert peter.delete("/api/v1/people/Jean Martin").status_code == 204
    assert peter.delete("/api/v1/people/Jean Martin").status_code == 404
    assert not is_in(stranger)


@pytest.mark.parametrize("origin", [EVIL, "null", "http://127.0.0.1:8701", "http://[", "http://x:y", None])
def test_what_another_site_sends_with_the_cookie_is_refused(signed_in, served, origin):
    browser = signed_in("administrator")
    if origin is None:
        del browser.headers["Origin"]
    else:
        browser.headers["Origin"] = origin
    answer = browser.post("/people/add", data={"name": "Eve", "role": "administrator", "password": PASSWORD})
    assert answer.status_code == 403
    assert people.find(served.database, "Eve") is None


@pytest.mark.parametrize("given", ["", "0" * 64, "é"])
def test_a_form_without_the_secret_of_its_session_is_refused(signed_in, given):
    browser = signed_in("administrator")
    del browser.headers["X-CSRF-Token"]
    added = {"name": "Eve", "role": "administrator", "password": PASSWORD}
    assert browser.post("/people/add", data=added | {"csrf": given}).status_code == 403
    assert browser.post("/api/v1/people", json=added).status_code == 403


def test_behind_a_proxy_forms_come_from_the_public_address_and_cookies_go_by_tls_only(served, julia):
    settings = Settings(public_url="https://pimflow.example.com")
    serving = Serving(served.serving.project, served.database, served.clock, served.serving.runner, settings)
    browser = TestClient(create_app(serving), headers={"Origin": "https://pimflow.example.com"})
    answer = sign_in(browser)
    assert answer.status_code == 303
    assert re.match(
        r"__Host-pimflow_8700=[\w-]+; HttpOnly; Path=/; SameSite=lax; Secure$", answer.headers["set-cookie"]
    )
    assert "max-age" in answer.headers["strict-transport-security"]


def test_the_first_administrator_comes_in_by_a_link_that_works_once(stranger, served):
    from pimflow_serve.access.first import welcome_path

    assert stranger.get("/welcome").status_code == 403
    link = welcome_path(served.app)
    assert stranger.get("/welcome?code=guess").status_code == 403
    assert "Welcome" in stranger.get(link).text
    given = {"code": link.partition("=")[2], "name": "Peter", "password": PASSWORD, "again": PASSWORD}
    assert stranger.post("/welcome", data=given | {"again": "else"}).status_code == 400
    assert stranger.post("/welcome", data=given | {"code": "guess"}).status_code == 403
    assert stranger.post("/welcome", data=given, follow_redirects=False).status_code == 303
    assert stranger.get("/api/v1/me").json()["role"] == "administrator"
    assert served.browser().post("/welcome", data=given | {"name": "Eve"}).status_code == 403
    assert [one.name for one in people.everybody(served.database)] == ["Peter"]


def test_health_is_told_to_anybody(stranger):
    assert stranger.get("/healthz").json() == {"status": "ok"}
    assert stranger.get("/readyz").json() == {"status": "ok"}


def test_a_server_whose_state_cannot_be_read_is_not_ready(stranger, served):
    path = served.folder / ".pimflow" / "state.sqlite"
    served.database.close()
    path.write_bytes(b"not a database at all" * 1000)
    assert stranger.get("/readyz").status_code == 503
    assert str(path) not in stranger.get("/readyz").text
    assert stranger.get("/healthz").status_code == 200


def test_every_call_of_the_api_tells_who_may(signed_in):
    description = signed_in("viewer").get("/api/openapi.json").json()
    ours = {path: methods for path, methods in description["paths"].items() if path.startswith("/api/")}
    calls = [call for methods in ours.values() for call in methods.values()]
    assert {call["security"][-1]["token"][-1] for call in calls} <= set(Role)
    page = signed_in("viewer").get("/api/docs").text
    for path in description["paths"]:
        assert path in page


def test_who_speaks_french_is_told_in_french(stranger, signed_in):
    stranger.headers["Accept-Language"] = "fr-FR,fr;q=0.9"
    assert "Le nom ou le mot de passe est" in sign_in(stranger, name="Jean").text
    peter = signed_in("administrator", language="fr")
    answer = peter.post("/people/add", data={"name": "Jean", "role": "viewer", "password": "court"})
    assert "Choisissez un autre mot de passe : il faut au moins 10 caractères." in answer.text
    assert "choose another password" in peter.post("/api/v1/people", json={"name": "J", "password": "x"}).text


def test_a_page_that_is_not_there_keeps_the_menu_of_who_is_signed_in(signed_in, stranger):
    page = signed_in("administrator").get("/nothing")
    assert page.status_code == 404
    assert 'href="/people"' in page.text
    assert re.search(r'name="csrf" value="\w{64}"', page.text)
    assert 'href="/people"' not in stranger.get("/nothing").text


@pytest.mark.parametrize(("proxy", "last"), [("10.1.2.3", 401), ("192.168.1.1", 429)])
def test_proxies_that_are_trusted_say_for_whom_they_ask(served, julia, proxy, last):
    config = server_of(served.app, Settings(trusted_proxies=("10.0.0.0/8",))).config
    config.load()
    browser = TestClient(config.loaded_app, HERE, headers={"Origin": HERE}, client=(proxy, 50000))
    for number in range(6):
        browser.headers["X-Forwarded-For"] = f"203.0.113.{number}"
        answer = sign_in(browser, password=f"guess {number}")
    assert answer.status_code == last


def test_a_password_that_was_hashed_with_less_work_is_hashed_anew_when_it_is_used(stranger, served):
    older = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
    people.add(served.database, PersonRow("Julia", "operator", older, "", True, served.clock()))
    assert sign_in(stranger).status_code == 303
    assert people.find(served.database, "Julia").password != older
    assert is_in(stranger)
    assert sign_in(served.browser()).status_code == 303


def test_who_finds_no_room_to_sign_in_is_told_to_come_again(stranger, julia, monkeypatch):
    monkeypatch.setattr(passwords, "_PATIENCE", 0.01)
    monkeypatch.setattr(passwords, "_ROOM", BoundedSemaphore(1))
    with passwords._ROOM:
        answer = sign_in(stranger)
    assert answer.status_code == 503
    assert "Too many people sign in at the same time. Try again in a moment." in answer.text
    assert sign_in(stranger).status_code == 303
