"""How many wrong passwords are looked at, by name and by address."""

import time

import pytest
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from pimflow_serve.access import attempts
from pimflow_serve.access.attempts import Attempts
from pimflow_serve.refusals import Refused


def test_a_flood_from_many_addresses_is_slowed_as_well(monkeypatch):
    monkeypatch.setattr(attempts, "AT_ONCE", RateLimitItemPerSecond(10, 1))
    tried = Attempts()
    for number in range(10):
        tried.begin(f"name {number}", f"203.0.113.{number}")
    with pytest.raises(Refused, match="too many attempts"):
        tried.begin("another", "198.51.100.1")


def tries(tried, name, address, times=1):
    """Give a wrong password so many times, and tell whether all were looked at."""
    try:
        for _ in range(times):
            tried.begin(name, address)
            tried.failed(name, address)
    except Refused:
        return False
    return True


def test_strangers_who_guess_a_password_keep_nobody_out_where_they_signed_in(monkeypatch):
    monkeypatch.setattr(attempts, "AT_ONCE", RateLimitItemPerSecond(1000, 1))
    tried = Attempts()
    tried.succeeded("Julia", "192.0.2.1")
    assert all(tries(tried, "Julia", f"203.0.113.{number}", 5) for number in range(12))
    assert not tried.failed("Julia", "203.0.113.1"), "so many fill no log"
    assert not tries(tried, "JULIA", "198.51.100.1")
    assert tries(tried, "Julia", "192.0.2.1")


def test_all_addresses_of_a_network_of_ipv6_count_as_one(monkeypatch):
    monkeypatch.setattr(attempts, "AT_ONCE", RateLimitItemPerSecond(1000, 1))
    tried = Attempts()
    assert tries(tried, "Julia", "2001:db8:0:1::1", 5)
    assert not tries(tried, "Julia", "2001:db8:0:1:ffff::2")
    assert tries(tried, "Julia", "2001:db8:0:2::1", 5)
    assert tries(tried, "Julia", "::ffff:192.0.2.1", 5)
    assert tries(tried, "Julia", "::ffff:192.0.2.2", 5)


def test_many_attempts_are_forgotten_and_long_names_take_no_memory(monkeypatch):
    monkeypatch.setattr(attempts, "AT_ONCE", RateLimitItemPerSecond(1000, 1))
    for name in ("OF_NAME_THERE", "OF_ADDRESS", "OF_NAME"):
        monkeypatch.setattr(attempts, name, RateLimitItemPerSecond(60, 1))
    tried, storage = Attempts(), MemoryStorage()
    tried._limiter = FixedWindowRateLimiter(storage)
    for number in range(100):
        tries(tried, "x" * 100_000 + str(number), f"203.0.113.{number}")
    held = lambda: len(str([storage.storage, storage.expirations, storage.events, list(storage.locks)]))  # noqa: E731
    assert held() < 100_000
    time.sleep(1.1)
    tries(tried, "Julia", "192.0.2.1")
    time.sleep(0.1)
    assert held() < 2000
