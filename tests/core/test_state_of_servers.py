"""What servers share: who runs what was asked for, who sees to which time, and which of them live."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from pimflow.processes import birth_of, place
from pimflow.state import requests, schedules, servers
from pimflow.state.requests import Wish
from pimflow.state.servers import Server

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HERE = Server("here", "vm", place(), os.getpid(), birth_of(os.getpid()) or "")


def at_once(work, names):
    with ThreadPoolExecutor(len(names)) as pool:
        return [one for one in pool.map(work, names) if one]


def test_one_of_several_servers_takes_a_request_on(database):
    number = requests.add(database, Wish("shop", "changes", "Julia"), NOW).number
    names = [f"server {n}" for n in range(8)]
    (taken,) = at_once(lambda name: requests.claim(database, number, name, NOW), names)
    assert taken == requests.find(database, number)
    assert (taken.status, taken.begun) == ("running", NOW)


def test_of_one_pipeline_one_request_runs_and_previews_beside_it(database):
    kinds = ["changes", "everything", "only", "preview"]
    wishes = [Wish("shop", kind, "Julia", keys=("A",) if kind == "only" else ()) for kind in kinds]
    numbers = [requests.add(database, wish, NOW).number for wish in wishes]
    other = requests.add(database, Wish("other", "changes", "Julia"), NOW).number
    taken = at_once(lambda number: requests.claim(database, number, "server", NOW), [*numbers, other])
    assert sorted(one.kind for one in taken if one.pipeline == "shop" and one.kind != "preview") in (
        ["changes"],
        ["everything"],
        ["only"],
    )
    assert {other, numbers[-1]} <= {one.number for one in taken}


def test_a_request_keeps_what_was_asked_for_and_how_it_ended(database):
    wish = Wish("shop", "only", "Julia", keys=("A", "B"), allow=("max_changed",), confirm="live")
    number = requests.add(database, wish, NOW, told="it was due").number
    waiting = requests.find(database, number)
    assert (waiting.wish, waiting.asked, waiting.told, waiting.status) == (wish, NOW, "it was due", "waiting")
    requests.claim(database, number, "server", NOW)
    requests.know_run(database, number, "R-1")
    assert requests.stop(database, number, "Peter", NOW).status == "running", "it is told, and ends by itself"
    requests.end(database, number, NOW + timedelta(minutes=1), 3, None, "Stopped by Peter.")
    done = requests.of_runs(database, ["R-1", "R-2"])["R-1"]
    assert (done.exit_code, done.stopped, done.told, done.ended) == (
        3,
        "Peter",
        "Stopped by Peter.",
        NOW + timedelta(minutes=1),
    )
    assert requests.stop(database, number, "Julia", NOW).stopped == "Peter", "what has ended stays as it was"
    assert requests.forget_before(database, NOW) == 0
    assert requests.forget_before(database, NOW + timedelta(hours=1)) == 1


def test_what_is_put_back_waits_until_its_time(database):
    number = requests.add(database, Wish("shop", "changes", "Julia"), NOW).number
    requests.claim(database, number, "server", NOW)
    requests.put_back(database, number, NOW + timedelta(seconds=20), "Another one is under way.")
    (back,) = requests.open_ones(database)
    assert (back.status, back.server, back.due) == ("waiting", "", NOW + timedelta(seconds=20))
    requests.put_back(database, number, NOW, '{"said": it is no JSON')
    assert requests.find(database, number).told == "Another one is under way.", "it waits already"
    requests.claim(database, number, "server", NOW)
    requests.put_back(database, number, NOW, '{"said": it is no JSON')
    assert requests.find(database, number).told == '{"said": it is no JSON'
    assert requests.claim(database, number, "other", NOW).due is None


def test_one_of_several_servers_sees_to_a_time(database):
    schedules.met(database, "shop", "changes", "*/15 * * * * UTC", NOW)
    due = NOW + timedelta(minutes=15)
    names = [f"server {n}" for n in range(8)]
    assert at_once(lambda _: schedules.claim(database, "shop", "changes", due), names) == [True]
    assert not schedules.claim(database, "shop", "changes", due - timedelta(minutes=15)), "an earlier one is over"
    assert not schedules.claim(database, "shop", "everything", due), "nobody has met it"


def test_a_schedule_that_is_met_again_stays_unless_its_times_are_others(database):
    schedules.met(database, "shop", "changes", "one", NOW)
    schedules.met(database, "shop", "changes", "one", NOW + timedelta(hours=1))
    assert schedules.all_kept(database)["shop", "changes"].since == NOW
    schedules.met(database, "shop", "changes", "other", NOW + timedelta(hours=1))
    kept = schedules.all_kept(database)["shop", "changes"]
    assert (kept.since, kept.claimed, kept.cron) == (NOW + timedelta(hours=1), NOW + timedelta(hours=1), "other")


def test_servers_that_are_gone_are_known_and_what_they_ran_is_closed(database):
    killed = Server("killed", "vm", place(), os.getpid(), "the one before")
    away, silent = (Server(name, "other", "elsewhere", 7, "1") for name in ("away", "silent"))
    for one in (HERE, killed, away):
        servers.beat(database, one, NOW)
    servers.beat(database, silent, NOW - timedelta(minutes=10))
    assert sorted(servers.dead(database, place(), NOW)) == ["killed", "silent"]
    assert [name for name in ("here", "killed", "away") if servers.leads(database, name)] == ["away"]
    for number, name in enumerate(("here", "killed"), 1):
        requests.add(database, Wish(f"shop {number}", "changes", "Julia"), NOW)
        requests.claim(database, number, name, NOW)
    (closed,) = requests.abandon(database, ["killed", "silent"], NOW, "Broken off.", 3)
    assert (closed.pipeline, closed.status, closed.exit_code, closed.told) == ("shop 2", "ended", 3, "Broken off.")
    servers.remove(database, "away")
    assert servers.leads(database, "here")
