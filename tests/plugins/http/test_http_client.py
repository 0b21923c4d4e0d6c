"""The client against a transport that answers from a list, with a clock turned by hand."""

import socket
import ssl
from dataclasses import dataclass, field

import httpx
import pytest

from pimflow import AccessError, ConfigError, LoginError, ProblemKind, RemoteError, UnreachableError
from pimflow_http import Client, Clock, Explanation, Limiter, Remote, RetryPolicy, was_ambiguous

URL = "https://pim.example.com"


@dataclass
class Time:
    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds

    @property
    def clock(self):
        return Clock(lambda: self.now, lambda: self.now, self.sleep)


def client_for(answers, time=None, url=URL, policy=None, **remote):
    """Make a client whose server gives these answers one after the other; an exception is raised."""
    time = time or Time()
    left = iter(answers)

    def answer(_request):
        found = next(left)
        if isinstance(found, Exception):
            raise found
        return found if isinstance(found, httpx.Response) else httpx.Response(found)

    limiter = Limiter(4, time.clock)
    transport = httpx.MockTransport(answer)
    about = Remote("the PIM", url, **remote)
    return Client(about, limiter=limiter, clock=time.clock, transport=transport, policy=policy)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_transient_status_is_tried_again(status):
    time = Time()
    response = client_for([status, status, 200], time).request("GET", "/x")
    assert response.status_code == 200
    first, second = time.slept[0], time.slept[1]
    assert 1 <= first <= 2 <= second <= 4


@pytest.mark.parametrize("status", [400, 404, 405, 406, 413, 415, 422])
def test_a_lasting_refusal_is_not_tried_again(status):
    time = Time()
    with pytest.raises(RemoteError):
        client_for([status], time).request("GET", "/x")
    assert time.slept == []


def test_tries_end_and_the_last_answer_is_told():
    with pytest.raises(UnreachableError) as caught:
        client_for([503] * 6).request("GET", "/x")
    assert str(caught.value).startswith("The PIM at https://pim.example.com is out of service for now.")
    assert "503" in caught.value.detail


def test_a_client_that_is_slowed_down_to_the_end_tells_the_rate_limit():
    with pytest.raises(UnreachableError) as caught:
        client_for([429] * 6).request("GET", "/x")
    assert caught.value.kind is ProblemKind.RATE_LIMIT


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), ("Thu, 01 Jan 1970 00:17:10 GMT", 30.0), ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0)]
)
def test_retry_after_wins_over_the_back_off(header, seconds):
    time = Time()
    client_for([httpx.Response(429, headers={"Retry-After": header}), 200], time).request("GET", "/x")
    assert time.slept[:1] == [seconds]


def test_a_retry_after_of_nonsense_is_ignored():
    time = Time()
    client_for([httpx.Response(503, headers={"Retry-After": "soon"}), 200], time).request("GET", "/x")
    assert 1 <= time.slept[0] <= 2


def test_a_wait_beyond_the_bound_ends_the_tries():
    time = Time()
    with pytest.raises(UnreachableError):
        client_for([httpx.Response(503, headers={"Retry-After": "3600"})], time).request("GET", "/x")
    assert time.slept == []


@pytest.mark.parametrize("failure", [httpx.ReadError("cut"), httpx.ReadTimeout("late"), 500])
def test_what_may_have_been_done_is_repeated_only_where_that_is_safe(failure):
    with pytest.raises(UnreachableError):
        client_for([failure, 200]).request("POST", "/x")
    assert client_for([failure, 200]).request("POST", "/x", repeatable=True).status_code == 200


@pytest.mark.parametrize("failure", [httpx.ConnectError("refused"), httpx.ConnectTimeout("late"), 429])
def test_what_was_certainly_not_done_is_repeated_always(failure):
    response = client_for([failure, 201]).request("POST", "/x")
    assert response.status_code == 201
    assert not was_ambiguous(response)


@pytest.mark.parametrize("failure", [httpx.RemoteProtocolError("cut"), httpx.ReadTimeout("late"), 502])
def test_the_answer_tells_that_an_earlier_try_may_have_been_done(failure):
    response = client_for([failure, 429, 204]).request("PATCH", "/x", repeatable=True)
    assert was_ambiguous(response)


def test_a_plain_answer_is_not_ambiguous():
    assert not was_ambiguous(client_for([200]).request("GET", "/x"))


def test_a_handled_status_comes_back_as_an_answer():
    assert client_for([422]).request("GET", "/x", handled={422}).status_code == 422


@pytest.mark.parametrize(
    ("status", "error"), [(401, LoginError), (403, AccessError), (404, RemoteError), (418, RemoteError)]
)
def test_a_status_becomes_the_error_that_tells_what_to_do(status, error):
    with pytest.raises(error) as caught:
        client_for([status]).request("GET", "/x")
    assert type(caught.value) is error
    assert str(caught.value).count(".") >= 2


def test_a_connector_overrides_single_explanations():
    entry = Explanation(AccessError, "has no such shop", "Choose another.")
    client = client_for([404, 403], explanations={404: entry})
    with pytest.raises(AccessError, match="has no such shop"):
        client.request("GET", "/x")
    with pytest.raises(AccessError, match="forbids"):
        client.request("GET", "/x")


def test_a_redirection_names_the_other_address():
    moved = httpx.Response(301, headers={"Location": "https://user:pw@other.example.com/?token=abc"})
    with pytest.raises(RemoteError, match="another address") as caught:
        client_for([moved]).request("GET", "/x")
    assert "-> https://other.example.com/?token=***" in caught.value.detail


def caused(error, cause):
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (caused(httpx.ConnectError("x"), socket.gaierror(-2, "unknown")), "host name that nobody knows"),
        (caused(httpx.ConnectError("x"), ConnectionRefusedError(111, "refused")), "refuses connections"),
        (caused(httpx.ConnectError("x"), ssl.SSLCertVerificationError("self-signed")), "`ca_file`"),
        (httpx.ProxyError("407"), "`proxy`"),
        (httpx.ConnectTimeout("late"), "firewall"),
        (httpx.ReadTimeout("late"), "`timeout`"),
        (httpx.RemoteProtocolError("cut"), "broke the connection off"),
    ],
)
def test_a_network_failure_is_told_in_words(failure, words):
    with pytest.raises(UnreachableError) as caught:
        client_for([failure] * 6).request("GET", "/x")
    assert words in str(caught.value)


def test_secrets_show_nowhere():
    body = "bad: s3cr3t and Bearer abcdefghij and https://me:pw@host/"
    client = client_for([httpx.Response(400, text=body)], secrets=("s3cr3t",), url="https://me:pw@pim.example.com")
    client.hide("t0ken")
    with pytest.raises(RemoteError) as caught:
        client.request("GET", "/x", params={"access_token": "t0ken", "q": "t0ken"})
    told = str(caught.value) + caught.value.detail + repr(client.remote.address)
    assert not any(secret in told for secret in ("s3cr3t", "abcdefghij", "pw@", "t0ken"))
    assert "pim.example.com" in told


def test_secrets_do_not_show_in_the_description_of_a_remote():
    assert "s3cr3t" not in repr(Remote("the PIM", URL, secrets=("s3cr3t",)))


def test_a_page_in_place_of_data_is_told():
    client = client_for([httpx.Response(200, text="<html>login</html>")])
    with pytest.raises(RemoteError, match="something else than data"):
        client.json(client.request("GET", "/x"))


def test_a_file_without_certificates_is_a_mistake_of_the_configuration(tmp_path):
    path = tmp_path / "ca.pem"
    path.write_text("nothing")
    with pytest.raises(ConfigError, match="certificate in PEM form"):
        Client(Remote("the PIM", URL, ca_file=path))


def test_a_proxy_that_is_no_address_is_a_mistake_of_the_configuration():
    with pytest.raises(ConfigError, match="`proxy`") as caught:
        Client(Remote("the PIM", URL, proxy="ftp://me:pw@proxy"))
    assert "pw" not in str(caught.value)


def test_fewer_tries_can_be_asked_for():
    time = Time()
    with pytest.raises(UnreachableError):
        client_for([500] * 2, time, policy=RetryPolicy(tries=2)).request("GET", "/x")
    assert len(time.slept) == 1


def test_what_is_final_is_not_tried_again_and_tells_nothing_of_a_crowd():
    time = Time()
    client = client_for([503], time, is_final=lambda response: response.status_code == 503)
    assert client.request("POST", "/x", handled={503}).status_code == 503
    assert time.slept == []
    assert client.limiter.width == 4


def test_without_cookies_none_comes_back():
    sent = []

    def answer(request):
        sent.append(request.headers.get("cookie"))
        return httpx.Response(200, headers={"set-cookie": "sid=Guest; Path=/"}, json={})

    for keeps in (False, True):
        remote = Remote("the shelf", URL, cookies=keeps)
        with Client(remote, limiter=Limiter(1), transport=httpx.MockTransport(answer)) as client:
            for _ in range(2):
                client.request("GET", "/")
    assert sent == [None, None, None, "sid=Guest"]
