"""Runs of the server: asked for, begun as processes of their own, stopped, and left by a server that is gone."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from pimflow.errors import ConfigError
from pimflow.model import Run
from pimflow.processes import place
from pimflow.progress_files import FlowProgress, Progress
from pimflow.running.run import state_file
from pimflow.state import history, requests, servers
from pimflow.state.database import open_database
from pimflow.state.place import state_place
from pimflow.state.plans import saved_plan
from pimflow.state.servers import Server
from pimflow_serve.jobs import previews
from pimflow_serve.jobs.elsewhere import Elsewhere
from pimflow_serve.jobs.runner import Runner
from pimflow_serve.project import Project
from pimflow_serve.views.history import latest


@contextmanager
def started(served):
    """Let the runner of a served project work."""
    runner = served.serving.runner
    runner.start()
    try:
        yield runner
    finally:
        runner.stop()


def until(told, seconds=180.0):
    """Wait until something is so, and give it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = told()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it never came")


FLOW = FlowProgress("products", ("product", "products"), "products.csv", "the PIM", 40, 100, counts={"created": 40})


def skus(served):
    return {one.identifier for one in list(served.pim.store.products.values())}


def ended(served, number):
    def look():
        found = requests.find(served.database, number)
        return found if found and found.status == "ended" else None

    return until(look)


def test_a_run_that_is_asked_for_is_begun_by_one_of_two_servers_and_its_end_is_kept(served):
    other = Runner(served.serving.project, served.database, served.clock)
    other.start()
    with started(served) as runner:
        asked = runner.ask("products", "changes", "Julia")
        assert (asked.status, asked.wish.asked_by) == ("waiting", "Julia")
        done = ended(served, asked.number)
        other.stop()
    assert (done.exit_code, done.told) == (0, "")
    assert done.server in {runner.server.name, other.server.name}
    (past,) = history.past_runs(served.database, "products", 5)
    assert done.run == past.id
    assert skus(served) == {"CUP", "POT"}


def test_a_preview_is_kept_as_a_plan_and_can_be_applied(served):
    with started(served) as runner:
        with pytest.raises(ConfigError, match="preview is not here"):
            runner.ask("products", "apply", "Julia", plan=1)
        preview = ended(served, runner.ask("products", "preview", "Julia", full=True).number)
        assert preview.exit_code == 0
        project = served.serving.project
        assert not skus(served)
        assert [one["key"] for one in previews.said_of(project, preview.number)["changes"]] == ["CUP", "POT"]
        with saved_plan(previews.plan_file(project, preview.number)) as plan:
            assert plan.count() == 2
        pipeline = served.folder / "pipelines" / "products.yaml"
        (pipeline.parent / "other.yaml").write_text(pipeline.read_text("utf-8"), "utf-8")
        with pytest.raises(ConfigError, match="preview is not here"):
            runner.ask("other", "apply", "Julia", plan=preview.number)
        applied = ended(served, runner.ask("products", "apply", "Julia", plan=preview.number).number)
    assert (applied.exit_code, applied.told) == (0, "")
    assert skus(served) == {"CUP", "POT"}


ROWS = 1600


def slow(served):
    """Let runs take so long that one can do something meanwhile: some seconds."""
    served.write(*(f"S-{number:04};mugs;cups;Cup;red;1" for number in range(ROWS)))
    served.pim.faults(latency_per_line_ms=12)


def running(runner, served, number):
    """Wait until a run shows that it has written something, and give how far it is."""

    def look():
        found = requests.find(served.database, number)
        live = runner.live().get(found.run or "")
        return live if live and live.flows and live.flows[-1].done else None

    return until(look)


def test_a_run_is_shown_while_it_goes_on_and_can_be_stopped(served):
    slow(served)
    with started(served) as runner:
        asked = runner.ask("products", "everything", "Julia")
        live = running(runner, served, asked.number)
        assert (live.pipeline, live.full) == ("products", True)
        runner.cancel(asked.number, "Peter")
        done = ended(served, asked.number)
        served.pim.faults(latency_per_line_ms=0)
        until(lambda: not runner.live())
    assert (done.exit_code, done.stopped, done.run) == (3, "Peter", live.run)
    assert done.told.startswith("Stopped by Peter. What was written stays")
    (past,) = history.past_runs(served.database, "products", 5)
    written = len(skus(served))
    assert past.report is not None
    assert 0 < sum(past.report["flows"][0]["counts"].values()) == written < ROWS


def test_a_server_that_is_stopped_leaves_its_run_to_the_next_which_goes_on_with_it(served):
    slow(served)
    with started(served) as runner:
        asked = runner.ask("products", "changes", "Julia")
        running(runner, served, asked.number)
    cut_short = requests.find(served.database, asked.number)
    assert "it goes on when the server is there again" in cut_short.told
    (left,) = requests.open_ones(served.database)
    assert (left.status, left.wish.cause, left.wish.asked_by) == ("waiting", "restart", "Julia")
    served.pim.faults(latency_per_line_ms=0)
    written = len(skus(served))
    assert 0 < written < ROWS
    after = Runner(served.serving.project, served.database, served.clock)
    after.start()
    done = ended(served, left.number)
    after.stop()
    assert done.exit_code == 0
    assert len(skus(served)) == ROWS
    (last, first) = history.past_runs(served.database, "products", 5)
    assert (done.run, cut_short.run) == (last.id, first.id), "who asked is known of both"
    assert last.report["flows"][0]["counts"] == {"created": ROWS - written, "unchanged": written}


def test_what_a_killed_server_ran_is_shown_as_broken_off_and_goes_on_when_asked(served):
    runner, database, now = served.serving.runner, served.database, served.clock()
    asked = runner.ask("products", "changes", "Julia")
    gone = Server("gone", "here", place(), os.getpid(), "the one before")
    servers.beat(database, gone, now)
    requests.claim(database, asked.number, "gone", now)
    with started(served):
        broken_off = ended(served, asked.number)
        assert (broken_off.exit_code, broken_off.told[:37]) == (3, "Broken off: the server was killed whi")
        history.begin_run(database, Run("R-1", "products", now), "")
        requests.know_run(database, asked.number, "R-1")
        (line,) = latest(database, "products", 5)
        assert (line.state, line.error) == ("broken", broken_off.told)
        again = ended(served, runner.again(asked.number, "Peter").number)
    assert (again.exit_code, again.wish.asked_by, again.wish.kind) == (0, "Peter", "changes")
    assert not list(servers.dead(database, place(), now))


def test_a_run_ends_when_its_server_is_killed(served, tmp_path):
    slow(served)
    program = (
        "import subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, '-m', 'pimflow_serve.jobs.child', 'run', 'products', '--json'],"
        " stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True)\n"
        "time.sleep(60)\n"
    )
    server = subprocess.Popen([sys.executable, "-c", program], cwd=served.folder)
    until(lambda: len(skus(served)) > 0)
    server.kill()
    server.wait()
    served.pim.faults(latency_per_line_ms=0)
    (past,) = until(lambda: [one for one in history.past_runs(served.database, "products", 5) if one.finished])
    assert past.exit_code == 3
    assert "stopped" in str(past.report)
    assert len(skus(served)) < ROWS


def test_the_same_is_not_asked_for_twice_and_everything_brings_changes_too(served):
    runner = served.serving.runner
    first = runner.ask("products", "everything", "Julia")
    assert runner.ask("products", "everything", "Peter").number == first.number
    assert runner.ask("products", "changes", "the schedule", cause="schedule").number == first.number
    assert runner.ask("products", "only", "Julia", keys=["CUP"]).number != first.number
    runner.cancel(first.number, "Julia")
    taken_back = requests.find(served.database, first.number)
    assert (taken_back.status, taken_back.told) == ("ended", "Taken back by Julia before it began.")


def test_a_pipeline_whose_file_always_had_a_mistake_is_not_run_and_the_mistake_is_told(served):
    file = served.folder / "pipelines" / "products.yaml"
    file.write_text(file.read_text("utf-8") + "flow: 1\n", "utf-8")
    with started(served) as runner:
        done = ended(served, runner.ask("products", "changes", "Julia").number)
    assert done.exit_code == 2
    assert "unknown key; did you mean 'flows'?" in done.told
    assert not history.past_runs(served.database, "products", 5)


def test_a_file_that_has_a_mistake_now_runs_as_it_was_before_also_after_a_restart(served):
    project, file = served.serving.project, served.folder / "pipelines" / "products.yaml"
    project.pipelines()
    file.write_text(file.read_text("utf-8") + "flow: 1\n", "utf-8")
    (served.folder / "pimflow.yaml").write_text("version: 1\nnonsense: 1\n", "utf-8")
    runner = Runner(Project(project.root), served.database, served.clock, state=state_file(project.root))
    runner.start()
    done = ended(served, runner.ask("products", "changes", "Julia").number)
    preview = ended(served, runner.ask("products", "preview", "Julia").number)
    runner.stop()
    assert (done.exit_code, done.told) == (0, "Its file has mistakes; it ran as it was before them.")
    assert skus(served) == {"CUP", "POT"}
    assert preview.exit_code == 2, "who looks wants to know"


def test_a_run_waits_for_one_that_somebody_else_began(served):
    slow(served)
    command = [sys.executable, "-m", "pimflow", "run", "products"]
    by_hand = subprocess.Popen(command, cwd=served.folder, stdout=subprocess.DEVNULL)
    until(lambda: len(skus(served)) > 0)
    with started(served) as runner:
        asked = runner.ask("products", "changes", "Julia")
        live = until(lambda: list(runner.live().values()))
        assert live[0].pid == by_hand.pid
        assert requests.find(served.database, asked.number).status == "waiting"
        by_hand.send_signal(signal.SIGTERM)
        by_hand.wait()
        served.pim.faults(latency_per_line_ms=0)
        assert ended(served, asked.number).exit_code == 0


def test_a_key_that_no_process_can_be_given_ends_its_request_and_nothing_else(served):
    with started(served) as runner:
        broken = ended(served, runner.ask("products", "only", "Julia", keys=["CUP\0"]).number)
        assert (broken.exit_code, "cannot be begun" in broken.told) == (3, True)
        assert ended(served, runner.ask("products", "only", "Julia", keys=["CUP"]).number).exit_code == 0
    assert skus(served) == {"CUP"}


def test_with_a_state_in_postgresql_each_request_is_run_once_by_several_servers(served, postgres_state):
    place = state_place(postgres_state)
    database = open_database(place)
    runners = [Runner(served.serving.project, database, served.clock, state=place) for _ in range(2)]
    for one in runners:
        servers.beat(database, one.server, database.now(served.clock))
    live = {"R-1": Progress("R-1", "products", "", "", "another machine", 1, "", 1, flows=(FLOW,))}
    mine, other = (Elsewhere(one.server.name, database, served.clock) for one in runners)
    assert (mine.exchange(live), other.exchange({})) == ({}, live), "what one shows the other knows"
    for one in runners:
        one.start()
    number = runners[0].ask("products", "changes", "Julia").number
    done = until(lambda: next((one for one in runners[1].requests() if one.status == "ended"), None))
    for one in runners:
        one.stop()
    (past,) = history.past_runs(database, "products", 5)
    assert (done.number, done.exit_code, done.run) == (number, 0, past.id)
    database.close()


def test_what_cannot_be_asked_for_is_refused_in_words(served):
    runner = served.serving.runner
    for kind, keys, message in [("all", (), "a run is one of changes"), ("only", (), "which SKUs?")]:
        with pytest.raises(ConfigError, match=message):
            runner.ask("products", kind, "Julia", keys=keys)
    with pytest.raises(ConfigError, match="did you mean 'products'"):
        runner.ask("product", "changes", "Julia")


def test_a_run_that_does_not_end_when_told_is_killed(served, monkeypatch):
    """The last one here: what the PIM was asked for arrives in it a minute later."""
    monkeypatch.setattr("pimflow_serve.jobs.dispatch._PATIENT", 0.5)
    slow(served)
    with started(served) as runner:
        asked = runner.ask("products", "changes", "Julia")
        running(runner, served, asked.number)
        served.pim.faults(latency_ms=60_000, writes_only=False)
        runner.cancel(asked.number, "Julia")
        done = ended(served, asked.number)
    served.pim.faults(latency_ms=0, latency_per_line_ms=0, writes_only=True)
    assert (done.exit_code, done.told[:16]) == (3, "Stopped by Julia")
