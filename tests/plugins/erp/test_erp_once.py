"""What a server is asked for once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from pimflow_erp.once import Once


class Server:
    """Counts what it is asked."""

    def __init__(self):
        self.asked = 0

    def units(self):
        self.asked += 1
        return ["kg"]


def test_several_threads_ask_once():
    server, once, gate = Server(), Once(), Barrier(4)

    def ask(_):
        gate.wait()
        return once("units", server.units)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(4))) == [["kg"]] * 4
    assert server.asked == 1


def test_what_was_forgotten_is_asked_for_again():
    server, once = Server(), Once()
    once("units", server.units)
    once.forget("categories")
    once("units", server.units)
    assert server.asked == 1
    once.forget("units")
    once("units", server.units)
    assert server.asked == 2


def test_what_failed_is_asked_for_again():
    once = Once()
    with pytest.raises(ZeroDivisionError):
        once("units", lambda: 1 // 0)
    assert once("units", Server().units) == ["kg"]


def test_what_is_asked_for_may_ask_for_more():
    once = Once()
    assert once("tree", lambda: [once("root", lambda: "all")]) == ["all"]
