"""Rows that are worked out while sinks write, and small chunks that are put together."""

import threading
import time

import pytest

from pimflow.ahead import ahead
from pimflow.errors import RemoteError
from pimflow.model import Problem
from pimflow.rows import CHUNK_ROWS, Carried, Reader, Stopped, gathered
from pimflow.tables import ChunkedTable


def threads():
    return [one for one in threading.enumerate() if one.name in {"pimflow-transforms", "pimflow-source"}]


def test_what_comes_next_is_worked_out_while_the_last_is_used_two_steps_ahead_and_no_more():
    made = []

    def steps():
        for n in range(100):
            made.append(n)
            yield n

    coming = ahead(steps())
    assert next(coming) == 0
    time.sleep(0.3)
    assert made == [0, 1, 2, 3]
    assert [*coming] == [*range(1, 100)]
    assert threads() == []


def test_an_error_is_raised_behind_what_came_before_it():
    def broken():
        yield 1
        raise RemoteError("the shelf is gone")

    coming = ahead(broken())
    assert next(coming) == 1
    with pytest.raises(RemoteError, match="the shelf is gone"):
        next(coming)
    assert threads() == []


def test_leaving_early_ends_the_thread():
    coming = ahead(iter(range(10**9)))
    next(coming)
    coming.close()
    assert threads() == []


def carried(first, number):
    numbers = range(first, first + number)
    return Carried(numbers, [(n,) for n in numbers], [(n, "x") for n in numbers])


def test_small_chunks_become_large_ones_in_order_and_a_row_that_stopped_keeps_its_place():
    small = CHUNK_ROWS // 4
    stopped = [Stopped(5 * small + 1, (0,), Problem("no"))]
    chunks = [carried(at * small + 1, small) for at in range(5)] + [stopped, carried(5 * small + 2, 3)]
    found = [*gathered(iter(chunks))]
    assert [len(chunk) for chunk in found] == [CHUNK_ROWS, small, 1, 3]
    rows = [row for chunk in found for row in chunk]
    assert [row.row for row in rows] == [*range(1, 5 * small + 5)]
    assert [row.source for row in rows] == [(row.row,) if row not in stopped else (0,) for row in rows]


def test_a_table_in_chunks_is_read_without_a_thread_and_asked_for_no_more_than_is_wanted():
    asked = []

    def chunks():
        yield [("n",)]
        for first in range(0, 100, 10):
            asked.append(first)
            yield [(n,) for n in range(first, first + 10)]

    with Reader(ChunkedTable(chunks), limit=15) as reader:
        assert reader.header == ("n",)
        assert reader.at_hand
        assert threads() == []
        found = [*reader]
    assert [(chunk.numbers, [*chunk.rows]) for chunk in found] == [
        (range(1, 11), [(n,) for n in range(10)]),
        (range(11, 16), [(n,) for n in range(10, 15)]),
    ]
    assert asked == [0, 10]
    assert [*ChunkedTable(chunks)] == [("n",), *((n,) for n in range(100))]
