"""What is news to whom: from reports alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimflow.components import Notifier
from pimflow.model import Cause, Event, FlowReport, Problem, Run, RunReport, Status
from pimflow.notifying.occasions import Occasion, Standing, has_failed
from pimflow.notifying.wording import message, trial

MORNING = datetime(2026, 11, 23, 5, 15, tzinfo=UTC)
DAY = timedelta(days=1)


class Note(Notifier):
    """Somebody."""

    type = "note"


DEFAULT = Note()
NOTHING = Standing()


def run(**facts):
    return Run("r1", "shop", facts.pop("at", MORNING), **facts)


def flow(**facts):
    return FlowReport("products", "the ERP", "the PIM", ("product", "products"), **facts)


def good(at=MORNING, **facts):
    return RunReport(run(at=at), (flow(**facts),), 1.0, 0)


def bad(at=MORNING, error="The PIM refused the credentials. Check them."):
    return RunReport(run(at=at), (flow(error=error, complete=False, exit_code=3),), 1.0, 3)


def troubled(*values, at=MORNING, number=None, **facts):
    """A good run in which these values of `colour` are unknown to the PIM."""
    causes = tuple(
        Cause(Problem("the PIM has no such option", field="colour", value=value), Status.UPDATED, 1, ("A",))
        for value in values
    )
    return good(at, causes=causes, attention=len(values) if number is None else number, **facts)


def titled(report, before=NOTHING, notifier=DEFAULT, broken_off=()):
    occasion = Occasion(report, before, broken_off)
    due = occasion.due(notifier)
    return None if due is None else message(occasion, due, "erp-1").title


class Reader:
    """Somebody who gets messages while runs go on, one a day."""

    def __init__(self, notifier=DEFAULT):
        self.notifier, self.standing, self.number = notifier, Standing(), 0

    def takes(self, report, *, reached=True, broken_off=()):
        """What is due after a run that began this number of days later; None where nothing is."""
        self.number += 1
        occasion = Occasion(report, self.standing, broken_off)
        due = occasion.due(self.notifier)
        self.standing = occasion.after(self.number, due, told=due is not None and reached)
        return due


def test_a_failure_is_told_with_its_first_sentence_as_the_subject():
    assert titled(bad()) == "[pimflow] shop failed: the PIM refused the credentials"


def test_a_run_that_was_broken_off_is_a_failure():
    report = RunReport(run(), (), 1.0, 2, error="pipeline.yaml:7: no column\nis called 'x'")
    assert has_failed(report)
    assert titled(report) == "[pimflow] shop failed: pipeline.yaml:7: no column is called 'x'"


def test_a_long_reason_is_cut_in_the_subject():
    title = titled(bad(error="so long " * 50))
    assert len(title) < 130
    assert title.endswith("…")


def test_records_that_could_not_be_delivered_are_a_failure_and_counted():
    report = good(counts={Status.FAILED: 11, Status.UNKNOWN: 1}, attention=12)
    report = replace(report, exit_code=1)
    assert titled(report) == "[pimflow] shop failed: 12 products could not be delivered"


def test_more_refused_than_allowed_are_a_failure():
    report = replace(good(counts={Status.REFUSED: 11}, attention=11), exit_code=1)
    assert titled(report) == "[pimflow] shop failed: more were refused than allowed"


def test_strict_makes_no_failure_of_problems():
    report = troubled("BORD")
    report = replace(report, run=replace(report.run, strict=True), exit_code=1)
    assert not has_failed(report)
    assert titled(report) == "[pimflow] shop: 1 product needs attention"
    assert has_failed(replace(report, flows=(flow(counts={Status.FAILED: 1}),)))


@pytest.mark.parametrize(
    ("number", "words"), [(1, "1 product needs attention"), (1200, "1,200 products need attention")]
)
def test_problems_are_counted_in_the_subject(number, words):
    assert titled(troubled("BORD", number=number)) == f"[pimflow] shop: {words}"


def test_problems_of_several_nouns_are_records():
    models = replace(flow(attention=2), noun=("model", "models"))
    report = RunReport(run(), (flow(attention=1), models), 1.0, 0)
    assert titled(report) == "[pimflow] shop: 3 records need attention"


def test_problems_up_to_the_threshold_are_not_told():
    assert titled(troubled("BORD", number=10), notifier=Note(problems_over=10)) is None
    assert titled(troubled("BORD", number=11), notifier=Note(problems_over=10)) is not None


def test_the_same_problems_are_told_once():
    reader = Reader()
    told = [reader.takes(troubled("BORD", number=3, at=MORNING + day * DAY)) for day in range(5)]
    assert told == [Event.PROBLEMS, None, None, None, None]


def test_a_new_cause_or_more_records_are_news():
    reader = Reader()
    assert reader.takes(troubled("BORD", number=3))
    assert reader.takes(troubled("BORD", number=4)) is Event.PROBLEMS
    assert reader.takes(troubled("BORD", number=2)) is None
    assert reader.takes(troubled("GRN", number=2)) is Event.PROBLEMS


def test_problems_that_were_mended_are_news_when_they_return():
    reader = Reader()
    assert reader.takes(troubled("BORD", number=3))
    assert reader.takes(good()) is None
    assert reader.takes(troubled("BORD", number=3)) is Event.PROBLEMS


def test_a_run_of_changes_only_that_does_not_meet_a_problem_does_not_say_that_it_went():
    reader = Reader()
    assert reader.takes(troubled("BORD", number=3))
    assert reader.takes(good(full=False)) is None
    assert reader.takes(troubled("BORD", number=3, full=False)) is None


def test_problems_whose_message_did_not_arrive_are_told_by_the_next_run():
    reader = Reader()
    assert reader.takes(troubled("BORD"), reached=False) is Event.PROBLEMS
    assert reader.takes(troubled("BORD")) is Event.PROBLEMS
    assert reader.takes(troubled("BORD")) is None


def test_a_failure_that_lasts_is_told_once_and_again_after_a_day():
    reader = Reader()
    hours = [0, 1, 2, 23, 24, 25, 47.95, 49]
    told = [hour for hour in hours if reader.takes(bad(at=MORNING + timedelta(hours=hour)))]
    assert told == [0, 24, 47.95]  # a job of every day may begin some minutes early


def test_a_failure_that_lasts_is_said_to_last():
    before = Standing(1, failed=True, since=MORNING - DAY, told=MORNING - DAY)
    occasion = Occasion(bad(), before)
    told = message(occasion, Event.FAILURE, "erp-1")
    assert told.title.startswith("[pimflow] shop still fails: ")
    assert told.text.startswith("It has failed since 2026-11-")


def test_zero_hours_tell_of_each_failure():
    reader = Reader(Note(again_after_hours=0))
    assert [reader.takes(bad()) for _ in range(3)] == [Event.FAILURE] * 3


def test_a_clock_that_was_set_back_silences_nobody():
    reader = Reader()
    assert reader.takes(bad(at=MORNING + 365 * DAY))
    assert reader.takes(bad(at=MORNING)) is Event.FAILURE


def test_the_first_good_run_after_a_failure_is_told():
    reader = Reader()
    told = [reader.takes(report) for report in (bad(), good(), good(), bad(), bad(), good())]
    assert told == [Event.FAILURE, Event.RECOVERY, None, Event.FAILURE, None, Event.RECOVERY]


def test_a_recovery_tells_of_problems_as_well_and_they_are_known_then():
    reader = Reader()
    reader.takes(bad())
    report = troubled("BORD")
    assert titled(report, reader.standing) == "[pimflow] shop works again; 1 product needs attention"
    assert [reader.takes(report), reader.takes(report)] == [Event.RECOVERY, None]


def test_a_recovery_that_did_not_arrive_is_told_by_the_next_good_run():
    reader = Reader()
    reader.takes(bad())
    assert reader.takes(good(), reached=False) is Event.RECOVERY
    assert reader.takes(good()) is Event.RECOVERY
    assert reader.takes(good()) is None


def test_who_wants_no_recovery_hears_of_the_next_failure_all_the_same():
    reader = Reader(Note(on=[Event.FAILURE]))
    assert [reader.takes(report) for report in (bad(), good(), bad())] == [Event.FAILURE, None, Event.FAILURE]


def test_success_is_each_good_run_also_with_problems_or_after_a_failure():
    reader = Reader(Note(on=[Event.SUCCESS]))
    told = [reader.takes(report) for report in (good(), troubled("BORD"), bad(), good())]
    assert told == [Event.SUCCESS, Event.SUCCESS, None, Event.SUCCESS]
    assert titled(good(), notifier=reader.notifier) == "[pimflow] shop went well"


def test_a_killed_run_is_told_by_the_next_one():
    reader = Reader()
    occasion = Occasion(good(), reader.standing, [MORNING - DAY])
    told = message(occasion, occasion.due(DEFAULT), "erp-1")
    assert told.event is Event.RECOVERY
    assert "was broken off: its process was killed. What it had written stays." in told.text
    assert reader.takes(good(), broken_off=[MORNING - DAY]) is Event.RECOVERY
    assert reader.takes(good()) is None


def test_a_killed_run_is_not_forgotten_while_the_message_does_not_arrive():
    reader = Reader()
    reader.takes(good(), broken_off=[MORNING - DAY], reached=False)
    assert reader.standing.number == 0  # so that it is looked for again
    reader.takes(good(), broken_off=[MORNING - DAY])
    assert reader.standing.number == 2


def test_the_text_is_the_report_and_tells_where_more_is():
    told = message(Occasion(troubled("BORD"), Standing()), Event.PROBLEMS, "erp-1")
    assert "Colour" not in told.title
    assert "colour: the ERP says 'BORD', the PIM has no such option. 1 product arrived without it (A)." in told.text
    assert told.text.endswith(
        "Run r1 of shop on erp-1.\nThis report again: pimflow runs r1. Every detail: pimflow logs r1."
    )


def test_runs_of_some_records_and_previews_and_undos_do_not_count():
    assert run().is_regular
    assert run(full=True, strict=True).is_regular
    for some in ({"only": ("A",)}, {"limit": 3}, {"dry": True}, {"undoes": "r0"}, {"corrects": "open.csv"}):
        assert not run(**some).is_regular


def test_a_trial_says_that_it_is_one():
    told = trial("shop", Event.FAILURE, MORNING, "erp-1")
    assert told.title == "[pimflow] shop: this is a test"
    assert "Nothing was run." in told.text


REPORTS = st.one_of(
    st.just(bad()),
    st.builds(lambda values, full: troubled(*values, full=full), st.lists(st.sampled_from("ABC")), st.booleans()),
)


@given(st.lists(st.tuples(REPORTS, st.booleans(), st.floats(0, 12)), max_size=30))
def test_whatever_happens_each_failure_and_each_recovery_is_told_once(runs):
    reader, now, failing, told_at = Reader(), MORNING, False, None
    for kind, reached, hours in runs:
        now += timedelta(hours=hours)
        report = replace(kind, run=replace(kind.run, started=now))
        due = reader.takes(report, reached=reached)
        if has_failed(report):
            lately = told_at is not None and now - told_at < timedelta(hours=23, minutes=50)
            assert (due is None) == lately
            failing, told_at = True, now if due and reached else told_at
        else:
            assert (due is Event.RECOVERY) == failing
            failing = failing and not reached
            told_at = told_at if failing else None


@given(st.lists(st.lists(st.sampled_from("ABCDE"), unique=True), max_size=20))
def test_whatever_problems_come_and_go_each_new_cause_is_told(days):
    reader, known = Reader(), set()
    for values in days:
        due = reader.takes(troubled(*values))
        assert (due is Event.PROBLEMS) == bool(set(values) - known)
        known = set(values)
