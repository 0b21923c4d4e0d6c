"""Answers that come too slowly, damaged or with an absurd wish: bounded, and told in words."""

import time

import httpx
import pytest

from pimflow import ProblemKind, RemoteError, UnreachableError
from pimflow_http import BrokenAnswerError, Client, Clock, Limiter, Remote, RetryPolicy

from .test_http_network import server

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


def client(answer, wall=0.0, **options):
    """Give a client whose calls are all answered so; its clock moves while it sleeps."""
    slept = options.pop("slept", [])
    clock = Clock(lambda: sum(slept), lambda: wall, slept.append)
    transport = httpx.MockTransport(lambda _request: answer)
    return Client(
        Remote("the PIM", "https://pim.example.com"), limiter=Limiter(1, clock), clock=clock, transport=transport
    )


def dripping(size, pause):
    def turn(connection):
        connection.sendall(HEAD % size)
        for _ in range(size):
            connection.sendall(b"1")
            time.sleep(pause)

    return turn


@pytest.mark.parametrize("receive", [None, lambda response: response.read()])
def test_a_byte_now_and_then_is_not_waited_for_longer_than_the_time_out(receive):
    turns = [dripping(1000, 0.02)] * 2
    with server(*turns) as port:
        remote = Remote("the shop", f"http://127.0.0.1:{port}", timeout=0.2)
        clock = Clock(sleep=lambda _: None)
        began = time.monotonic()
        with (
            Client(remote, clock=clock, policy=RetryPolicy(tries=2)) as one,
            pytest.raises(UnreachableError, match="answers so slowly that it was not waited for any longer") as caught,
        ):
            one.request("GET", "/", receive=receive)
    assert time.monotonic() - began < 5
    assert "less than 1000 bytes a second" in caught.value.detail


def test_a_large_answer_may_take_longer_than_the_time_out():
    def turn(connection):
        connection.sendall(HEAD % 40_000)
        for _ in range(8):
            connection.sendall(b"1" * 5000)
            time.sleep(0.03)

    with server(turn) as port:
        remote = Remote("the shop", f"http://127.0.0.1:{port}", timeout=0.1)
        with Client(remote, policy=RetryPolicy(tries=1)) as one:
            assert len(one.request("GET", "/").content) == 40_000


@pytest.mark.parametrize(("status", "kind"), [(429, ProblemKind.RATE_LIMIT), (503, ProblemKind.CONNECTION)])
def test_an_hour_of_retry_after_is_not_waited_and_told(status, kind):
    slept = []
    with (
        client(httpx.Response(status, headers={"Retry-After": "3600"}), slept=slept) as one,
        pytest.raises(UnreachableError, match="wants no calls for 60 minutes, and a run waits 5 minutes") as caught,
    ):
        one.request("GET", "/x")
    assert (slept, caught.value.kind) == ([], kind)


@pytest.mark.parametrize("wall", [0.0, 1e9, 4e9])
def test_a_date_to_wait_for_is_held_against_the_clock_of_the_other_side(wall):
    headers = {"Retry-After": "Mon, 23 Nov 2026 10:00:05 GMT", "Date": "Mon, 23 Nov 2026 10:00:00 GMT"}
    slept = []
    with client(httpx.Response(503, headers=headers), wall, slept=slept) as one, pytest.raises(UnreachableError):
        one.request("GET", "/x")
    assert slept == [5.0] * 5


@pytest.mark.parametrize("told", ["-5", "1e9", "inf", "nan", "Mon, 32 Nov 2026", "²", "9" * 400])
def test_nonsense_to_wait_for_breaks_nothing(told):
    answer = httpx.Response(503, headers=[(b"retry-after", told.encode())])
    with client(answer) as one, pytest.raises(UnreachableError, match=r"out of service|wants no calls"):
        one.request("GET", "/x")


def test_a_compression_that_cannot_be_read_is_tried_again_and_told():
    slept = []

    def broken(_request):
        return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"no gzip"))

    remote, clock = Remote("the PIM", "https://pim.example.com"), Clock(sleep=slept.append)
    with (
        Client(remote, limiter=Limiter(1), clock=clock, transport=httpx.MockTransport(broken)) as one,
        pytest.raises(UnreachableError, match="a compression that cannot be read"),
    ):
        one.request("GET", "/x")
    assert len(slept) == 5


@pytest.mark.parametrize("content", [b"", b'{"items": [1, 2', b'"half'])
def test_data_that_is_not_whole_is_told_from_a_page(content):
    data = httpx.Response(200, content=content, headers={"Content-Type": "application/json"})
    with client(data) as one, pytest.raises(BrokenAnswerError, match="not whole"):
        one.json(one.request("GET", "/x"))
    said_to_be_json = httpx.Response(200, content=b"\n<!DOCTYPE html>", headers={"Content-Type": "application/json"})
    for page in (httpx.Response(200, html="<html>"), said_to_be_json):
        with client(page) as one, pytest.raises(RemoteError, match="login page") as caught:
            one.json(one.request("GET", "/x"))
        assert not isinstance(caught.value, BrokenAnswerError)
