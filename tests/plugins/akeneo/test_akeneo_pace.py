"""The pace of a session against a PIM that counts calls at once and calls a second."""

import time
from concurrent.futures import ThreadPoolExecutor

import orjson
import pytest

from pimflow_akeneo.session import COLLECTION
from pimflow_http import Clock, Limiter

LINES = b"\n".join(orjson.dumps({"identifier": f"p{number}", "enabled": False}) for number in range(3))


@pytest.fixture
def calm(pim):
    """Give the PIM with its faults switched off afterwards."""
    yield pim
    pim.faults(rate=0, options_rate=0, concurrency=0, latency_ms=0, retry_after=1)


@pytest.fixture
def slept(session):
    """Give the waits of this session, whose clock runs a hundred times faster than the PIM's."""
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        time.sleep(seconds / 100)

    clock = Clock(lambda: time.monotonic() * 100, lambda: time.time() * 100, sleep)
    session._client._clock = clock
    session._client.limiter = Limiter(4, clock)
    return waits


def throttled(pim):
    return pim.stats()["throttled"]


def write(session, path="products"):
    return session.call("PATCH", path, content=LINES, headers={"Content-Type": COLLECTION}, repeatable=True)


def call_all(session, times, threads=8):
    def one(number):
        return (write(session) if number % 2 else session.call("GET", "channels")).status_code

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, range(times)))


def test_a_pim_that_takes_fewer_calls_at_once_gets_fewer_and_all_arrive(session, calm, slept):
    calm.faults(concurrency=2, latency_ms=5, retry_after=1)
    assert call_all(session, 300) == [200] * 300
    first = throttled(calm)
    assert 1 <= first <= 30
    limiter = session._client.limiter
    assert limiter.width <= 3
    calm.faults(concurrency=0, latency_ms=0)
    call_all(session, 400)
    assert throttled(calm) == first
    assert limiter.width == limiter.in_flight == 4


def test_calls_beyond_the_rate_of_the_pim_wait_and_all_arrive(session, calm, slept):
    calm.faults(rate=40, retry_after=100)
    assert call_all(session, 100) == [200] * 100
    assert 1 <= throttled(calm) <= 20
    assert 100 in slept


def test_the_retry_after_of_one_call_holds_the_others(session, calm, slept):
    session.get("channels")
    calm.faults(error_429=10, writes_only=False, retry_after=5)
    assert call_all(session, 60, threads=4) == [200] * 60
    calm.faults(error_429=0, writes_only=True)
    assert any(seconds < 5 for seconds in slept)
    assert max(slept) == 5


@pytest.mark.parametrize("path", ["attributes/color/options", "attributes/materials/options"])
def test_options_are_written_in_three_calls_a_second(session, calm, path):
    now, waits = [0.0], []

    def sleep(seconds):
        waits.append(seconds)
        now[0] += seconds

    session._client.limiter = Limiter(4, Clock(lambda: now[0], lambda: now[0], sleep))
    line = orjson.dumps({"code": "red", "labels": {"en_US": "Red"}})
    for _ in range(9):
        session.call("PATCH", path, content=line, headers={"Content-Type": COLLECTION}, repeatable=True)
    assert waits == pytest.approx([1.1, 1.1])
    for _ in range(9):
        session.get(path)
    assert len(waits) == 2


def test_a_pim_that_counts_writes_of_options_refuses_none(session, calm):
    calm.faults(options_rate=3)
    line = orjson.dumps({"code": "red", "labels": {"en_US": "Red"}})

    def write_option(number):
        path = f"attributes/{('color', 'materials')[number % 2]}/options"
        return session.call("PATCH", path, content=line, headers={"Content-Type": COLLECTION}, repeatable=True)

    with ThreadPoolExecutor(4) as pool:
        assert [answer.status_code for answer in pool.map(write_option, range(5))] == [200] * 5
    assert throttled(calm) == 0


def test_what_is_shared_may_be_made_of_what_else_is_shared(session):
    found = session.shared("outer", lambda: [session.shared("inner", object)])
    assert session.shared("inner", object) is found[0]


def test_a_pim_that_does_not_count_writes_of_options_gets_them_faster(connect):
    with connect(options_per_second=100).open() as session:
        waits = []
        session._client.limiter = Limiter(4, Clock(lambda: 0.0, lambda: 0.0, waits.append))
        line = orjson.dumps({"code": "red"})
        for _ in range(9):
            session.call("PATCH", "attributes/color/options", content=line, headers={"Content-Type": COLLECTION})
    assert waits == []
