import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pimflow import BadValue, ConfigError, Problem
from pimflow_transforms.convert import Convert


def converted(rule, value):
    header, step = Convert(columns={"c": rule}).compile(("x", "c", "y"), lambda _: True)
    row = (1, value, 2)
    result = step(row)
    assert (header, row, result[0], result[2]) == (("x", "c", "y"), (1, value, 2), 1, 2)
    return result[1]


NUMBER_FR = {"to": "number", "decimal": "comma", "thousands": " "}
NUMBER_DE = {"to": "number", "decimal": "comma", "thousands": "."}


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        ("number", "12.50", "12.5"),
        ("number", "-0.0", "0"),
        ("number", " 007 ", "7"),
        ("number", "1E+02", "100"),
        ("number", "1.5e-05", "0.000015"),
        ("number", "12345678901234567890.12345678901234567890", "12345678901234567890.1234567890123456789"),
        ("number", 12.1, "12.1"),
        ("number", 3, "3"),
        ("number", Decimal("2.500"), "2.5"),
        (NUMBER_DE, "1.234,50", "1234.5"),
        (NUMBER_DE, "-1.234.567", "-1234567"),
        (NUMBER_DE, "12,5", "12.5"),
        (NUMBER_FR, "1\N{NARROW NO-BREAK SPACE}234,5", "1234.5"),
        (NUMBER_FR, "12\N{NO-BREAK SPACE}345", "12345"),
        ({"to": "number", "thousands": ","}, "1,234.5", "1234.5"),
        ({"to": "number", "thousands": "'"}, "1\N{RIGHT SINGLE QUOTATION MARK}234", "1234"),
        ("integer", "12", 12),
        ("integer", "12.0", 12),
        ("integer", 12.0, 12),
        ("boolean", "TRUE", True),
        ("boolean", "0", False),
        ("boolean", 1, True),
        ("boolean", False, False),
        ({"to": "boolean", "true": ["oui"], "false": ["non"]}, "Oui", True),
        ({"to": "boolean", True: ["ja", 1], False: ["nein"]}, "NEIN", False),
        ("date", "2026-01-31", "2026-01-31"),
        ("date", "2026-01-31T23:00:00+02:00", "2026-01-31"),
        ("date", "2026-01-31 08:00", "2026-01-31"),
        ("date", dt.datetime(2026, 1, 31, 5, tzinfo=dt.UTC), "2026-01-31"),
        ({"to": "date", "format": "%d.%m.%Y"}, "31.1.2026", "2026-01-31"),
        ("text", 12, "12"),
        ("text", True, "true"),
        ("text", ["a", "b"], "a,b"),
    ],
)
def test_values_take_their_canonical_form(rule, value, expected):
    found = converted(rule, value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("rule", "value", "reason"),
    [
        ("number", "12,5", "which is not a number"),
        ("number", "abc", "which is not a number"),
        ("number", "nan", "which is not a number"),
        ("number", "1E+999999", "which is not a number"),
        ("number", True, "which is not a number"),
        ("number", "\N{ARABIC-INDIC DIGIT ONE}", "which is not a number"),
        (NUMBER_DE, "12.34", "which is not a number with a decimal comma"),
        (NUMBER_DE, "1.2345", "which is not a number with a decimal comma"),
        ("integer", "12.5", "which is not a whole number"),
        ("boolean", "maybe", "which means neither yes nor no"),
        ("date", "31.01.2026", "which is not a date written as in 2026-01-31"),
        ({"to": "date", "format": "%d.%m.%Y"}, "2026-01-31", "which is not a date written as in 31.01.2026"),
        ("date", "2026-02-30", "which is not a date written as in 2026-01-31"),
    ],
)
def test_what_does_not_convert_becomes_a_bad_value_with_its_reason(rule, value, reason):
    cell = converted(rule, value)
    assert isinstance(cell, BadValue)
    assert (cell.problem.field, cell.problem.value, cell.problem.reason) == ("c", value, reason)
    assert cell.problem.remedy


@pytest.mark.parametrize("value", [None, "", BadValue(Problem("which is unreadable"))])
@pytest.mark.parametrize("kind", ["number", "integer", "boolean", "date", "text"])
def test_empty_stays_empty_and_bad_stays_bad(kind, value):
    assert converted(kind, value) is value


def test_an_unknown_column_names_the_near_one():
    with pytest.raises(ConfigError, match=r"^there is no column 'wieght'; did you mean 'weight'\?"):
        Convert(columns={"wieght": "number"}).compile(("weight",), lambda _: True)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("float", "Input should be 'number', 'integer', 'boolean', 'date' or 'text'"),
        ({"to": "number", "format": "%d"}, "`format` belongs to `to: date`, not to `to: number`"),
        ({"to": "date", "decimal": "comma"}, "`decimal` belongs to `to: number or integer`"),
        ({"to": "number", "thousands": "."}, "cannot be the sign of thousands and of decimals at once"),
        ({"to": "date", "format": "DD.MM.YYYY"}, "'DD.MM.YYYY' is no date format; write it as in %d.%m.%Y"),
        ({"to": "boolean", "true": ["x"], "false": ["X"]}, "'x' cannot mean true and false at once"),
        ({"decimal": "comma"}, "Field required"),
    ],
)
def test_mistakes_are_told_in_words(rule, message):
    with pytest.raises(ValidationError, match=message):
        Convert(columns={"c": rule})


decimals = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=6)


@settings(deadline=None)
@given(decimals)
def test_a_number_keeps_its_value_and_a_second_conversion_changes_nothing(number):
    once = converted("number", str(number))
    assert Decimal(once) == number
    assert converted("number", once) == once


@settings(deadline=None)
@given(decimals)
def test_a_number_written_in_german_is_read_exactly(number):
    written = f"{number:,f}".translate(str.maketrans(",.", ".,"))
    assert Decimal(converted(NUMBER_DE, written)) == number


@settings(deadline=None)
@given(st.integers())
def test_any_integer_is_read(number):
    assert converted("integer", str(number)) == number


@settings(deadline=None)
@given(st.dates())
def test_any_date_is_read_in_its_declared_format(day):
    written = f"{day.day:02}/{day.month:02}/{day.year:04}"
    assert converted({"to": "date", "format": "%d/%m/%Y"}, written) == day.isoformat()


@settings(deadline=None)
@given(st.text(), st.sampled_from(["number", "integer", "boolean", "date", "text"]))
def test_no_text_breaks_a_conversion(value, kind):
    found = converted(kind, value)
    assert found == value or isinstance(found, str | int | bool | BadValue)
