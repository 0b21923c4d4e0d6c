from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pimflow import BadValue, ConfigError, Problem
from pimflow_transforms.compute import Compute


def computed(expression, **cells):
    transform = Compute(columns={"made": expression})
    header, step = transform.compile(tuple(cells), lambda _: True)
    assert header == (*cells, "made")
    return step(tuple(cells.values()))[-1]


def reason(expression, **cells):
    cell = computed(expression, **cells)
    assert isinstance(cell, BadValue)
    assert cell.problem.field == "made"
    return cell.problem.reason


@pytest.mark.parametrize(
    ("expression", "made"),
    [
        ('brand ~ " " ~ model', "Acme X1"),
        ("brand|upper", "ACME"),
        ("price|number * 1.2", "12.12"),
        ("price|number + 5", "15.1"),
        ("(price|number / 3)|round(2)", "3.37"),
        ("'cheap' if price|number < 20 else 'dear'", "cheap"),
        ("row['name@fr'] or brand", "Acme"),
        ("[brand, model]", ["Acme", "X1"]),
        ("price|number > 10", True),
    ],
)
def test_what_expressions_make(expression, made):
    assert computed(expression, brand="Acme", model="X1", price="10.10", **{"name@fr": None}) == made


def test_amounts_are_exact():
    assert computed("0.1 + 0.2") == "0.3"
    assert computed("price|number * 3", price=1.1) == "3.3"
    assert computed("2.5|round") == "3"


@given(st.decimals(-(10**9), 10**9, places=4), st.decimals(-(10**9), 10**9, places=4))
def test_sums_and_products_are_those_of_decimals(a, b):
    assert Decimal(computed("a|number + b|number", a=str(a), b=str(b))) == a + b
    assert Decimal(computed("a|number * b|number", a=str(a), b=str(b))) == a * b


@pytest.mark.parametrize("empty", [None, ""])
def test_what_is_calculated_with_an_empty_cell_is_empty(empty):
    assert computed("price|number * 1.2", price=empty) is None
    assert computed("(price|number / 2)|round(2)", price=empty) is None
    assert computed('brand ~ "!"', brand=empty) == "!"


def test_what_goes_wrong_is_a_bad_value_with_its_reason():
    assert reason("a|number", a="abc") == "which is not a number, and it is computed with"
    assert reason("1 / a|number", a="0") == "cannot be computed as `1 / a|number`: there is no such number"
    assert reason("a|number > 5", a="") == "cannot be computed as `a|number > 5`: a cell that it needs is empty"
    assert "no attribute" in reason("a.missing", a="x")
    assert "no such" in reason("10 ** 1000000") or "too large" in reason("10 ** 1000000")


def test_a_bad_value_makes_what_needs_it_bad_and_nothing_else():
    bad = BadValue(Problem("which is unreadable", field="a"))
    assert computed("a ~ b", a=bad, b="x") is bad
    assert computed("b", a=bad, b="x") == "x"


@pytest.mark.parametrize(
    "expression",
    ["''.__class__.__mro__", "a.__init__.__globals__", "range(10)", "lipsum()", "cycler", "'%1000000000d' % 1"],
)
def test_the_sandbox_is_closed(expression):
    transform = Compute(columns={"made": expression})
    try:
        _, step = transform.compile(("a",), lambda _: True)
    except ConfigError as error:
        assert "there is no column" in str(error)  # noqa: PT017 - either way it is refused
    else:
        assert isinstance(step(("x",))[-1], BadValue)


def test_a_column_that_is_not_there_is_told_before_the_first_row():
    with pytest.raises(ConfigError, match="made: there is no column 'prize'; did you mean 'price'"):
        Compute(columns={"made": "prize|number"}).compile(("price",), lambda _: True)


@pytest.mark.parametrize("expression", ["a +", "{{ a }}", "a|nonsense", ""])
def test_what_is_no_expression_is_told(expression):
    with pytest.raises(ValidationError, match=r"made: .* is no expression"):
        Compute(columns={"made": expression})


def test_a_column_can_be_made_anew_of_itself():
    header, step = Compute(columns={"a": "a|trim"}).compile(("a", "b"), lambda _: True)
    assert (header, step((" x ", 1))) == (("a", "b"), ["x", 1])


def test_columns_of_which_one_is_made():
    transform = Compute(columns={"made": 'brand ~ row["x"]', "other": "brand"})
    assert transform.made_from("other", ("brand", "x", "y")) == ["brand"]
    assert transform.made_from("made", ("brand", "x", "y")) == ["brand", "x", "y"]
    assert transform.made_from("y", ("brand", "x", "y")) == ("y",)


@pytest.mark.parametrize(
    ("expression", "made"), [("a|float * 2", None), ("a|int", None), ("-(a|number)", None), ("a * 2", None)]
)
def test_an_empty_cell_is_no_zero(expression, made):
    assert computed(expression, a="") is made


@pytest.mark.parametrize("expression", ["a|float", "a|int", "a|number * 2", "a|round", "a|round(2)"])
def test_values_that_are_no_numbers_are_one_cause_whatever_they_are(expression):
    cells = [computed(expression, a=text) for text in ("abc", "n/a")]
    assert {cell.problem.reason for cell in cells} == {"which is not a number, and it is computed with"}
    assert [cell.problem.value for cell in cells] == ["abc", "n/a"]


def test_calculating_with_a_text_says_what_is_missing():
    assert "numbers behind `|number` only" in reason("a * 2", a="12")
    assert "numbers behind `|number` only" in reason("a + 1", a="12")
    assert computed("a + b", a="x", b="y") == "xy"


@pytest.mark.parametrize(
    ("expression", "made"), [("a|map('upper')", ["R", "G"]), ("a|join('-')|tojson", '"r-g"'), ("a|int", None)]
)
def test_a_cell_holds_plain_values(expression, made):
    cell = computed(expression, a=["r", "g"])
    assert isinstance(cell, BadValue) if made is None else (cell, type(cell)) == (made, type(made))


@pytest.mark.parametrize("expression", ["a.upper", "a|dictsort", "a|xmlattr"])
def test_whatever_a_filter_raises_costs_the_cell(expression):
    assert isinstance(computed(expression, a="x"), BadValue)
