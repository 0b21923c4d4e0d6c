import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean

from pimflow import BadValue
from pimflow_transforms.gtin import Gtin


def checked(number, digits="any"):
    _, step = Gtin(columns={"ean": digits}).compile(("ean",), lambda _: True)
    return step((number,))[0]


@pytest.mark.parametrize(
    ("number", "digits", "made"),
    [
        ("9780201379624", "any", "9780201379624"),
        (" 978-0-201-37962-4 ", "any", "9780201379624"),
        (9780201379624, "any", "9780201379624"),
        ("036000291452", 13, "0036000291452"),
        ("036000291452", 14, "00036000291452"),
        ("00036000291452", 12, "036000291452"),
        ("73513537", 8, "73513537"),
    ],
)
def test_numbers_that_are_right(number, digits, made):
    assert checked(number, digits) == made


@pytest.mark.parametrize(
    ("number", "digits", "reason"),
    [
        ("9780201379625", "any", "which is no GTIN: its last digit would be 4"),
        ("97802013796", "any", "which is no GTIN: that has 8, 12, 13 or 14 digits"),
        ("abc", "any", "which is no GTIN: that has 8, 12, 13 or 14 digits"),
        ("0000000000000", "any", "which is no GTIN: it is nothing but zeros"),
        ("9780201379624", 12, "which has 13 digits, and 12 are wanted"),
    ],
)
def test_numbers_that_are_wrong(number, digits, reason):
    cell = checked(number, digits)
    assert isinstance(cell, BadValue)
    assert (cell.problem.field, cell.problem.value, cell.problem.reason) == ("ean", number, reason)


@given(st.from_regex(r"[1-9][0-9]{11}", fullmatch=True), st.integers(1, 9))
def test_one_wrong_digit_is_found(body, shift):
    right = body + ean.calc_check_digit(body)
    assert checked(right) == right
    wrong = right[:-1] + str((int(right[-1]) + shift) % 10)
    assert isinstance(checked(wrong), BadValue)
