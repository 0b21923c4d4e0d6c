"""Events in the state: taken once, and gathered into one run; in a file and in PostgreSQL."""

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from pimflow.model import Run
from pimflow.state import events, history, requests
from pimflow.state.events import MOST_KEYS, Gathering
from pimflow.state.last_runs import last_run
from pimflow.state.requests import Wish

NOW = datetime(2026, 11, 23, 5, 15, tzinfo=UTC)
SOON = NOW + timedelta(seconds=5)
WISH = Wish("products", "only", "hook pim", "event")


def gathering(now=NOW, wishes=(WISH,)):
    return Gathering(wishes, now + timedelta(seconds=5), now)


def waiting(database):
    return [(one.pipeline, one.kind, one.wish.keys) for one in requests.open_ones(database)]


def test_events_are_taken_once_and_gathered(database):
    assert events.take(database, "pim", {"1": "A", "2": "B"}, gathering()) == 2
    assert events.take(database, "pim", {"2": "B", "3": "A", "4": "C"}, gathering(SOON)) == 2
    assert waiting(database) == [("products", "only", ("A", "B", "C"))]
    assert requests.open_ones(database)[0].due == SOON
    assert events.take(database, "erp", {"1": "A"}, gathering(wishes=())) == 1


def test_each_pipeline_of_a_hook_gets_a_run(database):
    other = Wish("prices", "only", "hook pim", "event")
    events.take(database, "pim", {"1": "A"}, gathering(wishes=(WISH, other)))
    assert waiting(database) == [("products", "only", ("A",)), ("prices", "only", ("A",))]


def test_what_a_person_asked_for_is_left_alone(database):
    requests.add(database, Wish("products", "only", "Julia", keys=("X",)), NOW)
    events.take(database, "pim", {"1": "A"}, gathering())
    assert waiting(database) == [("products", "only", ("X",)), ("products", "only", ("A",))]


def test_a_run_that_has_begun_takes_nothing_more(database):
    events.take(database, "pim", {"1": "A"}, gathering())
    (first,) = requests.open_ones(database)
    begun = requests.claim(database, first.number, "server", NOW)
    assert begun.wish.keys == ("A",)
    events.take(database, "pim", {"2": "A"}, gathering())
    assert [one.status for one in requests.open_ones(database)] == ["running", "waiting"]


def test_too_many_records_or_nobody_knows_which_become_a_run_of_all_changes(database):
    events.take(database, "pim", {str(number): f"S-{number}" for number in range(MOST_KEYS + 1)}, gathering())
    assert waiting(database) == [("products", "changes", ())]
    other = Wish("prices", "only", "hook erp", "event")
    events.take(database, "erp", {"1": "A", "2": None}, gathering(wishes=(other,)))
    assert waiting(database)[1] == ("prices", "changes", ())


def test_what_is_old_is_forgotten(database):
    events.take(database, "pim", {"1": "A"}, gathering())
    assert events.take(database, "pim", {"1": "A"}, gathering(NOW + timedelta(days=6))) == 0
    assert events.take(database, "pim", {"1": "A"}, gathering(NOW + timedelta(days=8))) == 1


def test_ids_of_any_length_are_told_apart(database):
    long = "x" * 5000
    assert events.take(database, "pim", {f"{long}1": "A", f"{long}2": "B"}, gathering()) == 2
    assert events.take(database, "pim", {f"{long}1": "A"}, gathering()) == 0


def test_what_is_to_be_done_once_is_begun_by_one_and_left_to_another(database):
    assert events.begin_once(database, "digest", "monday", NOW)
    assert not events.begin_once(database, "digest", "monday", NOW)
    events.leave(database, "digest", "monday")
    assert events.begin_once(database, "digest", "monday", NOW)


@pytest.mark.parametrize("senders", [8])
def test_events_that_come_at_the_same_time_are_all_there(database, senders):
    def send(sender):
        for number in range(10):
            events.take(database, "pim", {f"{sender} {number}": f"S-{sender}-{number}", "same": "SAME"}, gathering())

    threads = [Thread(target=send, args=(sender,)) for sender in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ((_, kind, keys),) = waiting(database)
    assert (kind, len(keys), len(set(keys))) == ("only", senders * 10 + 1, senders * 10 + 1)


def test_runs_that_events_began_push_no_others_out(database):
    begun = []
    for number in range(8):
        run = Run(f"R-{number}", "p", NOW + timedelta(minutes=number), only=("A",) if number else ())
        begun.append(history.begin_run(database, run, f"{number}.jsonl"))
        history.finish_run(database, begun[-1], b"{}", 0, NOW)
    assert history.prune(database, "p", NOW - timedelta(days=1), 3) == [f"{number}.jsonl" for number in range(1, 5)]
    assert [one.id for one in history.past_runs(database, "p", 10)] == ["R-7", "R-6", "R-5", "R-0"]
    assert [one.id for one in history.past_runs(database, "p", 10, of_all=True)] == ["R-0"]
    assert last_run(database, "p", lambda _: True).id == "R-0"
