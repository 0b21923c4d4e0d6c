"""Who comes in, and who does not."""

import pytest

from pimflow.state import people
from pimflow.state.people import PersonRow
from pimflow_serve.access.passwords import hashed

PASSWORD = "a long enough word"


@pytest.fixture(scope="session")
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


@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_no_address_elsewhere_is_gone_to_after_signing_in(stranger, julia, away):
    assert sign_in(stranger, next=away).headers["location"] == "/"


def test_a_wrong_password_and_an_unknown_name_are_told_alike(stranger, julia):
    wrong, unknown = sign_in(stranger, password="wrong"), sign_in(stranger, name="Julius")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace("Julia", "") == unknown.text.replace("Julius", "")
    assert "set-cookie" not in wrong.headers


def test_health_is_told_to_anybody(stranger):
    assert stranger.get("/healthz").json() == {"status": "ok"}
    assert stranger.get("/readyz").json() == {"status": "ok"}


def test_every_call_of_the_api_tells_who_may(signed_in):
    description = signed_in("viewer").get("/api/openapi.json").json()
    calls = [call for methods in description["paths"].values() for call in methods.values()]
    assert all(call["security"][-1]["token"] for call in calls)
    assert "/api/v1/people" in signed_in("viewer").get("/api/docs").text
