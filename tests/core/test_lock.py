"""One run of a pipeline at a time, whatever becomes of its process."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from pimflow.errors import BusyError, LockLostError
from pimflow.processes import birth_of, place
from pimflow.running.holding import Pace, held, is_dead
from pimflow.running.run import RunOptions, run_pipeline
from pimflow.state import history, locks
from pimflow.state.locks import Owner

from .conftest import SHOP

PACE = Pace(beat=0.1, stale=0.6, watch=0.5)
ELSEWHERE = Owner("run-0", "far", "another machine", 4711, "1")


def now():
    return datetime.now(UTC)


def hold(database, pace=PACE, clock=now, run="run-1"):
    return held(database, "bench", run, clock, pace)


def test_a_second_holder_is_told_who_holds_it_and_the_next_number_is_higher(database):
    with hold(database):
        with pytest.raises(
            BusyError, match=rf"bench is running already: run run-1, since 20\d\d-.* process {os.getpid()} on "
        ):
            hold(database).__enter__()
        first = locks.holder(database, "bench").fencing
    assert locks.holder(database, "bench") is None
    with hold(database):
        assert locks.holder(database, "bench").fencing == first + 1


def test_another_pipeline_is_not_kept_off(database):
    with hold(database), held(database, "other", "run-2", now, PACE):
        assert {locks.holder(database, name).owner.run for name in ("bench", "other")} >= {"run-2"}
        assert locks.holder(database, "bench").owner.run != "run-2"


@pytest.mark.parametrize("shift", [timedelta(), timedelta(days=-3), timedelta(days=3)])
def test_a_holder_of_another_machine_that_beats_is_left_alone_whatever_the_clocks_say(database, shift):
    with hold(database, clock=lambda: now() + shift):
        with database.writing() as connection:
            connection.exec_driver_sql("UPDATE locks SET place = 'another machine'")
        with pytest.raises(BusyError):
            hold(database).__enter__()


@pytest.mark.parametrize("shift", [timedelta(minutes=-5), timedelta(days=3)])
def test_a_holder_of_another_machine_that_beats_no_more_is_succeeded(database, shift):
    locks.take(database, "bench", ELSEWHERE, now() + shift)
    with hold(database) as ours, ours.writing():
        assert locks.holder(database, "bench").owner.run == "run-1"


def test_a_beat_of_a_moment_ago_needs_no_watching(database):
    locks.take(database, "bench", ELSEWHERE, now())
    began = time.monotonic()
    with pytest.raises(BusyError):
        hold(database, Pace()).__enter__()
    assert time.monotonic() - began < 3


def test_of_two_that_saw_the_same_dead_holder_one_succeeds_it(database):
    locks.take(database, "bench", ELSEWHERE, now())
    dead = locks.holder(database, "bench")
    took = [locks.take(database, "bench", Owner(f"run-{n}", "h", "p", n, ""), now(), dead) for n in (1, 2)]
    assert took == [2, None]


def test_a_holder_that_beats_after_all_is_not_succeeded(database):
    locks.take(database, "bench", ELSEWHERE, now())
    dead = locks.holder(database, "bench")
    assert locks.beat(database, "bench", dead.fencing, now())
    assert locks.take(database, "bench", Owner("run-1", "h", "p", 1, ""), now(), dead) is None


def test_who_lost_the_lock_commits_nothing_and_does_not_beat(database):
    with hold(database) as ours:
        locks.unlock(database, "bench")
        with pytest.raises(LockLostError), ours.writing() as connection:
            connection.exec_driver_sql("DELETE FROM about")
        with hold(database, run="run-2") as theirs:
            with pytest.raises(LockLostError):
                ours.check_fence()
            time.sleep(0.3)
            theirs.check_fence()
            assert locks.holder(database, "bench").owner.run == "run-2"
    assert locks.holder(database, "bench") is None


def test_a_process_of_the_same_number_is_another_one(database):
    living = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    birth = birth_of(living.pid)
    owner = Owner("run-0", "here", place(), living.pid, birth)
    locks.take(database, "bench", owner, now())
    alive = locks.holder(database, "bench")
    assert not is_dead(alive)
    living.kill()
    while not is_dead(alive):  # a child that nobody waited for is dead too
        time.sleep(0.01)
    living.communicate()
    assert is_dead(alive)
    locks.unlock(database, "bench")
    locks.take(database, "bench", Owner("run-0", "here", place(), os.getpid(), birth + "1"), now())
    assert is_dead(locks.holder(database, "bench")) is (birth_of(os.getpid()) != "")


def test_a_plan_needs_no_lock(bench, shop):
    with bench.database() as database, hold(database):
        assert bench.plan()[0].counts
        with pytest.raises(BusyError):
            bench.run()
    assert shop.batches == []


def test_a_run_that_loses_its_lock_writes_no_further_batch_and_leaves_its_successor_alone(bench, shop):
    shop.tables["products"] = [("sku", "name"), *((f"S{n:02}", "x") for n in range(30))]

    def lose(batch):
        if batch[0].key == "S05":
            with bench.database() as database:
                locks.unlock(database, "bench")

    shop.on_load = lose
    with pytest.raises(LockLostError, match="given free for another one"):
        bench.run()
    assert shop.sent == [f"S{n:02}" for n in range(10)]
    assert bench.sent_records() == 5
    assert shop.closed == [False]
    with bench.database() as database:
        (past,) = history.past_runs(database, "bench", 1)
    assert (past.exit_code, past.report["error"][:8]) == (3, "this run")
    shop.on_load = lambda _batch: None
    assert sum(bench.run().counts.values()) == 30


def lost_while_reading(bench):
    yield ("sku", "name")
    yield ("A", "Anvil")
    with bench.database() as database:
        locks.unlock(database, "bench")


@pytest.mark.parametrize("sink", ["shop.products", "shop.feed"])
def test_what_was_read_when_the_lock_was_lost_is_not_written(bench, shop, sink):
    shop.tables["products"] = lambda: lost_while_reading(bench)
    with pytest.raises(LockLostError):
        bench.run(sink={"type": sink, "connection": "shop"})
    assert (shop.batches, shop.feeds, shop.closed) == ([], [], [False])


RUNNER = """
import os, signal, sys, time
sys.path.insert(0, {shop!r})
import pimflow_shop
from pathlib import Path
from pimflow.assemble import assemble
from pimflow.configuration.loading import load_pipeline
from pimflow.running.holding import Pace
from pimflow.plugins import create_registry
from pimflow.running.run import run_pipeline, RunOptions
from pimflow.state.database import open_database
from pimflow.state.place import state_place
shop = pimflow_shop.SHOPS["main"] = pimflow_shop.Shop()
shop.tables["products"] = [("sku", "name"), *((f"S{{n:02}}", "old") for n in range(20))]
def on_load(batch):
    if batch[0].key == "S05":
        print("there", flush=True)
        if {stop!r} == "stop":
            os.kill(os.getpid(), signal.SIGSTOP)
        else:
            time.sleep(60)
shop.on_load = on_load
database = open_database(state_place({state!r}))
try:
    assembly = assemble(load_pipeline(Path({file!r})), create_registry())
    run_pipeline(assembly, database, RunOptions(), pace=Pace(0.1, 0.6, 0.5))
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.fixture
def other(bench):
    """Start the bench's pipeline in a process of its own, up to its second batch."""
    started = []

    def start(stop):
        state = getattr(bench.state, "url", str(bench.state))
        code = RUNNER.format(shop=str(SHOP), state=state, file=str(bench.write()), stop=stop)
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout.readline() == "there\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def run_here(bench):
    with bench.database() as database:
        return run_pipeline(bench.assembly(), database, RunOptions(), pace=PACE)


def test_two_processes_do_not_run_one_pipeline(bench, shop, other):
    process = other("sleep")
    for _ in range(3):
        time.sleep(0.4)
        with pytest.raises(BusyError, match=f"process {process.pid} on"):
            run_here(bench)
    assert shop.batches == []


def test_the_lock_of_a_killed_process_is_free_at_once_and_its_run_is_told_as_broken_off(bench, shop, other):
    shop.tables["products"] = [("sku", "name"), *((f"S{n:02}", "old") for n in range(20))]
    process = other("sleep")
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, and nobody has asked for how it ended
    with bench.database() as database:
        began = time.monotonic()
        report = run_pipeline(bench.assembly(), database, RunOptions())
        assert time.monotonic() - began < 4
        last, before = history.past_runs(database, "bench", 2)
    assert sum(report.flows[0].counts.values()) == 20
    assert (last.exit_code, before.exit_code, before.report) == (0, 3, None)
    assert before.finished


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="processes cannot be suspended here")
def test_a_suspended_run_overwrites_nothing_of_its_successor(bench, shop, other):
    process = other("stop")
    time.sleep(0.7)
    shop.tables["products"] = [("sku", "name"), *((f"S{n:02}", "new") for n in range(20))]
    report = run_here(bench)
    assert report.exit_code == 0
    kept = bench.sql("SELECT * FROM records ORDER BY key")
    assert len(kept) == 20
    os.kill(process.pid, signal.SIGCONT)
    assert process.communicate(timeout=30)[0].startswith("LockLostError this run was not heard of for so long")
    assert bench.sql("SELECT * FROM records ORDER BY key") == kept
    assert bench.sql("SELECT COUNT(*) FROM open_items") == [(0,)]
    assert run_here(bench).flows[0].counts == {"unchanged": 20}


def test_many_processes_at_once_hold_it_one_after_the_other(tmp_path):
    code = (
        "import sys, time\nfrom datetime import UTC, datetime\nfrom pathlib import Path\n"
        "from pimflow.errors import BusyError\nfrom pimflow.running.holding import Pace, held\n"
        "from pimflow.state.database import open_database\n"
        "database, mark = open_database(Path(sys.argv[1], 'state.sqlite')), Path(sys.argv[1], 'mark')\n"
        "held_it = 0\n"
        "for n in range(40):\n"
        "    try:\n"
        "        with held(database, 'p', 'r', lambda: datetime.now(UTC), Pace()):\n"
        "            mark.touch(exist_ok=False); time.sleep(0.002); mark.unlink(); held_it += 1\n"
        "    except BusyError:\n"
        "        time.sleep(0.003)\n"
        "print(held_it)\n"
    )
    four = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    answers = [process.communicate(timeout=60) for process in four]
    assert [errors for _, errors in answers] == [""] * 4
    from pimflow.state.database import open_database

    database = open_database(tmp_path / "state.sqlite")
    with database.reading() as connection:
        (fencing,) = connection.exec_driver_sql("SELECT fencing FROM locks").scalars()
    database.close()
    assert fencing == sum(int(told) for told, _ in answers) > 0
