"""Lanes into a target go on while the thread that keeps the state is busy; batches that go one by one wait for it."""

import threading
from types import SimpleNamespace

import pytest

from pimflow.delivering import load

CHANGE, PREPARED = SimpleNamespace(resource="products"), SimpleNamespace(in_turn=False, aside="")


@pytest.fixture
def begun(monkeypatch):
    """Counts the batches of which writing began."""
    found = threading.Semaphore(0)

    def write(*_):
        found.release()
        return []

    monkeypatch.setattr(load, "write", write)
    return found


def brought(in_flight, batches, settle):
    sink = SimpleNamespace(batch_size=1, in_flight=in_flight)
    loader = load.Loader(sink, None, None, settle, max_failed=1)
    for _ in range(batches):
        loader.put(SimpleNamespace(change=CHANGE, prepared=PREPARED))
    loader.finish()
    loader.close()


def test_a_lane_writes_its_next_batch_while_the_state_is_kept(begun):
    met = []

    def settle(_replies):
        if not met:
            met.append(all(begun.acquire(timeout=10) for _ in range(4)))

    brought(2, 5, settle)
    assert met == [True]


def test_batches_that_go_one_by_one_are_kept_one_by_one(begun):
    ahead = []

    def settle(_replies):
        begun.acquire(timeout=10)
        ahead.append(begun.acquire(timeout=0.05))

    brought(1, 3, settle)
    assert ahead == [False, False, False]
