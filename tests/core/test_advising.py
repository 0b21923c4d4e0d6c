"""How often to run what: from the history of runs, and before there is any."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimflow.advising.pace import Pace, pace_of
from pimflow.advising.schedules import STEPS, advise
from pimflow.state.history import PastRun

MONDAY = datetime(2026, 3, 2, 0, 0).astimezone()


def past(number, *, hours=0.0, seconds=10.0, full=False, updated=0, error="", **run):
    started = (MONDAY + timedelta(hours=hours)).isoformat()
    flow = {"full": full, "counts": {"updated": updated, "unchanged": 5}, "error": error}
    report = {"run": run, "flows": [flow], "seconds": seconds, "error": ""}
    return PastRun(number, f"run-{number}", "p", started, started, 0, report, None)


def test_the_history_tells_how_long_runs_take_and_how_much_changes():
    runs = [
        past(1, full=True, seconds=600, updated=900),
        past(2, hours=8, seconds=20, updated=3),
        past(3, hours=30, seconds=40, updated=9),
        past(4, hours=56, seconds=30, updated=12),
    ]
    pace = pace_of(reversed(runs))
    assert (pace.quick, pace.full) == ((20, 40, 30), (600,))
    assert (pace.changed, pace.hours, pace.changes_an_hour) == (24, 48, 0.5)
    assert {hour: n for hour, n in enumerate(pace.at_hour) if n} == {8: 15, 6: 9}


@pytest.mark.parametrize("run", [{"only": ["A"]}, {"dry": True}, {"limit": 3}, {"by": "family"}, {"undoes": "x"}])
def test_runs_for_some_records_and_those_that_failed_tell_nothing(run):
    assert pace_of([past(1, **run), past(2, error="the ERP is away")]).runs == 0
    broken_off = PastRun(3, "c", "p", MONDAY.isoformat(), None, 3, None, None)
    assert pace_of([broken_off]).runs == 0


def test_before_there_is_a_history_there_is_a_proposal_that_suits_most():
    [one] = advise({"p": Pace()}, {"p": "pim"})
    assert (one.changes.words, one.changes.takes) == ("every 15 minutes", None)
    assert (one.everything.weekly, one.everything.hour) == (True, 2)


def quick(*seconds, changed=10_000, hours=48.0, full=(60.0,)):
    return Pace(seconds, full, changed, hours)


@pytest.mark.parametrize(
    ("pace", "words"),
    [
        (quick(5.0, 10.0), "every 5 minutes"),
        (quick(5.0, 200.0), "every 15 minutes"),
        (quick(3000.0), "every 4 hours"),
        (quick(5.0, changed=96), "every 30 minutes"),
        (quick(5.0, changed=0), "every hour"),
        (quick(30_000.0), "every night at 02:"),
    ],
)
def test_a_run_takes_a_quarter_of_the_time_between_two_and_is_rare_where_changes_are(pace, words):
    [one] = advise({"p": pace}, {"p": "pim"})
    assert one.changes.words.startswith(words)


def test_everything_comes_every_night_where_that_is_short_and_on_sundays_otherwise():
    [short] = advise({"p": quick(5.0, full=(900.0,))}, {})
    [long] = advise({"p": quick(5.0, full=(9000.0,))}, {})
    assert (short.everything.weekly, long.everything.weekly) == (False, True)
    assert long.everything.words.startswith("every Sunday at 0")


def test_a_source_that_cannot_tell_changes_is_read_as_a_whole():
    [one] = advise({"p": Pace((), (300.0, 400.0))}, {})
    assert one.changes is None
    assert (one.everything.words, one.everything.takes) == ("every hour", 400.0)


def test_a_run_of_everything_comes_at_the_hour_with_the_fewest_changes():
    hours = [9] * 24
    hours[4] = hours[20] = 1
    [one] = advise({"p": Pace((5.0,), (60.0,), 500, 72.0, tuple(hours))}, {})
    assert one.everything.hour == 4


def test_pipelines_into_one_target_leave_it_half_of_its_time():
    paces = {name: quick(280.0) for name in "abc"}
    apart = advise(paces, {name: name for name in paces})
    assert {one.changes.words for one in apart} == {"every 20 minutes"}
    together = advise(paces, dict.fromkeys(paces, "pim"))
    assert sum(one.changes.takes / 60 / one.changes.minutes for one in together) <= 0.5
    assert any(one.slowed for one in together)
    assert all(one.slowed == (one.changes.minutes > 20) for one in together)


def test_pipelines_do_not_begin_all_in_the_same_minute():
    found = advise({f"pipeline-{number}": Pace() for number in range(8)}, {})
    assert len({one.everything.minute for one in found}) > 3


@given(
    st.lists(st.floats(0.1, 90_000), max_size=5), st.lists(st.floats(0.1, 90_000), max_size=3), st.integers(0, 10**6)
)
def test_any_history_gives_a_schedule_that_cron_can_say(quick, full, changed):
    [one] = advise({"p": Pace(tuple(quick), tuple(full), changed, 100.0)}, {"p": "pim"})
    for schedule in filter(None, (one.changes, one.everything)):
        fields = schedule.cron.split()
        assert len(fields) == 5
        assert schedule.minutes in STEPS
        assert schedule.words
