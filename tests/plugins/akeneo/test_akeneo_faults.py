"""Products into a PIM that fails now and then: the end state and the outcomes are right all the same."""

import time
from collections import Counter

import pytest

from pimflow import Status
from pimflow_akeneo.session import Session
from pimflow_akeneo.sinks import AkeneoProductsSink
from pimflow_http import Client, Clock, Limiter, Remote

ROWS = [{"identifier": f"p-{number}", "pieces": number} for number in range(30)]


@pytest.fixture
def session(pim, connect):
    """Connect with a clock that does not wait."""
    one = connect()
    with (
        one.open() as found,
        Client(Remote("the PIM", pim.url), limiter=Limiter(4), clock=Clock(sleep=lambda _: None)) as client,
    ):
        yield Session(client, found._tokens._credentials)


@pytest.fixture
def writer(session, run):
    return AkeneoProductsSink(connection="pim").open(session, run)


def everything(session):
    return {one["identifier"]: one["values"]["pieces"][0]["data"] for one in session.pages("products")}


@pytest.mark.parametrize(
    "fault",
    [{"error_500": 2}, {"error_429": 2, "retry_after": 0}, {"drop_before": 2}, {"drop_after": 2}, {"missing_lines": 2}],
)
def test_a_fault_at_every_second_call_changes_nothing(writer, changes, pim, session, fault):
    batch = changes(writer, ROWS)
    pim.faults(**fault)
    outcomes = [outcome for start in range(0, 30, 5) for outcome in writer.load(batch[start : start + 5])]
    pim.faults(**dict.fromkeys(fault, 0))
    assert Counter(outcome.status for outcome in outcomes) == {Status.CREATED: 30}
    assert everything(session) == {row["identifier"]: row["pieces"] for row in ROWS}


def test_what_was_there_before_counts_as_updated_after_a_lost_answer(session, run, changes, pim):
    pim.seed([{"resource": "products", "data": {"identifier": row["identifier"]}} for row in ROWS[:10]])
    time.sleep(2)
    writer = AkeneoProductsSink(connection="pim").open(session, run)
    batch = changes(writer, ROWS)
    pim.faults(drop_after=2)
    outcomes = [*writer.load(batch[:5]), *writer.load(batch[5:20]), *writer.load(batch[20:])]
    assert Counter(outcome.status for outcome in outcomes) == {Status.UPDATED: 10, Status.CREATED: 20}
