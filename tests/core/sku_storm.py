"""Processes that number the same products until they are killed: `sku_storm.py STATE FOLDER PRODUCTS SECONDS`.

A target is a folder with a file for each number: making it says who has it. What a process has used stands in its log.
"""

import os
import random
import signal
import sys
import time
import traceback
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from pimflow.numbering.allocation import Allocation
from pimflow.state.database import open_database
from pimflow.state.numbers import Numbers, Wanted, Whose
from pimflow.state.place import state_place

WORKERS = 8


def wanted(product):
    family = f"F{product % 3}"
    return Wanted(
        Whose("pim", str(product)),
        family,
        lambda begin: ((n, f"{family}-{n:05}") for n in range(max(begin, 1), 99_999)),
    )


def use(folder, log, given):
    """Put numbers where they are to be, as a run does behind their allocation; a file that is there stays."""
    for whose, number in given.items():
        holder = folder / number
        try:
            with holder.open("x") as file:
                file.write(whose.record)
        except FileExistsError:
            pass
        log.write(f"{whose.record}\t{number}\n")
    log.flush()


def work(place, folder, products, seed):
    choice = random.Random(seed)

    def taken(numbers):
        time.sleep(choice.uniform(0, 0.01))
        return {number for number in numbers if (folder / number).exists()}

    with closing(open_database(place)) as database, (folder / f"log-{seed}").open("w") as log:
        while True:
            allocation = Allocation(Numbers(database, "sku"), taken, datetime.now(UTC))
            some = choice.sample(range(products), min(products, 40))
            known = allocation.known([Whose("pim", str(product)) for product in some])
            new = [wanted(product) for product in some if Whose("pim", str(product)) not in known]
            use(folder, log, {**known, **allocation.give(new)})


def begin(*what):
    pid = os.fork()
    if pid == 0:
        try:
            work(*what)
        finally:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
    return pid


def kill(alive, these):
    for pid in list(these):
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        assert os.WIFSIGNALED(status), "a process ended by itself"
    return alive - set(these)


def main():
    place, folder = state_place(sys.argv[1]), Path(sys.argv[2])
    products, seconds = int(sys.argv[3]), float(sys.argv[4])
    for n in range(1, 200, 7):  # some numbers are somebody else's
        (folder / f"F1-{n:05}").write_text("stranger")
    open_database(place).close()
    choice, seeds = random.Random(11), iter(range(1_000_000))
    alive = {begin(place, folder, products, next(seeds)) for _ in range(WORKERS)}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(choice.uniform(0.05, 0.3))
        alive = kill(alive, [choice.choice(sorted(alive))])
        alive.add(begin(place, folder, products, next(seeds)))
    kill(alive, alive)
    with closing(open_database(place)) as database:
        allocation = Allocation(Numbers(database, "sku"), lambda _: (), datetime.now(UTC))
        known = allocation.known([Whose("pim", str(product)) for product in range(products)])
    sys.stdout.writelines(f"{whose.record}\t{number}\n" for whose, number in known.items())


main()
