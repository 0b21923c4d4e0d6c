"""Clocks that jump: runs follow each other by number, nothing waits for a time that has to come again."""

import json
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat

import pytest

from pimflow.running.holding import Pace, held
from pimflow.state import locks
from pimflow.state.database import open_database

from .conftest import NUMBER
from .faults_told import CODES

YEAR = timedelta(days=365)


@pytest.fixture
def clock(monkeypatch):
    """Set the clock that runs read: to these shifts, one at each look, the last one for good."""

    def set_to(*shifts):
        left = chain(shifts, repeat(shifts[-1]))
        monkeypatch.setattr("pimflow.running.run._now", lambda: datetime.now(UTC) + next(left))

    return set_to


def numbers(project):
    return [one["number"] for one in json.loads(project.command("runs", "--json").out)]


@pytest.mark.parametrize("jump", [-YEAR, YEAR, timedelta(hours=-1)])
def test_a_clock_that_is_set_between_two_runs_changes_nothing(project, undisturbed, healed, clock, monkeypatch, jump):
    monkeypatch.chdir(project.folder)
    assert project.run("--limit", "20").code == 0
    clock(jump)
    second = project.run()
    assert second.code == CODES["clock set back between runs"]
    assert f"{NUMBER - 20} new, 0 updated, 20 already up to date" in second.out
    assert project.contents() == undisturbed
    clock(timedelta())
    healed()
    assert numbers(project) == sorted(numbers(project), reverse=True)
    assert len(numbers(project)) == 4


@pytest.mark.parametrize("jump", [-YEAR, YEAR])
def test_a_clock_that_is_set_in_the_midst_of_a_run_changes_nothing(project, settled, clock, jump):
    clock(timedelta(), timedelta(), jump)
    run = project.run("--json")
    report = json.loads(run.out)
    assert run.code == CODES["clock set in mid-run"] == report["exit_code"]
    assert 0 <= report["seconds"] < 60
    assert report["flows"][0]["counts"] == {"created": NUMBER}
    settled()


@pytest.mark.parametrize("jump", [-YEAR, YEAR])
def test_the_lock_of_a_run_that_lives_holds_whatever_the_clock_says(project, clock, jump):
    assert project.run("--limit", "1").code == 0
    with_pace = Pace(beat=0.05, stale=0.2, watch=0.3)
    database = open_database(project.state)
    try:
        with held(database, "pipeline", "other", lambda: datetime.now(UTC), with_pace):
            assert locks.holder(database, "pipeline") is not None
            clock(jump)
            run = project.run()
            assert run.code == 4
            assert "is running already: run other" in run.err
    finally:
        database.close()


def test_a_good_run_in_the_future_does_not_hide_that_none_came_since(project, clock, monkeypatch):
    monkeypatch.chdir(project.folder)
    clock(YEAR)
    assert project.run().code == 0
    late = project.command("runs", "--late", "26h")
    assert late.code == 1, late.out
    clock(timedelta())
    assert project.run().code == 0
    assert project.command("runs", "--late", "26h").code == 0
