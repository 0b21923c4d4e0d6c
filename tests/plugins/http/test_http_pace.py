"""The limiter narrows where the other side is crowded, widens after a run of successes, and keeps paces of paths."""

import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimflow_http import Client, Clock, Limiter, Limiters, Pace, Remote

OPTIONS = Pace(frozenset({"POST", "PATCH"}), r"/attributes/[^/]+/options(/|$)", calls=3)


@dataclass
class Time:
    """Seconds that pass only while somebody sleeps; safe for threads."""

    now: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def sleep(self, seconds):
        with self.lock:
            self.now += seconds

    @property
    def clock(self):
        return Clock(lambda: self.now, lambda: self.now, self.sleep)


def call(limiter, times=1, *, crowded=False):
    for _ in range(times):
        with limiter.slot() as began:
            pass
        if crowded:
            limiter.crowded(began)
        else:
            limiter.went_well()


def client_for(answer, time, limiter=None, **remote):
    about = Remote("the PIM", "https://pim.example.com", **remote)
    limiter = limiter or Limiter(about.concurrency, time.clock)
    return Client(about, limiter=limiter, clock=time.clock, transport=httpx.MockTransport(answer))


def test_each_slowing_down_halves_the_calls_at_once_and_leaves_one():
    limiter = Limiter(8, Time().clock)
    widths = []
    for _ in range(5):
        call(limiter, crowded=True)
        widths.append(limiter.width)
    assert widths == [4, 2, 1, 1, 1]


def test_calls_that_were_under_way_together_slow_down_once():
    limiter = Limiter(4, Time().clock)
    with limiter.slot() as one, limiter.slot() as two, limiter.slot() as three:
        pass
    for began in (one, two, three):
        limiter.crowded(began)
    assert limiter.width == 2


def test_runs_of_successes_widen_step_by_step_up_to_the_limit():
    limiter = Limiter(4, Time().clock)
    call(limiter, crowded=True)
    call(limiter, 19)
    assert limiter.width == 2
    call(limiter)
    assert limiter.width == 3
    call(limiter, 20)
    assert limiter.width == 4
    call(limiter, 200)
    assert limiter.width == 4


def successes_until_wider(limiter):
    before, taken = limiter.width, 0
    while limiter.width == before:
        call(limiter)
        taken += 1
    return taken


def test_each_new_refusal_lets_it_try_more_rarely():
    limiter = Limiter(2, Time().clock)
    runs = []
    for _ in range(5):
        call(limiter, crowded=True)
        runs.append(successes_until_wider(limiter))
    assert runs == [20, 40, 80, 80, 80]


def test_a_run_of_successes_at_full_width_forgets_the_trouble():
    limiter = Limiter(2, Time().clock)
    for _ in range(4):
        call(limiter, crowded=True)
    assert successes_until_wider(limiter) == 80
    call(limiter, 80)
    call(limiter, crowded=True)
    assert successes_until_wider(limiter) == 20


@given(st.integers(1, 10), st.lists(st.booleans(), max_size=300))
def test_whatever_is_answered_the_width_stays_between_one_and_the_limit(limit, answers):
    limiter = Limiter(limit, Time().clock)
    for crowded in answers:
        call(limiter, crowded=crowded)
        assert 1 <= limiter.width <= limit


def test_no_more_calls_than_the_width_are_under_way_after_a_slowing_down():
    limiter = Limiter(4)
    call(limiter, crowded=True)
    running, most, lock = 0, 0, threading.Lock()
    together = threading.Barrier(2)

    def one(_):
        nonlocal running, most
        with limiter.slot():
            with lock:
                running += 1
                most = max(most, running)
            together.wait(10)
            with lock:
                running -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(8)))
    assert most == 2


def test_whoever_waits_for_the_end_of_a_pause_holds_no_place():
    time = Time()
    seen = []

    def nested(seconds):
        time.sleep(seconds)
        with limiter.slot():
            seen.append(time.now)

    limiter = Limiter(1, Clock(lambda: time.now, lambda: time.now, nested))
    limiter.pause(5)
    with limiter.slot():
        seen.append(time.now)
    assert seen == [5.0, 5.0]


@pytest.mark.parametrize("status", [429, 503])
def test_the_client_narrows_and_waits_as_the_answer_tells(status):
    time = Time()
    answers = deque([httpx.Response(status, headers={"Retry-After": "7"})])
    client = client_for(lambda _: answers.popleft() if answers else httpx.Response(200), time)
    client.request("GET", "/x")
    assert client.limiter.width == 2
    assert time.now == 7.0


@pytest.mark.parametrize("status", [500, 502, 504, 422, 404])
def test_other_answers_narrow_nothing(status):
    time = Time()
    answers = deque([httpx.Response(status)])
    client = client_for(lambda _: answers.popleft() if answers else httpx.Response(200), time)
    client.request("GET", "/x", handled={404, 422})
    assert client.limiter.width == 4


def test_a_refused_record_counts_as_a_success_of_the_call():
    client = client_for(lambda _: httpx.Response(422), Time())
    call(client.limiter, crowded=True)
    for _ in range(20):
        client.request("PATCH", "/x", handled={422})
    assert client.limiter.width == 3


@pytest.mark.parametrize(
    ("method", "path", "covered"),
    [
        ("PATCH", "/api/rest/v1/attributes/color/options", True),
        ("PATCH", "/api/rest/v1/attributes/color/options?x=1", True),
        ("POST", "/api/rest/v1/attributes/color/options", True),
        ("PATCH", "/api/rest/v1/attributes/color/options/red", True),
        ("GET", "/api/rest/v1/attributes/color/options", False),
        ("PATCH", "/api/rest/v1/attributes", False),
        ("PATCH", "/api/rest/v1/attributes/options", False),
        ("PATCH", "/api/rest/v1/families?back=/attributes/color/options", False),
    ],
)
def test_a_pace_covers_its_methods_and_paths(method, path, covered):
    assert OPTIONS.covers(method, path) is covered


def most_within(moments, seconds):
    return max(sum(1 for one in moments if start <= one < start + seconds) for start in moments)


@pytest.mark.parametrize("threads", [1, 4])
def test_paced_calls_keep_their_number_a_second_and_the_others_do_not_wait(threads):
    time = Time()
    paced, free = [], []

    def answer(request):
        (paced if request.method == "PATCH" else free).append(time.now)
        return httpx.Response(200)

    client = client_for(answer, time, paces=(OPTIONS,))
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda code: client.request("PATCH", f"/attributes/a{code}/options"), range(12)))
    assert len(paced) == 12
    assert most_within(paced, 1.0) <= 3
    before = time.now
    for _ in range(50):
        client.request("GET", "/attributes/a/options")
    assert set(free) == {before}


def test_three_calls_go_at_once_and_the_fourth_waits():
    time = Time()
    begun = []

    def answer(_):
        begun.append(time.now)
        return httpx.Response(200)

    client = client_for(answer, time, paces=(OPTIONS,))
    for _ in range(7):
        client.request("POST", "/attributes/a/options", content=b"{}")
    assert begun == pytest.approx([0, 0, 0, 1.1, 1.1, 1.1, 2.2])


def test_two_clients_of_one_account_share_the_pace():
    time = Time()
    begun = []

    def answer(_):
        begun.append(time.now)
        return httpx.Response(200)

    limiter = Limiter(4, time.clock)
    clients = [client_for(answer, time, limiter, paces=(OPTIONS,)) for _ in range(2)]
    for number in range(9):
        clients[number % 2].request("PATCH", "/attributes/a/options")
    assert most_within(begun, 1.0) == 3


def test_a_pause_uses_nothing_up_and_lets_no_burst_through_afterwards():
    time = Time()
    begun = []

    def answer(_):
        begun.append(time.now)
        return httpx.Response(200)

    client = client_for(answer, time, paces=(OPTIONS,))
    client.limiter.pause(10)
    for _ in range(6):
        client.request("PATCH", "/attributes/a/options")
    assert begun == pytest.approx([10, 10, 10, 11.1, 11.1, 11.1])


def test_a_smaller_limit_of_another_client_narrows_at_once():
    limiters = Limiters()
    limiter = limiters.get("https://a", "x", 4)
    limiters.get("https://a", "x", 2)
    assert (limiter.in_flight, limiter.width) == (2, 2)
