"""Processes that run pipelines of one state until they are killed: `storm.py STATE SECONDS`. Prints what they left."""

import os
import random
import signal
import sys
import time
import traceback
from contextlib import closing
from datetime import UTC, datetime

from pimflow.errors import BusyError
from pimflow.model import Run, Status
from pimflow.running.holding import Pace, held
from pimflow.state import history, locks, open_items
from pimflow.state.database import open_database
from pimflow.state.open_items import OpenItem
from pimflow.state.place import state_place
from pimflow.state.records import Records, Settled, open_scope

WORKERS = 8
PIPELINES = ("one", "two", "three")


def now():
    return datetime.now(UTC)


def count(connection, scope, database, name, mine):
    """Read a counter, and who counted last, and change both with what depends on them."""
    table = "cursors"
    found = connection.exec_driver_sql(f"SELECT cursor, updated FROM {table} WHERE pipeline = '{name}'").first()
    number, last = (int(found[0]), int(found[1])) if found else (0, 0)
    assert last <= mine, f"{name}: holder {last} wrote after holder {mine} had begun"
    if found:
        connection.exec_driver_sql(
            f"UPDATE {table} SET cursor = '{number + 1}', updated = '{mine}' WHERE pipeline = '{name}'"
        )
    else:
        connection.exec_driver_sql(f"INSERT INTO {table} VALUES ('{name}', 'f', 'a', '1', '{mine}')")
    item = OpenItem("x", f"K{number}", number, {}, Status.FAILED, ())
    open_items.put(connection, scope, [item], mine, now())
    settled = [Settled("x", f"{number}-{n}", b"1", frozenset({f"c{number % 50}"})) for n in range(20)]
    Records(database, scope).remember(connection, settled, mine)


def work(place, seed):
    choice = random.Random(seed)
    with closing(open_database(place)) as database:
        while True:
            name = choice.choice(PIPELINES)
            try:
                with held(database, name, f"run-{seed}", now, Pace(0.05, 30, 12)) as ours:
                    mine = locks.holder(database, name).fencing
                    history.begin_run(ours, Run(f"{name}-{mine}", name, now()), "")
                    scope = open_scope(ours, name, "f", "s", "a")
                    for _ in range(choice.randrange(1, 15)):
                        with ours.writing() as connection:
                            count(connection, scope, ours, name, mine)
            except BusyError:
                time.sleep(0.002)


def begin(place, seed):
    pid = os.fork()
    if pid == 0:
        try:
            work(place, seed)
        finally:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
    return pid


def storm(place, seconds):
    """Let eight work, and kill one of them again and again; none may end in any other way."""
    choice, seeds = random.Random(7), iter(range(1_000_000))
    alive = {begin(place, next(seeds)) for _ in range(WORKERS)}
    end, kills = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        time.sleep(choice.uniform(0.02, 0.3))
        alive = killed(alive, [choice.choice(sorted(alive))])
        kills += 1
        alive.add(begin(place, next(seeds)))
    killed(alive, alive)
    return kills + WORKERS


def killed(alive, these):
    for pid in list(these):
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        assert os.WIFSIGNALED(status), "a process ended by itself"
    return set(alive) - set(these)


def main():
    place = state_place(sys.argv[1])
    open_database(place).close()
    kills = storm(place, float(sys.argv[2]))
    with closing(open_database(place)) as database:
        for name in PIPELINES:
            cursor = history.cursor(database, name, "f", "a")
            scope = open_scope(database, name, "f", "s", "a")
            keys = {item.key for item in open_items.of_scope(database, scope)}
            runs = [run.id for run in history.past_runs(database, name, 1_000_000)]
            fencing = locks.holder(database, name)
            found = (name, cursor, len(keys), Records(database, scope).count(), len(runs), len(set(runs)))
            sys.stdout.write("\t".join(map(str, found)) + "\n")
            assert keys == {f"K{n}" for n in range(int(cursor))}
            assert fencing is None or fencing.fencing >= len(runs)
    sys.stdout.write(f"killed\t{kills}\n")


main()
