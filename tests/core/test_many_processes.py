"""Eight processes on one state, killed at any moment: no count is lost, none is made twice, and nobody writes late."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pimflow.state.place import ServerState

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be forked here")


def weather(state, seconds):
    address = state.url if isinstance(state, ServerState) else str(state)
    told = subprocess.run(
        [sys.executable, Path(__file__).with_name("storm.py"), address, str(seconds)],
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds + 60,
    )
    assert (told.returncode, told.stderr) == (0, "")
    *pipelines, killed = [line.split("\t") for line in told.stdout.splitlines()]
    assert int(killed[1]) > 8
    for _, counted, open_now, records, runs, distinct in (map(str, one) for one in pipelines):
        assert int(counted) == int(open_now) > 0
        assert int(records) == 20 * int(counted)
        assert runs == distinct


def test_counters_locks_and_open_items_hold_while_processes_are_killed(state):
    weather(state, 3)


@pytest.mark.soak
def test_they_hold_for_minutes(state):
    weather(state, 120)
