"""Two hundred days of one project: memory, open files, threads and state stay as they are.

A dozen days run with the other tests, two hundred in one process and a hundred as commands with `make soak`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest

from pimflow_akeneo_sandbox.serve import serve

from ..e2e.conftest import CATALOG, PIPELINE  # noqa: TID252 - tests are no package
from .days import state_of, write_day

DAYS = Path(__file__).parent / "days.py"
RUNS_KEPT = 10
WARM = 40


@pytest.fixture
def project(tmp_path):
    """A project that keeps few runs, beside a PIM of its own."""
    with serve(CATALOG) as pim:
        text = PIPELINE.format(url=pim.url).replace("flows:", f"history: {{runs: {RUNS_KEPT}}}\nflows:")
        text = text.replace("          weight:", "          enabled: {constant: true}\n          weight:")
        (tmp_path / "pipeline.yaml").write_text(f"{text}    on_missing: disable\n", "utf-8")
        yield tmp_path


def days(project, size, number):
    """Live through days in one process of its own; give what each took."""
    command = [sys.executable, DAYS, project / "pipeline.yaml", str(size), str(number)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=3000, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == number
    assert all(day["counts"].get("updated") for day in found[1:]), "nothing happened"
    return found


def hold_files_and_state(found, warm):
    """Open files, threads and logs do not grow at all, pages hardly."""
    before, after = found[warm], found[-1]
    told = f"{before}\n{after}"
    assert after["files"] <= before["files"], told
    assert after["threads"] <= before["threads"] == 1, told
    assert after["logs"] == after["tables"]["runs"] == RUNS_KEPT, told
    early, late = ([day["pages"] for day in part] for part in (found[warm : warm + 10], found[-10:]))
    assert median(late) <= 1.05 * median(early), told


def test_some_days_leave_no_files_threads_or_runs_behind(project):
    found = days(project, 60, 2 * RUNS_KEPT + 2)
    hold_files_and_state(found, RUNS_KEPT + 1)


@pytest.mark.soak
def test_two_hundred_days_in_one_process(project):
    found = days(project, 1500, 200)
    hold_files_and_state(found, WARM)
    early, late = (median(day["rss"] for day in part) for part in (found[WARM : WARM + 20], found[-20:]))
    assert late <= 1.03 * early, [day["rss"] for day in found]


@pytest.mark.soak
def test_a_hundred_days_of_commands(project):
    found = []
    for day in range(100):
        write_day(project, 1500, day)
        process = subprocess.Popen(
            [sys.executable, "-m", "pimflow", "run", "pipeline.yaml", "--json"], cwd=project, stdout=subprocess.DEVNULL
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        found.append({"rss": used.ru_maxrss, **state_of(project)})
    early, late = found[WARM : WARM + 10], found[-10:]
    for thing in ("rss", "pages"):
        assert median(day[thing] for day in late) <= 1.05 * median(day[thing] for day in early), (thing, early, late)
    assert found[-1]["logs"] == found[-1]["tables"]["runs"] == RUNS_KEPT
