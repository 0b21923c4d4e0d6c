"""Reading ahead: bounded, ended early, errors told in the thread that waits."""

import threading
import time

import pytest

from pimflow.errors import RemoteError, UnreachableError
from pimflow.model import BadValue, Problem
from pimflow.rows import CHUNK_ROWS, Chunk, Last, Passed, Reader, Stopped
from pimflow.transforming.chain import Chain, Steps


def numbers(count, taken=None):
    yield ("n",)
    for n in range(1, count + 1):
        if taken is not None:
            taken.append(n)
        yield (n,)


def numbered(reader):
    return [row for chunk in reader for row in zip(chunk.numbers, chunk.rows, strict=True)]


def source_threads():
    return [thread for thread in threading.enumerate() if thread.name == "pimflow-source"]


def test_rows_come_in_order_with_their_numbers():
    with Reader(numbers(2500)) as reader:
        assert reader.header == ("n",)
        rows = numbered(reader)
    assert rows == [(n, (n,)) for n in range(1, 2501)]
    assert reader.read == 2500


def test_a_slow_consumer_does_not_let_the_reader_run_ahead():
    taken = []
    with Reader(numbers(100 * CHUNK_ROWS, taken)) as reader:
        next(iter(reader))
        time.sleep(0.3)
        assert len(taken) <= 8 * CHUNK_ROWS


def test_a_slow_source_gives_its_first_rows_early():
    def slow():
        yield ("n",)
        for n in range(300):
            time.sleep(0.006)
            yield (n,)

    began = time.monotonic()
    with Reader(slow()) as reader:
        next(iter(reader))
        assert time.monotonic() - began < 1.2


def test_leaving_early_ends_the_thread_and_closes_the_source():
    closed = threading.Event()

    def endless():
        try:
            yield ("n",)
            while True:
                yield (1,)
        finally:
            closed.set()

    with Reader(endless()) as reader:
        next(iter(reader))
    assert closed.is_set()
    assert source_threads() == []


def test_an_error_of_the_source_is_raised_where_the_rows_are_used():
    def broken():
        yield from numbers(10)
        raise UnreachableError("the shelf is gone")

    with Reader(broken()) as reader, pytest.raises(UnreachableError, match="the shelf is gone"):
        list(reader)
    assert source_threads() == []


def test_an_error_before_the_header_is_raised_at_once():
    def broken():
        raise RemoteError("no header")
        yield

    with pytest.raises(RemoteError, match="no header"), Reader(broken()):
        pass
    assert source_threads() == []


class NoTable:
    def __iter__(self):
        raise RemoteError("no table")


@pytest.mark.parametrize(("table", "error"), [(NoTable(), RemoteError), (None, TypeError), (3, TypeError)])
def test_what_is_no_table_is_an_error_not_a_wait(table, error):
    with pytest.raises(error), Reader(table):
        pass
    assert source_threads() == []


@pytest.mark.parametrize("table", [[], iter([]), [("a", "b")]])
def test_no_rows(table):
    with Reader(table) as reader:
        assert list(reader) == []
    assert reader.read == 0


@pytest.mark.parametrize(("limit", "expected"), [(0, 0), (1, 1), (1000, 1000), (1001, 1001), (None, 1500)])
def test_a_limit(limit, expected):
    with Reader(numbers(1500), limit=limit) as reader:
        assert sum(len(chunk) for chunk in reader) == expected


def test_a_limit_asks_the_source_for_nothing_more():
    taken = []
    with Reader(numbers(5000, taken), limit=3) as reader:
        list(reader)
    assert taken == [1, 2, 3]


def part(start, rows, running=None, gate=None):
    yield ("n",)
    if running is not None:
        running.append(start)
        assert gate.wait(10), "the parts are not read at the same time"
    for n in range(start, start + rows):
        yield (n,)


@pytest.mark.parametrize("parts", [2, 4, 9])
def test_parts_give_all_rows_under_one_header_and_each_its_own_number(parts):
    with Reader(*(part(10_000 * at, 1500) for at in range(parts))) as reader:
        assert reader.header == ("n",)
        found = numbered(reader)
    assert sorted(row[0] for _, row in found) == [10_000 * at + n for at in range(parts) for n in range(1500)]
    assert [number for number, _ in sorted(found)] == list(range(1, 1500 * parts + 1))
    assert reader.read == 1500 * parts
    assert source_threads() == []


def test_four_parts_are_read_at_the_same_time_and_no_fifth():
    running, gate = [], threading.Event()
    with Reader(*(part(at, 10, running, gate) for at in range(6))) as reader:
        deadline = time.monotonic() + 10
        while len(running) < 4 and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.05)
        assert len(running) == 4
        gate.set()
        assert sum(len(chunk) for chunk in reader) == 60


def test_parts_wait_for_a_slow_consumer():
    taken = []
    with Reader(*(numbers(100 * CHUNK_ROWS, taken) for _ in range(4))) as reader:
        next(iter(reader))
        time.sleep(0.3)
        assert len(taken) <= 14 * CHUNK_ROWS


@pytest.mark.parametrize("parts", [1, 2, 6])
def test_what_comes_last_is_read_when_all_other_parts_were(parts):
    ended = []

    def noted(start):
        yield ("n",)
        time.sleep(0.02 * (start + 1))
        yield (start,)
        ended.append(start)

    def last():
        yield ("n",)
        yield from [(len(ended),)]

    with Reader(*map(noted, range(parts)), Last(last())) as reader:
        found = [row for _, row in numbered(reader)]
    assert sorted(found) == sorted([*((at,) for at in range(parts)), (parts,)])
    assert found[-1] == (parts,)


def test_what_comes_last_is_not_read_after_an_error():
    asked = []

    def last():
        asked.append(1)
        yield ("n",)

    def broken():
        yield ("n",)
        raise UnreachableError("the shelf is gone")

    with Reader(part(0, 10), broken(), Last(last())) as reader, pytest.raises(UnreachableError):
        for _ in reader:
            pass
    assert asked == []


def test_an_error_in_one_part_ends_the_others():
    def broken():
        yield ("n",)
        raise UnreachableError("the shelf is gone")

    def endless():
        yield ("n",)
        while True:
            yield (1,)

    with Reader(endless(), broken(), endless()) as reader, pytest.raises(UnreachableError, match="the shelf is gone"):
        for _ in reader:
            pass
    assert source_threads() == []


def test_parts_with_other_columns_are_refused():
    tables = [("n", "name"), (1, "x")], [("n", "label"), (2, "y")]
    with pytest.raises(RemoteError, match="differ in their columns: label, name"), Reader(*tables) as reader:
        list(reader)


def test_names_of_columns_are_text():
    with Reader([(1, None), ("x", "y")]) as reader:
        assert reader.header == ("1", "None")


def test_a_chain_passes_drops_and_stops_rows():
    def step(row):
        if row[0] == 1:
            return None
        if row[0] == 2:
            return 1 / 0
        return (row[0] * 10,)

    chain = Chain(("n",), (Steps((step, lambda row: (*row, "end"))),))
    problem = BadValue(Problem("bad"))
    (results,) = chain.run([Chunk([1, 2, 3], [(1,), (2,), (3,)])])
    assert chain.dropped == 1
    assert [type(result) for result in results] == [Stopped, Passed]
    assert (results[0].row, results[0].source) == (2, (2,))
    assert "ZeroDivisionError" in results[0].problem.detail
    assert results[1] == Passed(3, (3,), (30, "end"))
    ((passed,),) = Chain(("n", "m")).run([Chunk([1], [(problem, 1)])])
    assert passed.result == (problem, 1)


def test_a_row_that_the_source_could_not_read_costs_that_row_before_any_transform_sees_it():
    broken = BadValue(Problem("has 3 cells where 2 were expected", detail="line 7"))
    chain = Chain(("n", "m"), (Steps((lambda _row: pytest.fail("a transform saw it"),)),))
    ((stopped,),) = chain.run([Chunk([4], [(broken, broken)])])
    assert stopped == Stopped(4, (broken, broken), broken.problem)
