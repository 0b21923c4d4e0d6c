"""Runs the command line with all its threads profiled: `profiled.py run rows.yaml`; writes profile.txt at the end."""

import cProfile
import io
import pstats
import threading
from pathlib import Path

from pimflow.cli import main

LINES = 25
plain_run = threading.Thread.run
profiles = []


def run(thread):
    """Profile a thread by itself. From Python 3.12 on one profile at a time is possible: that of the first."""
    profile = cProfile.Profile()
    try:
        profile.enable()
    except ValueError:
        return plain_run(thread)
    profiles.append(profile)
    try:
        return plain_run(thread)
    finally:
        profile.disable()


def told():
    out = io.StringIO()
    stats = pstats.Stats(*profiles, stream=out)
    stats.strip_dirs().sort_stats("tottime").print_stats(LINES)
    table = out.getvalue().partition("   ncalls")
    return table[1].strip() + table[2].rstrip() + "\n"


threading.Thread.run = run
whole = cProfile.Profile()
profiles.append(whole)
try:
    whole.runcall(main)
finally:
    whole.disable()
    Path("profile.txt").write_text(told(), "utf-8")
