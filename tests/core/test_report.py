# ruff: noqa: E501 - texts as they are shown
"""What the product manager reads: exact texts."""

from datetime import datetime, timedelta
from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimflow.model import Cause, FlowReport, Outcome, Problem, ProblemKind, Run, RunReport, Status, Who
from pimflow.report import duration, report_from_json, report_json, report_text
from pimflow.tally import Tally

BEGAN = datetime(2026, 3, 1, 14, 15).astimezone()
COLOUR = Problem(
    "the PIM has no such option",
    ProblemKind.REFERENCE,
    "Colour",
    "BORD",
    "Choose an option or create 'Bordeaux'; you decide once.",
    Who.PRODUCT_MANAGER,
)
SKU = Problem(
    "no comma, semicolon, or space at either end of a SKU",
    field="SKU",
    value="foo,",
    remedy="Ask the ERP team to correct it; it will then arrive by itself.",
    detail="422: identifier invalid",
)


def report(*flows, **run):
    return RunReport(Run("r1", "p", BEGAN, **run), flows, 120.0, 0)


def flow(**facts):
    return FlowReport(
        **{
            "name": "products",
            "source": "Odoo",
            "target": "PIM",
            "noun": ("product", "products"),
            "seconds": 120.0,
            **facts,
        }
    )


def test_a_report_in_one_sentence_with_its_causes():
    counts = {Status.CREATED: 12, Status.UPDATED: 31, Status.UNCHANGED: 266, Status.REFUSED: 3}
    causes = (Cause(COLOUR, Status.CREATED, 214, tuple("ABCDEFG")), Cause(SKU, Status.REFUSED, 3, ("foo,", "b,", "c;")))
    one = flow(read=312, counts=counts, attention=217, causes=causes, full=False)
    assert report_text(report(one)) == (
        "Odoo -> PIM, 14:15, changes only, 2 min: 312 products read; 12 new, 31 updated, 266 already up to date, "
        "217 need your attention (2 causes). Of these 217, 214 arrived without some values and 3 did not arrive.\n"
        "  - Colour: Odoo says 'BORD', the PIM has no such option. 214 products arrived without a colour (A, B, C, D, E, …).\n"
        "    Product manager: Choose an option or create 'Bordeaux'; you decide once.\n"
        "  - SKU: Odoo says 'foo,', no comma, semicolon, or space at either end of a SKU. "
        "3 products did not go through (foo,, b,, c;).\n"
        "    Ask the ERP team to correct it; it will then arrive by itself.\n"
        "\n"
        "For your administrator\n"
        "  products: SKU: 422: identifier invalid"
    )


def test_what_concerns_no_record_is_no_cause_of_those_that_need_attention():
    column = Cause(Problem("it belongs to 'pim'; it was left alone", field="claim"), Status.UNCHANGED, 0)
    one = flow(read=3, counts={Status.REFUSED: 3}, attention=3, causes=(Cause(SKU, Status.REFUSED, 3, ("a",)), column))
    said = report_text(report(one))
    assert "3 need your attention (1 cause)." in said
    assert "  - claim: it belongs to 'pim'; it was left alone." in said


def test_a_report_of_a_quiet_run():
    one = flow(read=1, counts={Status.UNCHANGED: 1}, seconds=0.3)
    assert report_text(report(one)) == (
        "Odoo -> PIM, 14:15, everything, under 1 s: 1 product read; 0 new, 0 updated, 1 already up to date."
    )


def test_a_report_of_large_numbers_and_a_filter():
    one = flow(read=1234567, dropped=1000, counts={Status.CREATED: 1233567}, seconds=7200, notes=("All is well.",))
    assert report_text(report(one, full=True)) == (
        "Odoo -> PIM, 14:15, everything, 2.0 h: 1,234,567 products read, 1,000 of them left out by the pipeline's "
        "filter; 1,233,567 new, 0 updated, 0 already up to date.\n"
        "  Note: All is well."
    )


@pytest.mark.parametrize("error", ["the PIM refuses the password", "the PIM refuses the password."])
def test_a_report_of_a_flow_that_was_stopped(error):
    one = flow(error=error, detail="422 invalid_grant", complete=False, exit_code=3)
    assert report_text(report(one)) == (
        "Odoo -> PIM, 14:15, everything, 2 min: stopped. The PIM refuses the password.\n"
        "\n"
        "For your administrator\n"
        "  products: 422 invalid_grant"
    )


def test_an_error_that_begins_with_the_name_of_a_file_keeps_its_spelling():
    one = flow(error="products.csv has no header", complete=False, exit_code=3)
    assert "stopped. products.csv has no header." in report_text(report(one))


def test_a_report_of_a_flow_that_was_stopped_half_way():
    one = flow(read=5, counts={Status.CREATED: 5}, error="the PIM is gone", complete=False)
    assert report_text(report(one)).splitlines() == [
        "Odoo -> PIM, 14:15, everything, 2 min: stopped. The PIM is gone.",
        "  Before that: 5 products read; 5 new, 0 updated, 0 already up to date.",
    ]


@pytest.mark.parametrize(
    ("status", "count", "words"),
    [
        (Status.UNCHANGED, 1, "1 product arrived without it (A)."),
        (Status.REFUSED, 1, "1 product did not go through (A)."),
        (Status.FAILED, 2, "2 products could not be delivered (A)."),
        (Status.UNKNOWN, 2, "2 products may or may not have arrived (A)."),
    ],
)
def test_what_a_cause_did(status, count, words):
    problem = Problem("the PIM said no", remedy="Wait.")
    one = flow(read=count, counts={status: count}, attention=count, causes=(Cause(problem, status, count, ("A",)),))
    assert report_text(report(one)).splitlines()[1] == f"  - The PIM said no. {words}"


def test_partial_and_dry_runs_say_so():
    assert ", only A, B, " in report_text(report(flow(), only=("A", "B")))
    assert ", the first 1,000, " in report_text(report(flow(), limit=1000))
    assert ", 2 min, preview: " in report_text(report(flow(), dry=True))


def test_many_keys_do_not_make_a_long_headline():
    keys = tuple(f"S-{n}" for n in range(500))
    headline = report_text(report(flow(), only=keys)).splitlines()[0]
    assert "only S-0, S-1, S-2, S-3, S-4 and 495 more" in headline


def test_long_values_are_cut():
    one = flow(causes=(Cause(Problem("x", value="v" * 500), Status.REFUSED, 1, ("A",)),))
    assert f"'{'v' * 60}…'" in report_text(report(one))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "under 1 s"), (1, "1 s"), (89, "89 s"), (90, "2 min"), (119, "2 min"), (5399, "90 min"), (5400, "1.5 h")],
)
def test_durations(seconds, words):
    assert duration(seconds) == words


def test_a_report_comes_back_from_json():
    counts = {Status.CREATED: 1, Status.REFUSED: 2}
    causes = (Cause(SKU, Status.REFUSED, 2, ("a", "b")),)
    full = report(flow(read=3, counts=counts, causes=causes, attention=2, notes=("n",)), flow(error="e"), only=("a",))
    assert report_from_json(orjson.loads(report_json(full))) == full


VALUES = st.none() | st.text() | st.integers() | st.lists(st.integers()) | st.decimals() | st.binary(max_size=3)


@given(value=VALUES, reason=st.text(), keys=st.lists(st.text(), max_size=3))
def test_any_report_can_be_written_and_read_again(value, reason, keys):
    one = flow(causes=(Cause(Problem(reason, value=value), Status.REFUSED, len(keys), tuple(keys)),))
    again = report_from_json(orjson.loads(report_json(report(one))))
    assert again.flows[0].causes[0].count == len(keys)
    assert report_text(again)


def test_equal_causes_are_counted_together_and_the_most_frequent_comes_first():
    tally = Tally()
    for n in range(30):
        tally.add(Outcome("p", f"K{n}", Status.CREATED, (COLOUR,)))
    tally.add(Outcome("p", "L", Status.REFUSED, (SKU, COLOUR)))
    tally.add(Outcome("p", "M", Status.UNCHANGED))
    causes = tally.causes()
    assert [(cause.count, cause.problem) for cause in causes] == [(30, COLOUR), (1, COLOUR), (1, SKU)]
    assert len(causes[0].keys) == 20
    assert (tally.attention, tally.counts[Status.CREATED]) == (31, 30)


def test_updated_and_created_records_share_a_cause():
    tally = Tally()
    tally.add(Outcome("p", "A", Status.CREATED, (COLOUR,)))
    tally.add(Outcome("p", "B", Status.UPDATED, (COLOUR,)))
    (cause,) = tally.causes()
    assert cause.count == 2


def test_values_of_different_types_are_different_causes():
    tally = Tally()
    for value in ("1", 1, Decimal(1)):
        tally.add(Outcome("p", "A", Status.REFUSED, (Problem("x", value=value),)))
    assert len(tally.causes()) == 3


def test_a_thousand_causes_are_enough():
    tally = Tally()
    for n in range(1500):
        tally.add(Outcome("p", f"K{n}", Status.REFUSED, (Problem("x", field=f"F{n}", value=n),)))
    causes = tally.causes()
    assert len(causes) == 1001
    further = causes[0].problem
    assert (causes[0].count, further.reason) == (500, "further causes, too many to be told one by one")
    assert further.detail == "`pimflow problems --export` has each record"


def test_many_values_with_the_same_problem_are_one_cause():
    tally = Tally()
    for n in range(1500):
        problem = Problem(f"which row {n} has too", field="sku", value=f"S{n:04}", remedy=f"Change row {n}.")
        tally.add(Outcome("p", f"K{n}", Status.REFUSED, (problem,)))
    (cause,) = tally.causes()
    assert (cause.count, cause.problem.value, cause.others[:2]) == (1500, "S0000", ("S0001", "S0010"))
    assert (len(cause.keys), len(cause.others)) == (20, 20)
    one = flow(read=1500, counts={Status.REFUSED: 1500}, attention=1500, causes=(cause,))
    assert report_text(report(one)).split("\n", 1)[1] == (
        "  - sku: Odoo says 'S0000', which row 0 has too; likewise 'S0001', 'S0010', 'S0100' and others. "
        "1,500 products did not go through (K0, K1, K10, K100, K101, …).\n"
        "    ERP team: Change row 0."
    )


def test_a_reason_that_repeats_the_value_is_the_same_cause():
    tally = Tally()
    for name in "abcdefghij":
        problem = Problem(f'the PIM does not take it: "{name}.jpg" is no path', field="image", value=f"{name}.jpg")
        tally.add(Outcome("p", name, Status.CREATED, (problem,)))
    (cause,) = tally.causes()
    assert cause.count == 10


def test_values_that_many_records_have_stand_alone_among_many_values():
    tally = Tally()
    for n in range(40):
        problem = Problem("the PIM has no such option", field="colour", value=("BORD", "BLU")[n % 2] if n < 20 else n)
        tally.add(Outcome("p", f"K{n}", Status.CREATED, (problem,)))
    assert [(cause.count, cause.problem.value) for cause in tally.causes()] == [(20, 20), (10, "BLU"), (10, "BORD")]


def test_few_values_with_the_same_problem_stand_alone():
    tally = Tally()
    for n in range(5):
        tally.add(Outcome("p", f"K{n}", Status.CREATED, (Problem("no such option", field="colour", value=n),)))
    assert len(tally.causes()) == 5


def test_time_is_told_as_the_clock_on_the_wall_says():
    utc = RunReport(Run("r", "p", BEGAN.astimezone(tz=None) + timedelta(hours=1)), (flow(),), 0, 0)
    assert ", 15:15, " in report_text(utc)


def test_values_that_differ_from_many_models_are_told_together():
    tally = Tally()
    for number in range(9):
        reason = f"but the product model 'm{'abcdefghi'[number]}' says 'x{number}'"
        tally.add_problem(Problem(reason, field="name", value=f"value {number}"), Status.UPDATED, f"S-{number}")
    (cause,) = tally.causes()
    assert (cause.count, len(cause.others)) == (9, 8)
