"""Where a run is killed and begun anew: a project and its PIMs, put back for each try as they were before that run."""

import copy
import hashlib
import json
import random
import shutil
import signal
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from ..started import run as started  # noqa: TID252 - tests are no package

CHILD = Path(__file__).parent / "child.py"
SEED = 20_261_123
LONGEST_PAUSE = 0.03
CALLS_AT_ONCE = 4
"""Uploads that may be under way when a process is killed, and are made again."""

SENT = {"created", "updated", "deleted", "failed", "unknown"}
_TIMES = {"uuid", "created", "updated"}


def content_of(pim):
    """Give all records of a PIM by kind and key; media files are named by their content."""
    store = pim.store
    media = {code: hashlib.sha256(file.content).hexdigest() for code, file in store.media.items()}
    skus = {uuid: product.identifier for uuid, product in store.products.items()}

    def named(value):
        if isinstance(value, dict):
            return {str(key): named(one) for key, one in sorted(value.items(), key=lambda item: str(item[0]))}
        if isinstance(value, list | tuple):
            return [named(one) for one in value]
        return media.get(value, skus.get(value, value)) if isinstance(value, str) else value

    def timeless(record):
        return named({name: value for name, value in record.items() if name not in _TIMES})

    found = {("product", one.identifier): timeless(vars(one)) for one in store.products.values()}
    assert len(found) == len(store.products), "an identifier was given twice"
    found |= {("model", code): timeless(vars(model)) for code, model in store.models.items()}
    for kind, records in store.structure.items():
        found |= {(kind, one.get("attribute"), one["code"]): timeless(one) for one in records}
    return found


def quiet(pim):
    """Wait until a PIM has done what a killed process asked of it last."""
    calls, seen = pim.stats()["calls"], -1
    while calls != seen or pim.sandbox.planner.running:
        seen = calls
        time.sleep(0.1)
        calls = pim.stats()["calls"]


@dataclass(frozen=True)
class End:
    """What is left when all is over: the PIMs, what is remembered of them, what is open, and files that came out."""

    pims: list
    remembered: list
    open_items: list
    files: list
    uploads: int


@dataclass
class Stage:
    """A project in `start` and its PIMs as they were before the run that is killed. `command` is that run."""

    folder: Path
    pims: list
    command: tuple
    points: int = 0
    stores: list = field(default_factory=list)
    tries: int = 0

    @property
    def start(self):
        return self.folder / "start"

    def keep(self):
        """Let all tries begin from here."""
        self.stores = [copy.deepcopy(pim.store) for pim in self.pims]

    def project(self):
        """Put everything back as it was, in a new folder."""
        for pim, store in zip(self.pims, self.stores, strict=True):
            pim.sandbox.store = copy.deepcopy(store)
        self.tries += 1
        folder = self.folder / str(self.tries)
        shutil.copytree(self.start, folder)
        return folder

    def run(self, folder, *words, point=0, pause=0.0):
        """Run in a process of its own; give its report, None where it was killed."""
        done = started([CHILD, point, pause, folder / "points.txt", *words, "--json"], folder)
        assert done.returncode in {0, -signal.SIGKILL}, done.stdout + done.stderr
        return json.loads(done.stdout) if done.returncode == 0 else None

    def end(self, folder):
        columns = "LEFT JOIN column_sets ON column_sets.id = columns"
        scope = "JOIN scopes ON scopes.id = scope"
        remembered = self.ask(
            folder,
            f"SELECT flow, sink, resource, key, fingerprint, names FROM records {scope} {columns} "
            "ORDER BY flow, sink, resource, key",
        )
        items = self.ask(
            folder,
            "SELECT flow, sink, resource, key, status IN ('created', 'updated', 'unchanged'), "
            f"replace(problems, '{folder}', ''), told FROM open_items {scope} ORDER BY flow, sink, resource, key",
        )
        return End([content_of(pim) for pim in self.pims], remembered, items, self.written(folder), self.uploads())

    def uploads(self):
        """Count the files that were uploaded, those that nothing uses too."""
        return sum(len(pim.store.media) for pim in self.pims)

    @staticmethod
    def written(folder):
        """Give the files that came out, with their content: a killed run may leave half of one under a hidden name."""
        out = folder / "export"
        found = sorted(path for path in out.rglob("*") if path.is_file() and not path.name.startswith("."))
        return [(str(path.relative_to(out)), path.read_bytes()) for path in found]

    def ask(self, folder, query):
        """Ask the state of a project."""
        with closing(sqlite3.connect(folder / ".pimflow" / "state.sqlite")) as state:
            return state.execute(query).fetchall()


def undisturbed(stage):
    """Run once without a crash; give the end, and count the points."""
    folder = stage.project()
    report = stage.run(folder, *stage.command)
    stage.points = int((folder / "points.txt").read_text())
    end = stage.end(folder)
    assert any(sent(report).values()), "there is nothing to disturb"
    return end


def sent(report):
    """Count what was sent, by status."""
    counts = [flow["counts"] for flow in report["flows"]]
    return {status: sum(one.get(status, 0) for one in counts) for status in SENT}


def differences(one, other):
    """Give the first of what only one of two ends has."""
    pairs = [(these.items(), those.items()) for these, those in zip(one.pims, other.pims, strict=True)]
    pairs += [(one.remembered, other.remembered), (one.open_items, other.open_items)]
    pairs += [(one.files, other.files)]
    found = []
    for these, those in pairs:
        if list(these) != list(those):
            found += [("only here", thing) for thing in these if thing not in those]
            found += [("only there", thing) for thing in those if thing not in these]
    return found[:5]


def hold(found, end, told):
    wrong = differences(found, end)
    assert not wrong, f"{told}: {wrong}"


def crash(stage, end, number):
    """Kill the run at the point drawn for this number, begin it again, and compare; a third run sends nothing."""
    drawn = random.Random(SEED + number)
    point, pause = drawn.randint(1, stage.points), drawn.uniform(0, LONGEST_PAUSE)
    folder = stage.project()
    killed = stage.run(folder, *stage.command, point=point, pause=pause) is None
    for pim in stage.pims:
        quiet(pim)
    before = [content_of(pim) for pim in stage.pims]
    again = stage.run(folder, *stage.command)
    told = f"number {number}: point {point} of {stage.points}, pause {pause}"
    hold(stage.end(folder), end, told)
    assert stage.uploads() <= end.uploads + CALLS_AT_ONCE, told
    new = sum(len(late.keys() - early.keys()) for late, early in zip(end.pims, before, strict=True))
    assert end.files or sent(again)["created"] == new, told
    third = stage.run(folder, "run", "pipeline.yaml")
    assert not any(sent(third).values()), told
    hold(stage.end(folder), end, told)
    runs = stage.ask(folder, "SELECT finished IS NULL, report IS NULL FROM runs")
    assert sum(never_ended for never_ended, _ in runs) == 0, told
    assert sum(without_report for _, without_report in runs) <= int(killed), told
    ((holder, fencing),) = stage.ask(folder, "SELECT run, fencing FROM locks")
    assert holder is None, told
    assert 0 <= fencing - len(runs) <= int(killed), f"{told}: a run may be killed when it has the lock and no number"
