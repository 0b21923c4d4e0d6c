"""Many days of one project, as a process: `python days.py PIPELINE CATALOGUE_SIZE NUMBER`.

Each day the file changes a little, the same way at every call, and is sent. After each run one line of JSON tells what
the process and its state take.
"""

import gc
import json
import random
import sqlite3
import sys
import threading
from contextlib import closing
from pathlib import Path

import psutil

HEADER = "sku;family;category;name;colour;weight"
KEYS_IN_TURN = 1.1
"""Products come and go, but there are never more keys than these times the size of the catalogue."""


def rows(size, day):
    """Give the file of a day: some products are new, gone or changed, some bad, and one is there twice."""
    drawn = random.Random(day)
    keys = list(range(int(size * KEYS_IN_TURN)))
    away = set(random.Random(day // 2).sample(keys, len(keys) - size))
    changed = set(drawn.sample(keys, size // 50))
    found = []
    for n in keys:
        if n not in away:
            colour = "purple" if (n + day) % 40 == 7 else ("red", "blue")[n % 2]
            weight = "heavy" if (n + day) % 97 == 5 else f"0.{n:05}"
            found.append(f"MUG-{n:05};mugs;cups;Mug {n}{f' of day {day}' if n in changed else ''};{colour};{weight}")
    return [HEADER, *found, drawn.choice(found), f"bad,{day % 5};mugs;cups;Bad;red;1"]


def write_day(folder, size, day):
    (folder / "products.csv").write_text("\n".join(rows(size, day)), "utf-8")


def state_of(folder):
    """Give the pages in use, those of the file, and the number of logs."""
    file = folder / ".pimflow" / "state.sqlite"
    with closing(sqlite3.connect(file)) as state:
        pages, free = (state.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count"))
        tables = [name for (name,) in state.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        counts = {name: state.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}
    logs = sum(1 for _ in (folder / ".pimflow" / "logs").iterdir())
    return {"pages": pages - free, "file": pages, "logs": logs, "tables": counts}


def main():
    from pimflow.assemble import assemble
    from pimflow.configuration.loading import load_pipeline
    from pimflow.log import configure_console
    from pimflow.plugins import create_registry
    from pimflow.running.run import RunOptions, run_pipeline, state_file
    from pimflow.state.database import open_database

    configure_console()
    pipeline, size, number = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    process = psutil.Process()
    for day in range(number):
        write_day(pipeline.parent, size, day)
        assembly = assemble(load_pipeline(pipeline), create_registry())
        with closing(open_database(state_file(pipeline.parent))) as database:
            report = run_pipeline(assembly, database, RunOptions())
        counts = {str(status): count for status, count in report.flows[0].counts.items()}
        del assembly, database, report
        gc.collect()
        took = {"rss": process.memory_info().rss, "files": process.num_fds(), "threads": threading.active_count()}
        print(json.dumps({"day": day, "counts": counts, **took, **state_of(pipeline.parent)}), flush=True)  # noqa: T201 - the test reads it


if __name__ == "__main__":
    main()
