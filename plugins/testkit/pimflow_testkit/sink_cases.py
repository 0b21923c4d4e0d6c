# ruff: noqa: D401 - the docstring of a case states the rule that it holds
"""Cases for sinks."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import orjson
import pytest

from pimflow import Change, Expected, Item, Outcome, Outlook, Problem, RowProblem, Run, Severity, Status, Writer
from pimflow_testkit.bench import Bench, Row, Setup
from pimflow_testkit.component_cases import secrets_of
from pimflow_testkit.leaks import assert_silent, log_lines, nothing_left_behind
from pimflow_testkit.source_cases import LONG, UNICODE

RUN = Run(id="20260131-120000-testkit", pipeline="testkit", started=datetime(2026, 1, 31, 12, tzinfo=UTC))
_TAKEN = {Status.CREATED, Status.UPDATED, Status.UNCHANGED}


@contextmanager
def _writer(bench: Bench, run: Run = RUN, *, ok: bool = True) -> Iterator[Writer]:
    with bench.session() as session:
        writer = bench.make().open(session, run)
        try:
            yield writer
        except BaseException:
            writer.close(False)
            raise
        writer.close(ok)


def _columns(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for row in rows for name in row))


def prepared(writer: Writer, rows: Sequence[Row]) -> list[Item]:
    """Do what the core does before loading: check the columns, leave out those that are refused, prepare each row."""
    refused = writer.check_columns(_columns(rows))
    taken = [{name: value for name, value in row.items() if name not in refused} for row in rows]
    return [item for row in taken for item in writer.prepare(row)]


def load(bench: Bench, writer: Writer, items: Iterable[Item]) -> list[Outcome]:
    """Do what the core does with items: changes in batches of one resource, outcomes collected."""
    changes = [Change(item, number, False, b"") for number, item in enumerate(items, 1)]
    outcomes: list[Outcome] = []
    size = bench.make().batch_size
    for _, same in groupby(changes, key=lambda change: change.resource):
        batch = list(same)
        for start in range(0, len(batch), size):
            outcomes += writer.load(batch[start : start + size])
    return outcomes


def sink_tells_its_ways(bench: Bench) -> None:
    """Noun, batch size and batches in flight have values that the core can use."""
    sink = bench.make()
    one, many = sink.noun
    assert one, "the noun is empty"
    assert many, "the noun has no plural"
    assert sink.batch_size >= 1
    assert sink.in_flight >= 1


def knows_the_columns_of_the_suite(bench: Bench) -> None:
    """`knows` answers for each column; the columns of the suite's rows are known."""
    with _writer(bench) as writer:
        writer.check_columns(_columns(bench.subject.rows))
        unknown = [name for name in _columns(bench.subject.rows) if writer.knows(name) is not True]
    assert not unknown, f"columns of the suite's rows that the target lacks: {unknown}"


def check_columns_agrees_with_knows(bench: Bench) -> None:
    """A column that `knows` denies is told by `check_columns`, with a reason; no other column is invented."""
    header = (*_columns(bench.subject.rows), "no_such_column_anywhere")
    with _writer(bench) as writer:
        refused = writer.check_columns(header)
        denied = {name for name in header if not writer.knows(name)}
    assert denied <= set(refused) <= set(header)
    for problem in refused.values():
        assert isinstance(problem, RowProblem)
        _tells_why(problem.problem)


def check_lets_good_rows_pass(bench: Bench) -> None:
    """`check` finds nothing fatal about the columns of the suite's rows, and tells why of all that it finds."""
    header = _columns(bench.subject.rows)
    with _writer(bench, replace(RUN, dry=True)) as writer:
        refused = writer.check_columns(header)
        columns = {name: Expected() for name in header if name not in refused}
        found = list(writer.check(Outlook("testkit", "the testkit", columns, tuple(refused))))
    for finding in found:
        assert finding.severity is not Severity.FATAL, finding.problem.reason
        _tells_why(finding.problem)


def items_have_keys(bench: Bench) -> None:
    """Each item has a resource and a key, both text, and no two of one resource share a key."""
    with _writer(bench) as writer:
        items = prepared(writer, bench.subject.rows)
    assert items, "no row of the suite makes an item: choose some that do"
    assert all(isinstance(item.key, str) and item.key and isinstance(item.resource, str) for item in items)
    assert len({(item.resource, item.key) for item in items}) == len(items)


def payloads_can_be_kept(bench: Bench) -> None:
    """Payloads consist of plain values: their fingerprint is made from their JSON."""
    with _writer(bench) as writer:
        for item in prepared(writer, bench.subject.rows):
            orjson.dumps(dict(item.payload), default=str)
            assert all(isinstance(name, str) for name in item.payload)


def same_row_makes_the_same_payload(bench: Bench) -> None:
    """Prepared again, a row gives an equal payload: else it would be sent in every run."""
    payloads = []
    for _ in range(2):
        with _writer(bench) as writer:
            payloads.append([dict(item.payload) for item in prepared(writer, bench.subject.rows)])
    assert payloads[0] == payloads[1]


def rows_are_not_changed_in_place(bench: Bench) -> None:
    """The row is the same after `prepare`: problems are told with it."""
    before = copy.deepcopy(list(bench.subject.rows))
    with _writer(bench) as writer:
        prepared(writer, bench.subject.rows)
    assert list(bench.subject.rows) == before


def absent_columns_stay_absent(bench: Bench) -> None:
    """What a row does not hold is not in the payload: it would be emptied in the target."""
    first, *_ = bench.subject.rows
    with _writer(bench) as writer:
        usual = prepared(writer, [first])[0].payload
        for name in [name for name in first if name in usual]:
            fewer = {column: value for column, value in first.items() if column != name}
            try:
                items = [*writer.prepare(fewer)]
            except RowProblem:  # the key, or a column that the target requires
                continue
            assert all(name not in item.payload for item in items), f"{name} is in the payload without being in the row"


def empty_batch_is_no_error(bench: Bench) -> None:
    """Nothing to load gives no outcome."""
    with _writer(bench) as writer:
        writer.check_columns(_columns(bench.subject.rows))
        assert list(writer.load([])) == []


def every_change_has_one_outcome(bench: Bench) -> None:
    """Each change comes back exactly once, under its own resource and key."""
    with _writer(bench) as writer:
        items = prepared(writer, bench.subject.rows)
        outcomes = load(bench, writer, items)
    told = sorted((outcome.resource, outcome.key) for outcome in outcomes)
    assert told == sorted((item.resource, item.key) for item in items)
    for problem in (problem for outcome in outcomes for problem in outcome.problems):
        _tells_why(problem)


def rows_of_the_suite_are_taken(bench: Bench) -> None:
    """The suite's rows are good ones: none is refused."""
    with _writer(bench) as writer:
        outcomes = load(bench, writer, prepared(writer, bench.subject.rows))
    refused = {
        outcome.key: [str(problem) for problem in outcome.problems]
        for outcome in outcomes
        if outcome.status not in _TAKEN
    }
    assert not refused, f"not taken: {refused}"


def current_gives_what_was_loaded(bench: Bench) -> None:
    """What was just loaded is found again, in the form that `prepare` gives it."""
    if bench.make().whole:
        pytest.skip("a sink that writes everything anew has no memory")
    with _writer(bench) as writer:
        items = prepared(writer, bench.subject.rows)
        load(bench, writer, items)
        for item in items:
            found = writer.current(item.resource, [item.key, "no-such-key"], list(item.payload))
            assert set(found) == {item.key}
            assert dict(found[item.key]) == {name: value for name, value in item.payload.items() if value is not None}


def failed_run_leaves_the_target(bench: Bench) -> None:
    """Closed with `ok` False, a whole target is as it was, and nothing lies beside it."""
    look, names = _target(bench), bench.tmp
    before = (look(bench.tmp), sorted(names.rglob("*")))
    with _writer(bench, ok=False) as writer:
        load(bench, writer, prepared(writer, bench.subject.rows))
    assert (look(bench.tmp), sorted(names.rglob("*"))) == before


def good_run_changes_the_target_at_the_end(bench: Bench) -> None:
    """A whole target shows the new content after closing, not before."""
    look = _target(bench)
    before = look(bench.tmp)
    with _writer(bench) as writer:
        load(bench, writer, prepared(writer, bench.subject.rows))
        assert look(bench.tmp) == before
    assert look(bench.tmp) != before


def equal_run_changes_nothing(bench: Bench) -> None:
    """The same rows again leave the target, and closing says so by False."""
    look = _target(bench)
    closed = []
    seen = []
    for _ in range(2):
        with bench.session() as session:
            writer = bench.make().open(session, RUN)
            load(bench, writer, prepared(writer, bench.subject.rows))
            closed.append(writer.close(True))
            seen.append(look(bench.tmp))
    assert closed == [True, False]
    assert seen[0] == seen[1]


def dry_run_writes_nothing(bench: Bench) -> None:
    """A dry run prepares and compares; it makes no file."""
    look = _target(bench)
    before = (look(bench.tmp), sorted(bench.tmp.rglob("*")))
    with _writer(bench, replace(RUN, dry=True)) as writer:
        prepared(writer, bench.subject.rows)
    assert (look(bench.tmp), sorted(bench.tmp.rglob("*"))) == before


def nothing_is_left_open(bench: Bench) -> None:
    """After closing no thread runs and no file is open, also when the run failed."""
    for ok in (True, False):
        with nothing_left_behind(), _writer(bench, ok=ok) as writer:
            load(bench, writer, prepared(writer, bench.subject.rows))


def logs_hold_no_secret(bench: Bench) -> None:
    """What is logged while writing tells no secret."""
    with log_lines() as lines, _writer(bench) as writer:
        load(bench, writer, prepared(writer, bench.subject.rows))
    assert_silent(secrets_of(bench, bench.make()), *lines)


def _told_or_taken(bench: Bench, value: str) -> None:
    first, *_ = bench.subject.rows
    for name in [name for name, usual in first.items() if isinstance(usual, str)]:
        with _writer(bench) as writer:
            try:
                items = prepared(writer, [{**first, name: value}])
            except RowProblem as refused:
                _tells_why(refused.problem)
                continue
            for problem in (problem for item in items for problem in item.problems):
                _tells_why(problem)
            assert len(load(bench, writer, items)) == len(items)


def unicode_is_taken_or_told(bench: Bench) -> None:
    """Letters of all scripts and line breaks in a text column are written, or refused with a reason."""
    for text in UNICODE:
        _told_or_taken(bench, text)


def very_long_text_is_taken_or_told(bench: Bench) -> None:
    """A million characters in a text column are written, or refused with a reason."""
    _told_or_taken(bench, LONG)


def _target(bench: Bench) -> Callable[[Any], Any]:
    if not bench.make().whole:
        pytest.skip("only a sink that writes everything anew can take it back")
    if bench.subject.target is None:
        pytest.skip("tell with `target=` how to look at what the sink wrote")
    return bench.subject.target


def _tells_why(problem: Problem) -> None:
    assert problem.reason.strip(), "a problem gives no reason"
    assert not problem.reason.endswith("."), f"the report ends the sentence itself: {problem.reason!r}"


def fails_as_told(setup: Setup) -> Callable[[Bench], None]:
    """Make the case that, under `setup`, opening or loading raises the named error of pimflow without a secret."""

    def case(bench: Bench) -> None:
        troubled = bench.under(setup)
        with log_lines() as lines, nothing_left_behind(), pytest.raises(setup.raises) as caught:  # noqa: SIM117
            with _writer(troubled) as writer:
                load(troubled, writer, prepared(writer, troubled.subject.rows))
        assert str(caught.value).strip(), "the error says nothing"
        said = [str(caught.value), getattr(caught.value, "detail", "")]
        assert_silent(secrets_of(troubled, troubled.make()), *said, *lines)

    return case


CASES: Sequence[Callable[[Bench], None]] = (
    sink_tells_its_ways,
    knows_the_columns_of_the_suite,
    check_columns_agrees_with_knows,
    check_lets_good_rows_pass,
    items_have_keys,
    payloads_can_be_kept,
    same_row_makes_the_same_payload,
    rows_are_not_changed_in_place,
    absent_columns_stay_absent,
    empty_batch_is_no_error,
    every_change_has_one_outcome,
    rows_of_the_suite_are_taken,
    current_gives_what_was_loaded,
    failed_run_leaves_the_target,
    good_run_changes_the_target_at_the_end,
    equal_run_changes_nothing,
    dry_run_writes_nothing,
    nothing_is_left_open,
    logs_hold_no_secret,
    unicode_is_taken_or_told,
    very_long_text_is_taken_or_told,
)
