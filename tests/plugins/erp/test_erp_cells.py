"""Rows for an ERP: what becomes of each cell."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimflow import Problem, RowProblem, Who
from pimflow_erp import cells
from pimflow_erp.codecs import (
    BOOLEAN,
    DAY,
    FLOAT,
    INTEGER,
    NUMBER,
    TEXT,
    absent,
    identifier,
    labelled,
    listed,
    selection,
    several,
)

COLORS = {"red": "Rouge", "blue": "Bleu"}


def made(**row):
    codecs = {"code": TEXT, "weight": NUMBER, "color": selection(COLORS, "Shelf"), "unit": UNIT}
    return cells.item("products", "code", "A", {"code": "A", **row}, codecs.get)


class Unit:
    """A unit that the ERP lacks."""

    def accept(self, cell):
        raise absent("unit", str(cell), "Shelf")


UNIT = Unit()


def test_a_value_that_is_not_accepted_is_left_out_and_told():
    item = made(weight="heavy", color="Rouge")
    assert item.payload == {"code": "A", "color": "red"}
    (problem,) = item.problems
    assert (problem.field, problem.value, problem.reason) == ("weight", "heavy", "which is no number")
    assert problem.who is Who.SOURCE_TEAM


def test_what_the_erp_lacks_is_told_under_the_name_of_its_column():
    (problem,) = made(unit="firkin").problems
    assert (problem.field, problem.value, problem.reason) == ("unit", "firkin", "Shelf has no such unit")
    assert problem.remedy == "Choose one that exists, or have it made in Shelf; the value then goes by itself."


def test_columns_that_the_erp_lacks_are_no_part_of_the_item_and_empty_cells_are_none():
    assert made(colour="red", weight=None).payload == {"code": "A", "weight": None}


@pytest.mark.parametrize("key", [None, "", "  "])
def test_a_row_without_a_key_says_what_the_key_is_for(key):
    with pytest.raises(RowProblem) as raised:
        cells.key_of({"code": key}, "code", "Shelf", "products")
    assert raised.value.problem.reason == "is empty, and Shelf finds products by it"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3))
def test_numbers_are_plain_and_the_same_however_they_are_written(value):
    plain = NUMBER.accept(f" {value} ")
    assert Decimal(plain) == value
    assert NUMBER.accept(plain) == plain
    assert "E" not in plain
    assert NUMBER.read(NUMBER.write(plain)) == plain


@pytest.mark.parametrize(
    ("codec", "cell"),
    [
        (NUMBER, "1,5"),
        (NUMBER, "NaN"),
        (FLOAT, True),
        (INTEGER, "1.5"),
        (BOOLEAN, "perhaps"),
        (DAY, "31.01.2026"),
        (identifier("ean"), "9780201379625"),
        (several(COLORS, "Shelf"), "red, green"),
    ],
)
def test_what_a_codec_does_not_accept(codec, cell):
    with pytest.raises(ValueError, match=r"which is no|which is neither|Shelf knows: red, blue"):
        codec.accept(cell)


def test_what_codecs_make_of_cells():
    assert INTEGER.accept("5.0") == "5"
    assert BOOLEAN.accept("Yes") is True
    assert DAY.accept("2026-01-31 12:00:00") == "2026-01-31"
    assert several(COLORS, "Shelf").accept(["Rouge", "blue"]) == ["blue", "red"]
    assert identifier("ean").accept(" 9780201379624 ") == "9780201379624"
    assert identifier("mpn").accept("X-1") == "X-1"
    assert listed(" a, b ,,c ") == ["a", "b", "c"]


def test_columns_are_left_out_of_an_item_each_told_behind_what_was_told_already():
    item = made(weight="heavy", color="red")
    left = cells.without(item, ["color"], lambda column: Problem("has no place", field=column))
    assert left.payload == {"code": "A"}
    assert [(one.field, one.reason) for one in left.problems] == [
        ("weight", "which is no number"),
        ("color", "has no place"),
    ]
    assert cells.without(item, [], Problem) == item


@pytest.mark.parametrize(
    "cell", [{"RED": "Red", "XL": ""}, ["RED: Red", "XL"], "RED:Red\n\n XL ", ("RED:Red", "XL:XL")]
)
def test_keys_with_labels_are_lines_and_a_key_alone_is_its_own_label(cell):
    assert labelled(cell) == "RED:Red\nXL:XL"
