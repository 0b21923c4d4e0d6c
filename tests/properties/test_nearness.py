"""Nearly equal keys: what counts for nothing, and how the differences are named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimflow.matching.nearness import KINDS, code_form, differences, is_code, is_name, near_form

KEYS = st.text(alphabet=st.sampled_from("aAbBzZ019-_./ \u00a0ßÄ"), max_size=12)
ANY = st.text(max_size=20)


@given(ANY)
def test_the_form_of_a_form_is_itself(key):
    assert near_form(near_form(key)) == near_form(key)


@given(KEYS, st.lists(st.tuples(st.integers(0, 12), st.sampled_from(" -_./\u2011\u200b")), max_size=4))
def test_blanks_and_separators_count_for_nothing_wherever_they_stand(key, inserted):
    other = key
    for place, sign in inserted:
        other = other[:place] + sign + other[place:]
    assert near_form(other) == near_form(key)
    assert set(differences(key, other)) <= {"blanks", "separators"}


@given(KEYS, st.integers(1, 5))
def test_zeros_at_the_beginning_count_for_nothing(key, number):
    if near_form(key):
        other = "0" * number + key
        assert near_form(other) == near_form(key)
        assert differences(key, other) == ("zeros",)


@given(ANY)
def test_letter_case_counts_for_nothing(key):
    assert near_form(key.casefold()) == near_form(key)
    assert set(differences(key, key.casefold())) <= {"case"}


@given(ANY, ANY)
def test_differences_are_named_alike_both_ways_and_only_where_there_are_some(one, other):
    found = differences(one, other)
    assert found == differences(other, one)
    assert bool(found) == (one != other)
    assert ("code" in found) == (near_form(one) != near_form(other))
    assert list(found) == [kind for kind in KINDS if kind in found]


@pytest.mark.parametrize(
    ("one", "other", "kinds"),
    [
        ("mug-1", "MUG-1", ("case",)),
        ("MUG 1", "MUG1", ("blanks",)),
        ("MUG-1", "MUG_1", ("separators",)),
        ("MUG-1", "MUG1", ("separators",)),
        ("00123", "123", ("zeros",)),
        ("0-012", "12", ("separators", "zeros")),
        ("mug 1", "MUG-1", ("case", "blanks", "separators")),
        ("-0012", "-12", ("zeros",)),
        ("A- 1", "A -1", ("blanks", "separators")),
        ("A-1", "B-1", ("code",)),
        ("A-01", "A-1", ("code",)),
        ("A-10", "A-1", ("code",)),
    ],
)
def test_differences_have_names(one, other, kinds):
    assert differences(one, other) == kinds


def test_keys_of_nothing_but_zeros_differ_from_empty_ones():
    assert (near_form("000"), near_form("0"), near_form("-"), near_form("")) == ("0", "0", "", "")


def test_a_gtin_is_the_same_with_zeros_before_it_and_short_codes_are_none():
    assert code_form("00012345678905") == code_form(12345678905) == code_form("012345678905")
    assert {code_form("0000000000000"), code_form(None), code_form(""), code_form("n/a"), code_form("123")} == {""}


def test_columns_are_known_by_their_names():
    assert [one for one in ("ean", "EAN-13", "gtin_code", "ean13-shop", "clean", "oceans") if is_code(one)] == [
        "ean",
        "EAN-13",
        "gtin_code",
        "ean13-shop",
    ]
    assert is_name("name-en_US")
    assert not is_name("short_name")
