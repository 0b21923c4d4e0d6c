"""Values by type: cells -> canonical values -> the PIM's JSON -> canonical values -> cells."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimflow import ProblemKind, RowProblem, Who
from pimflow_akeneo import fields
from pimflow_akeneo.checks import Vocabulary
from pimflow_akeneo.columns import ValueColumn
from pimflow_akeneo.model import Attribute
from pimflow_akeneo.patterns import in_words, matches

OPTIONS = {"red": "red", "dark_blue": "Dark_Blue", "bordeaux": "Bordeaux"}
VOCABULARY = Vocabulary(lambda _: OPTIONS, lambda _: {"gram": "GRAM", "kilogram": "KILOGRAM"})


def column(kind, **more):
    return ValueColumn(Attribute("a", f"pim_catalog_{kind}", metric_family="Weight", **more))


def accept(cell, one):
    return fields.accept(cell, one, VOCABULARY)


DECIMALS = st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, allow_infinity=False, places=4)
NUMBERS = {
    True: (DECIMALS, lambda value: f"{value:.4f}"),
    False: (st.integers(-(10**9), 10**9), lambda value: value),
}


@pytest.mark.parametrize("decimals", [True, False])
@given(st.data())
def test_a_number_comes_back_equal_however_the_pim_writes_it(decimals, data):
    values, stored = NUMBERS[decimals]
    value = data.draw(values)
    one = column("number", decimals_allowed=decimals)
    ours = accept(str(value), one)
    assert isinstance(ours, str if decimals else int)
    assert Decimal(str(ours)) == value
    assert fields.read(stored(value), one.attribute) == ours
    assert accept(fields.cell(ours, one.attribute), one) == ours


@given(DECIMALS, st.sampled_from(["gram", "GRAM", "Kilogram"]))
def test_a_measurement_comes_back_equal_from_each_of_its_forms(value, unit):
    one = column("metric", decimals_allowed=True, negative_allowed=True)
    ours = accept((value, unit), one)
    assert ours["unit"] == unit.upper()
    assert accept(f"{value:f} {unit}", one) == accept({"amount": str(value), "unit": unit}, one) == ours
    assert fields.read({"amount": f"{value:.4f}", "unit": unit.upper(), "symbol": "g"}, one.attribute) == ours


@given(st.text(min_size=1, max_size=255))
def test_any_text_goes_as_it_is(text):
    one = column("text")
    assert fields.read(accept(text, one), one.attribute) == text


@given(st.dates())
def test_a_day_comes_back_without_its_time(day):
    one = column("date")
    ours = accept(day, one)
    assert (
        ours
        == accept(day.isoformat(), one)
        == accept(dt.datetime(day.year, day.month, day.day, 13, tzinfo=dt.UTC), one)
    )
    assert fields.read(f"{day.isoformat()}T00:00:00+01:00", one.attribute) == ours


@given(st.booleans())
def test_yes_and_no_have_several_spellings(value):
    one = column("boolean")
    spellings = [value, int(value), str(int(value)), str(value), str(value).lower()]
    assert [accept(spelling, one) for spelling in spellings] == [value] * 5


@given(st.lists(st.sampled_from(list(OPTIONS.values())), unique=True, min_size=1))
def test_several_options_have_one_order(codes):
    one = column("multiselect")
    ours = accept(",".join(codes), one)
    assert ours == accept([code.lower() for code in codes], one) == fields.read(codes, one.attribute)
    assert accept(fields.cell(ours, one.attribute), one) == ours


@pytest.mark.parametrize("kind", ["image", "file"])
def test_the_code_of_a_file_goes_as_it_is(kind):
    assert accept("f/2/e/6/f2e6_manual.pdf", column(kind)) == "f/2/e/6/f2e6_manual.pdf"


@pytest.mark.parametrize(
    ("cell", "one", "reason"),
    [
        ("many", column("number"), "no number"),
        ("1_000", column("number"), "no number"),
        ("٣", column("number"), "no number"),
        ("1e999", column("number"), "less than 19 digits"),
        (True, column("number"), "no number"),
        ("1.5", column("number", decimals_allowed=False), "whole numbers"),
        ("-1", column("number", negative_allowed=False), "below zero"),
        ("1001", column("number", number_max="1000"), "1000 or less"),
        ("-251", column("number", number_min="-250"), "-250 or more"),
        ("maybe", column("boolean"), "neither yes (1) nor no (0)"),
        ("31.12.2026", column("date"), "no date"),
        ("2026-02-30", column("date"), "no date"),
        ("20260230", column("date"), "no date"),
        ("2026-W05", column("date"), "no date"),
        ("2004-01-01", column("date", date_min="2005-05-25T00:00:00+00:00"), "before 2005-05-25"),
        ("2051-01-01", column("date", date_max="2050-12-31"), "after 2050-12-31"),
        ("x" * 256, column("text"), "256 characters; the PIM takes 255"),
        ("abcdef", column("text", max_characters=5), "6 characters; the PIM takes 5"),
        (
            "abc",
            column("text", validation_rule="regexp", validation_regexp="/^[0-9]+$/"),
            "the PIM's rule for this attribute is /^[0-9]+$/",
        ),
        (
            "abc",
            column("text", validation_rule="regexp", validation_regexp="/^[0-9]{13}$/"),
            "the PIM takes 13 digits here",
        ),
        ("12", column("metric"), "needs a unit"),
        ("12 PARSEC", column("metric"), "no unit of Weight"),
        ("green", column("simpleselect"), "the PIM has no such option"),
        ("red,green", column("multiselect"), "the PIM has no such option"),
    ],
)
def test_what_the_pim_would_refuse_is_told_before(cell, one, reason):
    with pytest.raises(RowProblem) as caught:
        accept(cell, one)
    assert reason in caught.value.problem.reason
    assert caught.value.problem.remedy.endswith(".")


def test_an_unknown_option_names_the_one_spelled_alike_and_who_decides():
    with pytest.raises(RowProblem) as caught:
        accept("BORDEAU", column("simpleselect"))
    problem = caught.value.problem
    assert problem.kind is ProblemKind.REFERENCE
    assert problem.who is Who.PRODUCT_MANAGER
    assert problem.value == "BORDEAU"
    assert "'Bordeaux'" in problem.remedy


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("/^\\d+$/", "12", True),
        ("/^\\d+$/", "1x", False),
        ("/^abc$/i", "ABC", True),
        ("([0-9]+)", "7", True),
        ("([0-9]+)", "x", False),
        ("#^a/b$#", "a/b", True),
        ("/(?<name>x)(?P>name)/", "anything: Python does not understand this one", True),
        ("no delimiters", "x", True),
    ],
)
def test_patterns_of_php_are_understood(pattern, text, fits):
    assert matches(pattern, text) is fits


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("/^[0-9]{13}$/", "13 digits"),
        (r"/^\d{8,14}$/", "8 to 14 digits"),
        ("#^[A-Z]{1}$#", "1 capital letter"),
        ("/^[A-Z0-9]{4,}$/", "at least 4 capital letters or digits"),
        ("/^[0-9]+$/", ""),
        ("/[0-9]{13}/", ""),
        ("/^[a-z]{3}$/i", ""),
        ("/^[A-Z]{2}-[0-9]{3}$/", ""),
        ("^[0-9]{13}$", ""),
    ],
)
def test_a_pattern_is_said_in_words_only_where_nothing_is_guessed(pattern, words):
    assert in_words(pattern) == words
