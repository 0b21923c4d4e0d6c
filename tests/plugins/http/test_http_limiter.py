"""The limiter with real threads, and a real server that answers slowly."""

import gc
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from pimflow import UnreachableError
from pimflow_http import Client, Clock, Limiter, Limiters, Remote, RetryPolicy


class Busy(BaseHTTPRequestHandler):
    """Counts how many requests are under way at once."""

    protocol_version = "HTTP/1.1"
    now, most, lock = 0, 0, threading.Lock()

    def do_GET(self):
        with Busy.lock:
            Busy.now += 1
            Busy.most = max(Busy.most, Busy.now)
        time.sleep(0.02)
        with Busy.lock:
            Busy.now -= 1
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Busy) as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        Busy.now = Busy.most = 0
        yield f"http://127.0.0.1:{found.server_port}"
        found.shutdown()


def test_two_clients_of_one_account_stay_together_below_its_limit(server):
    remote = Remote("the shop", server, client_id="a", concurrency=3)
    with Client(remote) as one, Client(remote) as two, ThreadPoolExecutor(12) as pool:
        assert one.limiter is two.limiter
        calls = [pool.submit(client.request, "GET", "/") for client in (one, two) for _ in range(12)]
        assert [call.result().status_code for call in calls] == [200] * 24
    assert Busy.most == 3


def test_a_server_that_is_not_there_is_told_after_the_retries():
    clock = Clock(sleep=lambda _: None)
    remote = Remote("the shop", "http://127.0.0.1:9", concurrency=1)
    with Client(remote, clock=clock, policy=RetryPolicy(tries=2)) as client, pytest.raises(UnreachableError) as caught:
        client.request("GET", "/")
    assert "refuses connections" in str(caught.value)


def test_a_proxy_that_is_not_there_is_not_taken_for_the_server():
    clock = Clock(sleep=lambda _: None)
    remote = Remote("the shop", "http://shop.invalid", proxy="http://127.0.0.1:9")
    with Client(remote, clock=clock, policy=RetryPolicy(tries=1)) as client, pytest.raises(UnreachableError) as caught:
        client.request("GET", "/")
    assert "is not reached through the proxy" in str(caught.value)
    assert "refuses connections" not in str(caught.value)


def test_after_a_429_everybody_with_the_account_waits():
    now, slept = [0.0], []

    def sleep(seconds):
        slept.append(seconds)
        now[0] += seconds

    clock = Clock(lambda: now[0], lambda: now[0], sleep)
    limiter = Limiter(2, clock)
    answers = iter([httpx.Response(429, headers={"Retry-After": "9"})])
    begun = []

    def slowed(_request):
        found = next(answers, None)
        if found is None:
            begun.append(now[0])
        return found or httpx.Response(200)

    def other(_request):
        begun.append(now[0])
        return httpx.Response(200)

    remote = Remote("the shop", "https://shop.example.com")
    first = Client(
        remote,
        limiter=limiter,
        clock=Clock(clock.monotonic, clock.wall, lambda _: second_asks()),
        transport=httpx.MockTransport(slowed),
    )
    second = Client(remote, limiter=limiter, clock=clock, transport=httpx.MockTransport(other))

    def second_asks():
        second.request("GET", "/")

    first.request("GET", "/")
    assert slept == [9.0]
    assert begun == [9.0, 9.0]


def test_a_shorter_pause_does_not_end_a_longer_one():
    slept = []
    clock = Clock(lambda: sum(slept), lambda: 0.0, slept.append)
    limiter = Limiter(1, clock)
    limiter.pause(5)
    limiter.pause(1)
    with limiter.slot():
        assert slept == [5]


def test_accounts_have_a_limiter_each_and_none_is_kept_without_a_client():
    limiters = Limiters()
    one = limiters.get("https://a/", "x", 4)
    assert limiters.get("https://A", "x", 2) is one
    assert one.in_flight == 2
    assert limiters.get("https://a", "y", 4) is not one
    del one
    gc.collect()
    assert len(limiters) == 0


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with Client(Remote("the shop", server)) as client:
        assert client.request("GET", "/").status_code == 200
