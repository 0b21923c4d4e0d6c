import pytest
from pydantic import ValidationError

from pimflow import BadValue, ConfigError, Problem, RowProblem
from pimflow_transforms.value_map import ValueMap


def replaced(value, **options):
    header, step = ValueMap(field="colour", **options).compile(("sku", "colour"), lambda _: True)
    row = ("A", value)
    result = step(row)
    assert (header, row, result[0]) == (("sku", "colour"), ("A", value), "A")
    return result[1]


MAP = {"BORD": "bordeaux", 1: "red", False: "no"}


@pytest.mark.parametrize(("value", "expected"), [("BORD", "bordeaux"), ("1", "red"), (1.0, "red"), (False, "no")])
def test_values_are_replaced_as_they_are_written(value, expected):
    assert replaced(value, map=MAP) == expected


def test_each_item_of_a_list_is_replaced():
    assert replaced(["BORD", "1"], map=MAP) == ["bordeaux", "red"]
    assert isinstance(replaced(["BORD", "2"], map=MAP), BadValue)
    assert replaced(["BORD", "2"], map=MAP, unknown="keep") == ["bordeaux", "2"]


@pytest.mark.parametrize("value", [None, "", BadValue(Problem("which is unreadable"))])
def test_empty_stays_empty_and_bad_stays_bad(value):
    assert replaced(value, map=MAP, default="x") is value


def test_other_values_are_left_out_and_told_unless_said_otherwise():
    for options in ({}, {"unknown": "leave_out"}):
        cell = replaced("ROSE", map=MAP, **options)
        assert (cell.problem.field, cell.problem.value) == ("colour", "ROSE")
        assert cell.problem.reason == "for which the mapping has no value"


def test_other_values_may_stay_refuse_the_record_or_become_a_default():
    assert replaced("ROSE", map=MAP, unknown="keep") == "ROSE"
    assert replaced("ROSE", map=MAP, default="other") == "other"
    with pytest.raises(RowProblem, match="colour: 'ROSE': for which the mapping has no value"):
        replaced("ROSE", map=MAP, unknown="refuse")


def test_a_table_gives_values_and_the_map_wins_over_it(tmp_path):
    path = tmp_path / "colours.csv"
    path.write_text("found,becomes\nBORD,wine\nBLU,blue\n")
    assert replaced("BLU", table=path) == "blue"
    assert replaced("BORD", table=path, map=MAP) == "bordeaux"
    assert "colours.csv" in replaced("ROSE", table=path).problem.remedy


def test_an_unknown_column_names_the_near_one():
    with pytest.raises(ConfigError, match=r"^there is no column 'colour'; did you mean 'color'\?"):
        ValueMap(field="colour", map=MAP).compile(("color",), lambda _: True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "expected `map: {FOUND: BECOMES}` or `table: FILE.csv`"),
        ({"map": MAP, "default": "x", "unknown": "keep"}, "leave out `unknown`"),
        ({"map": MAP, "unknown": "drop"}, "'keep', 'leave_out' or 'refuse'"),
        ({"map": MAP, "key": "k"}, "`table`, which is not given"),
    ],
)
def test_mistakes_are_told_in_words(options, message):
    with pytest.raises(ValidationError, match=message):
        ValueMap(field="colour", **options)
