import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pimflow import BadValue, ConfigError, Problem, RowProblem
from pimflow_transforms.filter import Filter

HEADER = ("sku", "name", "price", "active")


def kept(conditions, *rows, header=HEADER):
    out, step = Filter(conditions=conditions).compile(header, lambda _: True)
    assert out == header
    return [row for row in rows if step(row) is not None]


A = ("A", "Chair", "9.50", "1")
B = ("B", None, "100", "0")
C = ("C", "", "", True)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"field": "name", "present": True}, [A]),
        ({"field": "name", "present": False}, [B, C]),
        ({"field": "name", "absent": True}, [B, C]),
        ({"field": "name", "absent": False}, [A]),
        ({"field": "active", "equals": 1}, [A]),
        ({"field": "active", "equals": True}, [C]),
        ({"field": "active", "differs": "0"}, [A, C]),
        ({"field": "sku", "in": ["A", "C", "X"]}, [A, C]),
        ({"field": "sku", "not_in": ["A"]}, [B, C]),
        ({"field": "price", "in": [100]}, [B]),
        ({"field": "name", "matches": "^Ch"}, [A]),
        ({"field": "sku", "matches": "^(A|B)$"}, [A, B]),
        ({"field": "price", "greater": 9.5}, [B]),
        ({"field": "price", "at_least": 9.5}, [A, B]),
        ({"field": "price", "less": 100}, [A]),
        ({"field": "price", "at_most": "100"}, [A, B]),
        ({"field": "price", "greater": 5, "less": 50}, [A]),
        ([{"field": "name", "absent": True}, {"field": "price", "present": True}], [B]),
    ],
)
def test_rows_that_meet_the_condition_go_on(condition, expected):
    assert kept(condition, A, B, C) == expected


def test_a_date_is_compared_as_text():
    rows = [("2026-01-31",), ("2025-12-31",), ("",)]
    assert kept({"field": "d", "at_least": "2026-01-01"}, *rows, header=("d",)) == rows[:1]


def test_a_whole_float_equals_the_number_of_the_yaml():
    assert kept({"field": "n", "equals": 5}, (5.0,), (5,), ("5",), (5.5,), header=("n",)) == [(5.0,), (5,), ("5",)]


def test_an_unknown_column_names_the_near_ones():
    with pytest.raises(ConfigError, match=r"^there is no column 'pricee'; did you mean 'price'\?"):
        kept({"field": "pricee", "present": True})
    with pytest.raises(ConfigError, match="the columns here are: sku, name, price, active"):
        kept({"field": "zzz", "present": True})


def test_every_unknown_column_is_told_at_once():
    with pytest.raises(ConfigError) as caught:
        kept([{"field": "x1", "present": True}, {"field": "x2", "present": True}])
    assert len(caught.value.mistakes) == 2


def test_text_where_a_number_is_compared_puts_the_record_aside():
    with pytest.raises(RowProblem) as caught:
        kept({"field": "price", "greater": 5}, ("A", "x", "9,50", "1"))
    problem = caught.value.problem
    assert (problem.field, problem.value) == ("price", "9,50")
    assert "not a number" in problem.reason


def test_a_bad_value_cannot_be_judged_but_is_present():
    row = ("A", BadValue(Problem("which is unreadable", field="name", value="?")), "1", "1")
    assert kept({"field": "name", "present": True}, row) == [row]
    assert kept({"field": "sku", "equals": "A"}, row) == [row]
    with pytest.raises(RowProblem, match="unreadable"):
        kept({"field": "name", "equals": "x"}, row)


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"field": "a"}, "say what the column must hold"),
        ({"field": "a", "matches": "("}, "is no regular expression"),
        ({"field": "a", "equal": 1}, "Extra inputs are not permitted"),
        ({"present": True}, "Field required"),
        ([], "expected a condition such as"),
        ("sku", "expected a condition such as"),
    ],
)
def test_mistakes_are_told_in_words(condition, message):
    with pytest.raises(ValidationError, match=message):
        Filter(conditions=condition)


def test_one_mistake_is_told_once():
    with pytest.raises(ValidationError) as caught:
        Filter(conditions={"field": "a", "presnt": True, "present": True})
    assert [error["loc"] for error in caught.value.errors()] == [("conditions", 0, "presnt")]


@settings(deadline=None)
@given(st.lists(st.tuples(st.none() | st.text() | st.integers() | st.floats(allow_nan=False))), st.text())
def test_equals_and_differs_share_the_rows_among_them(rows, wanted):
    header = ("a",)
    same = kept({"field": "a", "equals": wanted}, *rows, header=header)
    other = kept({"field": "a", "differs": wanted}, *rows, header=header)
    assert len(same) + len(other) == len(rows)
    assert all(row in rows for row in same + other)
