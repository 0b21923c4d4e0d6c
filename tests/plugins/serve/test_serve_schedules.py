"""Runs by the clock: at the times of the files as they are now, each once, made up for where no server was there."""

import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from zoneinfo import ZoneInfo

import pytest

from pimflow.configuration.timetable import Timetable
from pimflow.state import history, schedules, servers
from pimflow_serve.jobs.late import Late
from pimflow_serve.jobs.runner import Runner
from pimflow_serve.jobs.scheduler import Scheduler, Times
from pimflow_serve.jobs.times import due_time, gap, next_time
from pimflow_serve.jobs.working import working
from pimflow_serve.views.schedules import schedule_lines

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # a Monday


@pytest.fixture
def scheduled(served, monkeypatch):
    """Give what writes the schedule of the pipeline, at a time that the test sets."""

    class At:
        now = NOON

        def __call__(self):
            return self.now

    at = At()
    plain = (served.folder / "pipelines" / "products.yaml").read_text("utf-8")

    class Scheduled:
        runner = Runner(served.serving.project, served.database, at)
        scheduler = Scheduler(runner)
        clock = at

        def write(self, text):
            file = served.folder / "pipelines" / "products.yaml"
            file.write_text(f"{plain}\n{text}\n", "utf-8")

        def asked(self, runner=None):
            found = (runner or self.runner).requests("products", 50)
            return [(one.kind, one.wish.cause) for one in reversed(found)]

        def pass_(self, **time):
            at.now += timedelta(**time)
            for kind in ("changes", "everything"):
                self.scheduler.begin_due("products", kind)

    one = Scheduled()
    yield one
    if one.scheduler._clock.running:
        one.scheduler.stop()


def until(told, seconds=180.0):
    end = time.monotonic() + seconds
    while not told():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


CHANGES = ("changes", "schedule")
EVERYTHING = ("everything", "schedule")


def ended(served, number):
    from pimflow.state import requests

    requests.claim(served.database, number, "server", NOON)
    requests.end(served.database, number, NOON, 0, None, "")


def test_what_is_due_is_asked_for_once_at_each_time(served, scheduled):
    scheduled.write('schedule: {changes: "*/15 * * * *"}')
    scheduled.pass_(minutes=1)
    assert scheduled.asked() == [], "a schedule that is new begins with the next time"
    scheduled.pass_(minutes=14)
    scheduled.pass_(minutes=1)
    assert scheduled.asked() == [CHANGES]
    ended(served, 1)
    scheduled.pass_(minutes=14)
    assert scheduled.asked() == [CHANGES, CHANGES]


def test_a_run_that_still_waits_is_not_asked_for_again(scheduled):
    scheduled.write('schedule: {changes: "*/15 * * * *"}')
    scheduled.pass_()
    for _ in range(4):
        scheduled.pass_(minutes=15)
    assert scheduled.asked() == [CHANGES]


def test_times_that_passed_without_a_server_are_made_up_for_once_and_that_is_told(served, scheduled):
    scheduled.write('schedule: {everything: "0 3 * * *"}')
    scheduled.pass_()
    scheduled.pass_(days=3)
    (request,) = scheduled.runner.requests()
    assert request.told.startswith("It was due at 2026-11-26 03:00")
    assert request.told.endswith("when no server was there to begin it.")


def test_one_of_several_servers_with_one_state_asks(served, scheduled):
    scheduled.write('schedule: {changes: "*/15 * * * *"}')
    other = Scheduler(Runner(served.serving.project, served.database, scheduled.clock))
    scheduled.pass_()
    other.begin_due("products", "changes")
    for _ in range(3):
        scheduled.pass_(minutes=15)
        other.begin_due("products", "changes")
        ended(served, len(scheduled.asked()))
    assert scheduled.asked() == [CHANGES] * 3


def test_everything_brings_the_changes_of_the_same_time_too(scheduled):
    scheduled.write('schedule: {changes: "0 * * * *", everything: "0 14 * * *"}')
    scheduled.pass_()
    scheduled.pass_(hours=2)
    assert scheduled.asked() == [EVERYTHING]


def test_a_paused_schedule_rests_and_goes_on_with_the_next_time(served, scheduled):
    scheduled.write('schedule: {changes: "*/15 * * * *"}')
    scheduled.pass_()
    assert schedules.pause(served.database, "products", "Peter", scheduled.clock()) == 1
    scheduled.pass_(hours=2)
    assert scheduled.asked() == []
    line = schedule_lines(served.serving)["products"]
    assert (line.paused_by, line.next) == ("Peter", None)
    scheduled.clock.now += timedelta(minutes=1)
    assert schedules.resume(served.database, "products", scheduled.clock()) == 1
    scheduled.pass_()
    assert scheduled.asked() == [], "what was due meanwhile is not made up for"
    scheduled.pass_(minutes=14)
    assert scheduled.asked() == [CHANGES]


def test_other_times_in_the_file_hold_from_then_on(scheduled):
    scheduled.write('schedule: {everything: "0 3 * * 0"}')
    scheduled.pass_()
    scheduled.write('schedule: {everything: "0 3 * * *"}')
    scheduled.pass_(hours=1)
    assert scheduled.asked() == [], "03:00 of today was no time of this schedule yet"
    scheduled.pass_(hours=14)
    assert scheduled.asked() == [EVERYTHING]


def test_files_that_change_change_the_schedule_and_a_broken_one_keeps_it(scheduled, caplog):
    scheduler = scheduled.scheduler
    scheduler._clock.start(paused=True)

    def jobs():
        scheduler.refresh()
        return {job.id: job.trigger.cron for job in scheduler._clock.get_jobs()}

    assert jobs() == {}
    scheduled.write("schedule: {changes: every 15 minutes, everything: every Sunday at 03:00}")
    assert jobs() == {"products changes": "*/15 * * * *", "products everything": "0 3 * * 0"}
    scheduled.write("schedule: {changes: every 10 minutes}")
    assert jobs() == {"products changes": "*/10 * * * *"}
    scheduled.write("schedule: {changes: every 7 minutes}")
    assert jobs() == {"products changes": "*/10 * * * *"}
    (served,) = scheduled.runner.project.pipelines().values()
    assert "schedule.changes: five fields as cron has them" in served.mistakes[0]
    scheduled.write("")
    assert jobs() == {}


def test_a_due_run_is_begun_by_the_clock_itself(served, scheduled, monkeypatch):
    """The job of the real scheduler runs at a time that is near."""
    near = datetime.now(UTC) + timedelta(seconds=1)
    monkeypatch.setattr(Times, "get_next_fire_time", lambda *_: None if datetime.now(UTC) > near else near)
    scheduled.write('schedule: {changes: "*/15 * * * *"}')
    scheduled.clock.now = NOON
    with working(scheduled.runner):
        until(lambda: schedules.all_kept(served.database))
        scheduled.clock.now = NOON + timedelta(minutes=15)
        until(lambda: [one for one in scheduled.runner.requests() if one.status == "ended"])
    (past,) = history.past_runs(served.database, "products", 5)
    assert past.exit_code == 0


@pytest.fixture
def told():
    """Where a monitor listens: its address, and the paths that were asked for."""
    paths = []

    class Monitor(BaseHTTPRequestHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Monitor) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", paths
        server.shutdown()


def test_a_pipeline_without_a_good_run_for_too_long_is_told_once(served, scheduled, told):
    url, paths = told
    schedule = "schedule: {changes: every hour, late_after: 3h}"
    scheduled.write(f"{schedule}\nnotify:\n  - {{type: notify.ping, url: {url}, fail_url: {url}/fail}}\n")
    late = Late(scheduled.runner)
    scheduled.pass_()
    late.look()
    assert scheduled.runner.late == frozenset(), "it has not had the time yet"
    scheduled.clock.now += timedelta(hours=4)
    late.look()
    assert scheduled.runner.late == {"products"}
    assert not paths, "another server tells"
    servers.beat(served.database, scheduled.runner.server, NOON)
    late.look()
    late.look()
    assert paths == ["/fail"]
    schedules.pause(served.database, "products", "Peter", scheduled.clock())
    late.look()
    assert scheduled.runner.late == frozenset(), "who paused it knows"


def test_times_are_those_of_their_zone_also_when_clocks_change():
    before = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert next_time("0 3 * * 0", before, PARIS) == datetime(2026, 10, 25, 2, tzinfo=UTC)
    assert next_time("0 3 * * *", datetime(2026, 10, 24, 0, tzinfo=UTC), PARIS) == datetime(2026, 10, 24, 1, tzinfo=UTC)
    assert due_time("*/15 * * * *", NOON, PARIS) == NOON
    assert due_time("*/15 * * * *", NOON - timedelta(seconds=1), PARIS) == NOON - timedelta(minutes=15)
    twice = datetime(2026, 10, 25, 0, 59, tzinfo=UTC)  # 02:59 comes again an hour later
    assert due_time("* * * * *", twice, PARIS) == twice
    skipped = datetime(2026, 3, 29, 0, tzinfo=UTC)  # 02:30 does not exist that night
    assert next_time("30 2 * * *", skipped, PARIS) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_by_chance_a_run_begins_a_little_later_never_earlier():
    times = Times("0 * * * *", PARIS, 60.0)
    found = {times.get_next_fire_time(None, NOON + timedelta(minutes=30)) for _ in range(30)}
    due = NOON + timedelta(hours=1)
    assert all(timedelta() <= one - due <= timedelta(seconds=60) for one in found)
    assert len(found) > 5


def test_without_late_after_the_times_say_when_a_pipeline_is_late():
    weekdays = Timetable(changes="*/15 6-20 * * 1-5", time_zone="UTC")
    assert gap(weekdays, NOON) == timedelta(hours=57 + 2, minutes=15)
    assert gap(Timetable(everything="0 3 1 * *", time_zone="UTC"), NOON) == timedelta(days=31, hours=2)
