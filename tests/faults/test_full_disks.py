"""Disks without room for the state, the log or temporary files."""

import re
import resource
import sys
from functools import partial
from pathlib import Path

import pytest

from pimflow.state import sqlite

from .conftest import NUMBER, ROWS
from .faults_told import CODES

FULL = Path("/dev/full")
needs_a_full_device = pytest.mark.skipif(not FULL.exists(), reason="this machine has no /dev/full")
IN_A_SMALL_ROOM = """
set -e
cp -r "$1/." "$1.kept"; mount -t tmpfs -o size=8m none "$1"; cp -r "$1.kept/." "$1"
ballast="$1/ballast"; shift
dd if=/dev/zero of="$ballast" bs=1k count=8192 2>/dev/null || true
set +e
truncate -s -8k "$ballast"; "$@"; echo "code $?"
truncate -s -80k "$ballast"; "$@"; echo "code $?"
rm "$ballast"; "$@"; echo "code $?"
"""


@pytest.mark.parametrize("pages", [0, 2, 4, 7, 12])
def test_a_state_that_cannot_grow_ends_the_run_and_the_next_one_sends_what_was_not_kept(
    project, healed, monkeypatch, pages
):
    """Where the disk is full shows wherever the run stands: when it begins, in a batch, or never."""
    assert project.run("--limit", "10").code == 0
    project.write(*ROWS)
    size = project.state.stat().st_size // 4096
    plain = sqlite._on_connect

    def small(connection, record):
        plain(connection, record)
        connection.execute(f"PRAGMA max_page_count = {size + pages}")

    monkeypatch.setattr(sqlite, "_on_connect", small)
    run = project.run()
    monkeypatch.setattr(sqlite, "_on_connect", plain)
    assert run.code in {0, CODES["disk full: state"]}, run.out + run.err
    if run.code:
        assert (
            "cannot be used: database or disk is full. Nothing in it was overwritten. Make room on the disk" in run.err
        )
        assert "Traceback" not in run.out + run.err
    assert pages or run.code == CODES["disk full: state"]
    healed()


@pytest.mark.skipif(sys.platform != "linux", reason="small disks are mounted on Linux")
def test_a_full_disk_is_told_and_nothing_is_lost_once_there_is_room(project, undisturbed, may_mount):
    """Here the disk is a real one, with state and log on it: no room to begin, some, and then enough."""
    assert project.run("--limit", "10").code == 0
    project.write(*ROWS, *(f"{row[:4]}{n}-{row[4:]}" for n in range(20) for row in ROWS))
    wrapped = ("unshare", "--mount", "sh", "-c", IN_A_SMALL_ROOM, "sh", str(project.state.parent))
    run = project.child("run", wrapped=wrapped)
    assert run.out.count("code 3\n") == 2, run.out + run.err
    assert run.out.endswith("code 0\n"), run.out + run.err
    advice = "Make room on the disk|is well and has room|No space left on device"
    assert len(re.findall(f"^error: .*({advice})", run.err, re.MULTILINE)) == 2, run.err
    assert "Traceback" not in run.out + run.err
    assert len(project.contents()) == NUMBER * 21
    assert undisturbed.items() <= project.contents().items()


@needs_a_full_device
def test_a_log_that_cannot_grow_is_told_and_the_run_goes_on(project, undisturbed, healed, monkeypatch):
    monkeypatch.setattr("pimflow.log._opened", lambda _path: FULL.open("ab", buffering=0))
    run = project.run()
    assert run.code == CODES["disk full: log"]
    assert run.err.count("cannot be written any further: No space left on device. The run goes on without it") == 1
    assert f"{NUMBER} new" in run.out
    assert project.contents() == undisturbed
    monkeypatch.undo()
    healed()


@needs_a_full_device
def test_temporary_files_that_have_no_room_stop_the_flow(project, healed, monkeypatch):
    file = project.folder / "pipeline.yaml"
    plain = file.read_text("utf-8")
    file.write_text(plain + "    guards: {max_changed: 100%}\n", "utf-8")
    monkeypatch.setattr("pimflow.spool.tempfile.TemporaryFile", partial(FULL.open, "w+b"))
    run = project.run()
    assert run.code == CODES["disk full: temporary files"]
    assert "stopped. Temporary files cannot be written. What was written to the target stays" in run.out
    assert "TMPDIR" in run.out
    assert "No space left on device" in run.out
    assert "a plugin" not in run.out
    monkeypatch.undo()
    healed()


@pytest.mark.skipif(sys.platform == "win32", reason="limits of processes are those of Unix")
def test_a_limit_of_file_size_is_told_and_nothing_is_lost(project, undisturbed, healed):
    assert project.run("--limit", "10").code == 0
    limit = 16_384  # enough for a log, not for a run's pages
    run = project.child("run", preexec_fn=partial(resource.setrlimit, resource.RLIMIT_FSIZE, (limit, limit)))
    assert run.code == CODES["limit of file size reached"], run.out + run.err
    assert "cannot be used: " in run.err
    assert "limit of file size" in run.err
    assert "Traceback" not in run.out + run.err
    healed()


def test_a_folder_of_logs_that_may_not_be_written_stops_the_run_before_it_begins(project, healed, obedient):
    assert project.run("--limit", "10").code == 0
    logs = project.state.parent / "logs"
    logs.chmod(0o555)
    try:
        run = project.child("run", preexec_fn=obedient)
    finally:
        logs.chmod(0o755)
    assert run.code == CODES["folder of logs not writable"], run.out + run.err
    assert "cannot be written: Permission denied. Nothing was run" in run.err
    healed()
