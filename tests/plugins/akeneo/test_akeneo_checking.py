"""What the sink of products says to columns of which only this much is known."""

import pytest

from pimflow import Expected, Known, Outlook, Severity


def told(writer, **columns):
    """Give severity and reason of what is found about each column."""
    named = {name.replace("__", "-"): expected for name, expected in columns.items()}
    outlook = Outlook("products", "Tryton", {"identifier": Expected("text"), **named})
    return [
        (one.severity, one.problem.field, one.problem.reason)
        for one in writer.check(outlook)
        if one.severity is not Severity.NOTE
    ]


@pytest.mark.parametrize(
    ("column", "kind", "severity"),
    [
        ("pieces", "integer", None),
        ("pieces", "number", None),
        ("pieces", "text", Severity.WARNING),
        ("pieces", "selection", Severity.WARNING),
        ("pieces", "boolean", Severity.ERROR),
        ("pieces", "date", Severity.ERROR),
        ("pieces", "", None),
        ("pieces", "something of a plugin", None),
        ("since", "date", None),
        ("since", "date and time", None),
        ("since", "integer", Severity.ERROR),
        ("fragile", "boolean", None),
        ("fragile", "integer", Severity.WARNING),
        ("fragile", "date", Severity.ERROR),
        ("price__EUR", "number", None),
        ("price__EUR", "date", Severity.ERROR),
        ("ean", "number", None),
        ("name__en_US", "date", None),
        ("color", "integer", None),
    ],
)
def test_a_type_fits_or_may_or_cannot(writer, column, kind, severity):
    found = told(writer, **{column: Expected(kind)})
    assert [one[0] for one in found] == ([severity] if severity else [])


def test_a_unit_stands_with_the_amount_or_in_a_column_of_its_own(writer):
    assert told(writer, weight=Expected("number", unit="gram")) == []
    assert told(writer, weight=Expected("number"), weight__unit=Expected(known=(Known("GRAM", "the constant"),))) == []
    wrong = Expected(known=(Known("OUNCE", "the constant"),))
    [(severity, field, reason)] = told(writer, weight=Expected("number"), weight__unit=wrong)
    assert (severity, field, reason) == (Severity.ERROR, "weight-unit", "which is no unit of Weight")


def test_many_values_with_one_mistake_are_one_finding(writer):
    known = tuple(Known(f"shade {number}", "the table colours.csv") for number in range(40))
    found = list(writer.check(Outlook("products", "Tryton", {"color": Expected(known=known)})))
    [colours] = [one for one in found if one.problem.field == "color"]
    assert colours.problem.value == "shade 0"
    assert len(colours.others) == 39


def test_nothing_but_the_model_is_asked_before_a_run(writer, pim):
    before = pim.stats()["routes"]
    columns = {"identifier": Expected(), "color": Expected(known=(Known("x", "the constant"),), only_known=True)}
    assert list(writer.check(Outlook("products", "Tryton", columns, thorough=False))) == []
    assert pim.stats()["routes"] == before
