"""Login, tokens and pages against a small PIM made of functions."""

import base64
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from loguru import logger

from pimflow import LoginError, RemoteError
from pimflow_akeneo.connection import AkeneoConnection
from pimflow_akeneo.session import Session
from pimflow_akeneo.tokens import Credentials
from pimflow_http import Client, Clock, Limiter, Remote

CREDENTIALS = Credentials("3_id", "s3cr3t", "erp_1234", "p4ssword")


class Pim:
    """Gives numbered tokens; `good` are those that it takes."""

    def __init__(self):
        self.calls, self.grants, self.good = [], [], set()
        self.refresh_works = self.accepts_tokens = True
        self.refusal = None
        self.lock = threading.Lock()
        self.pages = {}

    def __call__(self, request):
        with self.lock:
            if request.url.path == "/api/oauth/v1/token":
                return self.token(request)
            return self.resource(request)

    def token(self, request):
        grant = json.loads(request.content)
        self.grants.append(grant["grant_type"])
        if self.refusal or (grant["grant_type"] == "refresh_token" and not self.refresh_works):
            return httpx.Response(422, json={"code": 422, "message": self.refusal or "Refresh token is invalid"})
        number = len(self.grants)
        self.good = {f"access-{number}"}
        return httpx.Response(
            200,
            json={
                "access_token": f"access-{number}",
                "expires_in": 3600,
                "token_type": "bearer",
                "scope": None,
                "refresh_token": f"refresh-{number}",
            },
        )

    def resource(self, request):
        self.calls.append(request)
        token = request.headers["Authorization"].removeprefix("Bearer ")
        if token not in self.good or not self.accepts_tokens:
            return httpx.Response(401, json={"code": 401, "message": "The access token provided has expired."})
        return httpx.Response(200, json=self.pages.get(str(request.url), {"ok": True}))


@pytest.fixture
def pim():
    return Pim()


@pytest.fixture
def now():
    return [0.0]


@pytest.fixture
def session(pim, now):
    remote = Remote("the PIM", "https://pim.example.com", secrets=("s3cr3t", "p4ssword"))
    clock = Clock(sleep=lambda _: None)
    with Client(remote, limiter=Limiter(4), clock=clock, transport=httpx.MockTransport(pim)) as client:
        yield Session(client, CREDENTIALS, lambda: now[0])


def test_nothing_is_called_before_it_is_needed(session, pim):
    assert pim.grants == []
    session.get("channels")
    assert pim.grants == ["password"]


def test_one_token_serves_all_calls(session, pim):
    for _ in range(3):
        session.get("channels")
    assert pim.grants == ["password"]
    assert {call.headers["Authorization"] for call in pim.calls} == {"Bearer access-1"}


def test_a_token_is_renewed_before_it_ends(session, pim, now):
    session.get("channels")
    now[0] = 3541.0
    session.get("channels")
    assert pim.grants == ["password", "refresh_token"]
    assert pim.calls[-1].headers["Authorization"] == "Bearer access-2"


def test_a_refused_token_is_refreshed_and_the_call_made_again(session, pim):
    session.get("channels")
    pim.good = set()
    assert session.get("channels") == {"ok": True}
    assert pim.grants == ["password", "refresh_token"]


def test_where_the_refresh_is_refused_the_password_is_used_once(session, pim):
    session.get("channels")
    pim.good, pim.refresh_works = set(), False
    assert session.get("channels") == {"ok": True}
    assert pim.grants == ["password", "refresh_token", "password"]


HALF = httpx.Response(200, content=b'{"access_tok', headers={"Content-Type": "application/json"})


@pytest.mark.parametrize("times", [1, 2])
def test_a_login_whose_answer_is_not_whole_is_repeated_once(session, pim, times):
    whole, half = pim.token, [HALF] * times
    pim.token = lambda request: half.pop() if half else whole(request)
    if times == 1:
        assert session.call("GET", "channels").is_success
    else:
        with pytest.raises(RemoteError, match="gave an answer that is not whole"):
            session.call("GET", "channels")


def test_a_token_that_was_refreshed_and_got_lost_is_not_refreshed_again(session, pim):
    session.get("channels")
    whole = pim.token

    def token(request):
        answer = whole(request)
        return HALF if pim.grants[-1] == "refresh_token" else answer

    pim.good, pim.token = set(), token
    assert session.get("channels") == {"ok": True}
    assert pim.grants == ["password", "refresh_token", "password"]


def test_tokens_that_are_always_refused_are_a_failed_login(session, pim):
    pim.accepts_tokens = False
    with pytest.raises(LoginError, match="gave a token and then refused it"):
        session.get("channels")
    assert len(pim.calls) == 3


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (
            'Parameter "client_id" is missing or does not match any client, or secret is invalid',
            "`client_id` and `secret`",
        ),
        ("No user with username erp_1234", "user 'erp_1234' or the password"),
    ],
)
def test_wrong_credentials_are_told_apart_and_never_tried_again(session, pim, message, told):
    pim.refusal = message
    with pytest.raises(LoginError) as caught:
        session.get("channels")
    assert told in str(caught.value)
    assert pim.grants == ["password"]


def test_several_threads_share_one_login(session, pim):
    session.get("channels")
    pim.good = set()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: session.get("channels"), range(16)))
    assert answers == [{"ok": True}] * 16
    assert pim.grants == ["password", "refresh_token"]


def test_an_error_of_a_page_asked_for_ahead_comes_behind_the_items_before_it(session, pim):
    after = "https://pim.example.com/api/rest/v1/families?page=2"
    first = {"_links": {"next": {"href": after}}, "_embedded": {"items": [{"code": "a"}, {"code": "b"}]}}
    pim.pages = {"https://pim.example.com/api/rest/v1/families?limit=100": first, after: {"no": "page"}}
    taken = []
    with pytest.raises(RemoteError, match="without the pages of a list"):
        taken.extend(one["code"] for one in session.pages("families", ahead=True))
    assert taken == ["a", "b"]


def test_pages_are_followed_at_the_configured_address(session, pim):
    there = "http://inside:8080/api/rest/v1/families?page=2&limit=100"
    here = "https://pim.example.com/api/rest/v1/families"
    pim.pages = {
        f"{here}?limit=100": {"_links": {"next": {"href": there}}, "_embedded": {"items": [{"code": "a"}]}},
        f"{here}?page=2&limit=100": {"_links": {}, "_embedded": {"items": [{"code": "b"}]}},
    }
    assert [one["code"] for one in session.pages("families")] == ["a", "b"]


@pytest.mark.parametrize("answer", [{}, [], {"_links": {}, "_embedded": []}])
def test_what_is_no_page_is_told(session, pim, answer):
    pim.pages = {"https://pim.example.com/api/rest/v1/families?limit=100": answer}
    with pytest.raises(RemoteError, match="without the pages of a list"):
        list(session.pages("families"))


def test_a_pim_below_a_path_is_followed_there(pim):
    here = "https://shop.example.com/pim/api/rest/v1/families"
    pim.pages = {
        f"{here}?limit=100": {"_links": {"next": {"href": f"{here}?page=2"}}, "_embedded": {"items": [{"code": "a"}]}},
        f"{here}?page=2": {"_links": {}, "_embedded": {"items": [{"code": "b"}]}},
    }

    def below(request):
        assert request.url.path.startswith("/pim/api/")
        if request.url.path.endswith("/token"):
            return pim.token(request)
        return pim.resource(request)

    remote = Remote("the PIM", "https://shop.example.com/pim")
    with Client(remote, limiter=Limiter(4), transport=httpx.MockTransport(below)) as client:
        found = [one["code"] for one in Session(client, CREDENTIALS).pages("families")]
    assert found == ["a", "b"]


def test_a_refused_login_is_not_tried_again_by_the_next_flow_of_the_run(session, pim):
    pim.refusal = "No user with username erp_1234"
    for _ in range(3):
        with pytest.raises(LoginError, match="user 'erp_1234' or the password"):
            session.get("channels")
    assert pim.grants == ["password"]


def test_a_login_that_answers_without_a_token_is_told(session, pim):
    pim.token = lambda _request: httpx.Response(200, json=[])
    with pytest.raises(RemoteError, match="without a token"):
        session.get("channels")


def test_secrets_show_neither_in_messages_nor_in_the_log(session, pim):
    told = []
    sink = logger.add(told.append, level=0, format="{message} {extra} {exception}")
    pim.refusal = "no s3cr3t " + base64.b64encode(b"3_id:s3cr3t").decode() + " p4ssword"
    with pytest.raises(LoginError) as caught:
        session.get("channels")
    logger.opt(exception=caught.value).error("failed: {}", caught.value.detail)
    logger.remove(sink)
    everything = "".join(told) + str(caught.value)
    assert not any(secret in everything for secret in ("s3cr3t", "p4ssword"))


def connection(**more):
    options = {"url": "https://pim.example.com/", "client_id": "a", "secret": "s3cr3t", "username": "u"}
    return AkeneoConnection(**{**options, "password": "p4ss", **more})


def test_the_address_has_no_secrets_and_neither_has_the_description():
    one = connection()
    assert one.address == "https://pim.example.com"
    assert "s3cr3t" not in repr(one)
    assert "p4ss" not in repr(one)


@pytest.mark.parametrize("url", ["pim.example.com", "ftp://pim", "https://me:pw@pim.example.com"])
def test_an_address_that_cannot_be_is_refused_without_showing_it(url):
    with pytest.raises(ValueError, match="expected an address") as caught:
        connection(url=url)
    assert "pw@" not in str(caught.value)
