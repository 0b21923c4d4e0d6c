"""Large answers, read while they come."""

import httpx

from pimflow_http import Client, Clock, Limiter, Remote


class Broken(httpx.SyncByteStream):
    def __iter__(self):
        yield b"half of "
        raise httpx.ReadError("connection lost")


def receiving(answers):
    left = iter(answers)
    clock = Clock(lambda: 0.0, lambda: 0.0, lambda _: None)
    transport = httpx.MockTransport(lambda _request: next(left))
    return Client(Remote("the PIM", "https://pim.example.com"), limiter=Limiter(1), clock=clock, transport=transport)


def test_an_answer_that_breaks_off_is_read_anew():
    found = []

    def receive(response):
        found.append(bytearray())
        for chunk in response.iter_bytes():
            found[-1] += chunk

    with receiving([httpx.Response(200, stream=Broken()), httpx.Response(200, content=b"all of it")]) as client:
        client.request("GET", "/file", receive=receive)
    assert [bytes(one) for one in found] == [b"half of ", b"all of it"]


def test_a_refusal_is_not_received_but_can_be_read():
    found = []
    with receiving([httpx.Response(404, json={"message": "gone"})]) as client:
        response = client.request("GET", "/file", handled={404}, receive=found.append)
    assert response.json() == {"message": "gone"}
    assert found == []
