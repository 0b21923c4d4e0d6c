"""How the sentences of a report begin and end, beside "Colour: Odoo says 'BORD', …"."""

from datetime import datetime

import pytest

from pimflow.model import FlowReport, Outcome, Problem, ProblemKind, Run, RunReport, Status, Who
from pimflow.report import report_text
from pimflow.tally import Tally
from pimflow.words import Lead, in_words, listed, one_of


def lines(tally):
    run = Run("r", "p", datetime(2026, 3, 1, 14, 15).astimezone())
    flow = FlowReport("products", "Odoo", "the PIM", ("product", "products"), causes=tally.causes())
    return report_text(RunReport(run, (flow,), 0, 0)).splitlines()[1:]


def sibling(number):
    return Problem(
        f"variant V-{number} of the same model already has this option",
        ProblemKind.DUPLICATE,
        "size",
        "M",
        "Decide with the ERP team which one is right.",
        Who.PRODUCT_MANAGER,
        lead=Lead.RECORD,
        effect="Not created",
    )


def test_two_records_that_clash_with_the_same_one_are_both_named():
    tally = Tally()
    for key in ("S-2", "S-3"):
        tally.add(Outcome("p", key, Status.REFUSED, (sibling(1),)), f"'Sweat' (SKU {key})")
    assert [line for line in lines(tally) if line.startswith("  - ")] == [
        f"  - 'Sweat' (SKU {key}): variant V-1 of the same model already has this option. Not created."
        for key in ("S-2", "S-3")
    ]


def test_many_records_with_causes_of_their_own_are_told_as_one_with_their_number():
    tally = Tally()
    for n in range(40):
        tally.add(Outcome("p", f"S-{n:02}", Status.REFUSED, (sibling(n),)), f"SKU S-{n:02}")
    [cause] = [line for line in lines(tally) if line.startswith("  - ")]
    told = "SKU S-00: variant V-0 of the same model already has this option. 40 products did not go through (S-00, "
    assert cause.startswith(f"  - {told}")


def test_who_is_not_told_twice():
    tally = Tally()
    for n, remedy in enumerate(("Correct it.", "Ask the ERP team to correct it.")):
        tally.add(Outcome("p", "A", Status.REFUSED, (Problem(f"wrong {n}", remedy=remedy),)))
    assert [line for line in lines(tally) if "orrect" in line] == [
        "    ERP team: Correct it.",
        "    Ask the ERP team to correct it.",
    ]


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("Colour", "a colour"),
        ("Energy class", "an energy class"),
        ("colour", "a colour"),
        ("Categories", ""),
        ("EAN", ""),
        ("colour_code", ""),
        ("Name (de_DE)", ""),
        ("", ""),
    ],
)
def test_a_label_names_one_thing_or_nothing(label, text):
    assert one_of(label) == text


def test_numbers_and_lists_in_a_sentence():
    assert [in_words(2), in_words(11), in_words(1200)] == ["two", "11", "1,200"]
    assert [listed([]), listed(["a"]), listed(["a", "b", "c"])] == ["", "a", "a, b and c"]
