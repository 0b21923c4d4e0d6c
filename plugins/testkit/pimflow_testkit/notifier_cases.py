# ruff: noqa: D401 - the docstring of a case states the rule that it holds
"""Cases for notifiers. The author's `session` surrounds them; `arrived` gives what came out at the other end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from pimflow import Event, Message, Notifier, Run, RunReport
from pimflow_testkit.bench import Bench, Setup
from pimflow_testkit.component_cases import secrets_of
from pimflow_testkit.connection_cases import credentials_are_secret
from pimflow_testkit.leaks import assert_silent, log_lines, nothing_left_behind
from pimflow_testkit.source_cases import UNICODE

_REPORT = RunReport(Run("suite", "shop", datetime(2026, 1, 1, tzinfo=UTC)), (), 1.0, 0)
_LINES = 20_000


def a_message(event: Event, text: str = "The report of the suite.") -> Message:
    """Make a message as a run makes it."""
    return Message(event, "[pimflow] shop: a message of the suite", text, _REPORT)


@contextmanager
def _each(bench: Bench) -> Iterator[Sequence[Notifier]]:
    with bench.session():
        yield bench.make().recipients()


def _arrivals(bench: Bench) -> int:
    if bench.subject.arrived is None:
        pytest.skip("tell with `arrived=` what came out at the other end")
    return len(bench.subject.arrived())


def recipients_are_notifiers_of_one_kind(bench: Bench) -> None:
    """What `recipients` gives has the class and the conditions of the notifier, and gives itself again."""
    with bench.session():
        notifier = bench.make()
        found = list(notifier.recipients())
    assert found, "nobody is told"
    for one in found:
        assert type(one) is type(notifier)
        for name in Notifier.model_fields:
            assert getattr(one, name) == getattr(notifier, name), name
        assert list(one.recipients()) == [one]


def waiting_has_an_end(bench: Bench) -> None:
    """There is an option `timeout`: the run waits until all are told."""
    assert "timeout" in bench.subject.component.model_fields


def every_event_is_taken(bench: Bench) -> None:
    """Whatever a person writes under `on`, it can be told."""
    with _each(bench) as recipients:
        for event in Event:
            for one in recipients:
                one.deliver(a_message(event))


def each_recipient_is_told(bench: Bench) -> None:
    """One message arrives for each recipient, at each call."""
    with _each(bench) as recipients:
        for calls in (1, 2):
            before = _arrivals(bench)
            for one in recipients:
                one.deliver(a_message(one.on[0]))
            assert _arrivals(bench) - before == len(recipients), f"call number {calls}"


def unicode_is_taken(bench: Bench) -> None:
    """Letters of all scripts, line breaks, quotes."""
    with _each(bench) as recipients:
        for one in recipients:
            one.deliver(a_message(one.on[0], "\n".join(UNICODE)))


def very_long_report_is_taken(bench: Bench) -> None:
    """A report of more than a million characters is told, if need be cut."""
    text = "\n".join(f"  - line {number}: what happened, why, what now, who, and where" for number in range(_LINES))
    with _each(bench) as recipients:
        for one in recipients:
            one.deliver(a_message(one.on[0], text))


def nothing_is_left_open(bench: Bench) -> None:
    """After a delivery no thread runs and no file or socket is open."""
    with nothing_left_behind(), _each(bench) as recipients:
        for one in recipients:
            one.deliver(a_message(one.on[0]))


def logs_hold_no_secret(bench: Bench) -> None:
    """What is logged while telling tells no credential, also not what libraries log."""
    with log_lines() as lines, _each(bench) as recipients:
        for one in recipients:
            one.deliver(a_message(one.on[0]))
            assert_silent(secrets_of(bench, one), *lines)


def fails_as_told(setup: Setup) -> Callable[[Bench], None]:
    """Make the case that, under `setup`, telling raises the named error without a secret."""

    def case(bench: Bench) -> None:
        troubled = bench.under(setup)
        with log_lines() as lines, nothing_left_behind(), _each(troubled) as recipients:
            for one in recipients:
                with pytest.raises(setup.raises) as caught:
                    one.deliver(a_message(one.on[0]))
                detail = getattr(caught.value, "detail", "")
                assert str(caught.value).strip(), "the error says nothing"
                assert_silent(secrets_of(troubled, one), str(caught.value), detail, *lines)

    return case


CASES: Sequence[Callable[[Bench], None]] = (
    credentials_are_secret,
    recipients_are_notifiers_of_one_kind,
    waiting_has_an_end,
    every_event_is_taken,
    each_recipient_is_told,
    unicode_is_taken,
    very_long_report_is_taken,
    nothing_is_left_open,
    logs_hold_no_secret,
)
