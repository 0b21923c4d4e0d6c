"""Patterns of SKUs: what is read, what is refused with a sentence, and what comes out."""

import re
from datetime import date
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import damm, ean, luhn, verhoeff
from stdnum.iso7064 import mod_11_10, mod_37_36, mod_97_10

from pimflow.numbering.pattern import EmptyColumnError, read_pattern
from pimflow.numbering.rule import Places

DAY = date(2026, 3, 1)
SKU = re.compile(r"[A-Za-z0-9._/-]+")


def written(text, place=1000, check=None, **cells):
    return read_pattern(text, check).for_record(cells, DAY).number(place)


@pytest.mark.parametrize(
    ("text", "sku"),
    [
        ("{family:3|upper}-{sequence:06d}", "KUC-001000"),
        ("{family|lower}.{sequence}", "kuchengerate.1000"),
        ("P{year}{month}/{sequence:4d}", "P202603/1000"),
        ("{family:99}{sequence:03d}", "KuchenGerate1000"),
        ("{name-en_US:2}_{sequence}", "Ti_1000"),
    ],
)
def test_a_sku_is_made_of_its_parts(text, sku):
    assert written(text, family="Küchen-Geräte", **{"name-en_US": "Tin"}) == sku


@pytest.mark.parametrize(
    ("text", "check", "told"),
    [
        ("{family}", None, "{sequence} must stand in it once"),
        ("{sequence}{sequence}", None, "{sequence} must stand in it once"),
        ("a,{sequence}", None, "a comma cannot stand in a SKU"),
        ("a;{sequence}", None, "a semicolon cannot stand in a SKU"),
        (" {sequence}", None, "a blank cannot stand in a SKU"),
        ("a\t{sequence}", None, "'\\t' cannot stand in a SKU"),
        ("{sequence", None, "a brace that belongs to no pair"),
        ("{}{sequence}", None, "{} names nothing"),
        ("{sequence:6}", None, "the number of digits was expected"),
        ("{sequence:0d}", None, "the number of digits was expected"),
        ("{sequence:20d}", None, "the number of digits was expected, up to 18"),
        ("{sequence:06d|upper}", None, "the number of digits was expected"),
        ("{family:x}{sequence}", None, "how many letters was expected"),
        ("{family:3|title}{sequence}", None, "`upper` or `lower` was expected"),
        ("{year:2}{sequence}", None, "{year:2} takes nothing behind its name: write {year}"),
        ("{sequence}{check}", None, "{check} needs `check_digit`"),
        ("{sequence}", "luhn", "`check_digit` needs {check}"),
        ("{check}{sequence}", "luhn", "{check} stands in it once, behind {sequence}"),
        ("{sequence:05d}{check}", "ean", "5 digits stand before {check}; an EAN has 7, 11, 12 or 13 there"),
        ("x" * 250 + "{sequence:06d}", None, "it gives SKUs of 256 characters; a SKU has no more than 255"),
    ],
)
def test_what_can_be_no_pattern_is_told_in_a_sentence(text, check, told):
    with pytest.raises(ValueError, match=re.escape(told)):
        read_pattern(text, check)


@pytest.mark.parametrize(
    ("name", "is_valid"),
    [
        ("luhn", luhn.is_valid),
        ("damm", damm.is_valid),
        ("verhoeff", verhoeff.is_valid),
        ("ean", ean.is_valid),
        ("iso7064_mod_11_10", mod_11_10.is_valid),
        ("iso7064_mod_37_36", mod_37_36.is_valid),
        ("iso7064_mod_97_10", mod_97_10.is_valid),
    ],
)
def test_check_digits_are_those_of_their_standards(name, is_valid):
    for place in (1, 1000, 99_999):
        assert is_valid(written("4012345{sequence:05d}{check}", place, name))


def test_a_check_digit_may_stand_apart_and_letters_count_where_the_way_knows_them():
    first, second = (
        written("{family}-{sequence:04d}-{check}", 7, "iso7064_mod_37_36", family=f) for f in ("mug", "jug")
    )
    assert first.rpartition("-")[2] != second.rpartition("-")[2]
    assert mod_37_36.is_valid(first.replace("-", "").upper())
    assert written("{family}-{sequence:04d}{check}", 7, "luhn", family="mug")[-1] == luhn.calc_check_digit("0007")


texts = st.text(min_size=0, max_size=20)
patterns = st.builds(
    "{}{{family{}{}}}{}{{sequence{}}}".format,
    st.sampled_from(["", "P-", "x/"]),
    st.sampled_from(["", ":1", ":3", ":40"]),
    st.sampled_from(["", "|upper", "|lower"]),
    st.sampled_from(["", "-", ".a"]),
    st.sampled_from([":01d", ":06d", ""]),
)


@given(patterns, texts, st.integers(0, 10**7))
def test_any_cell_gives_a_sku_that_systems_take_or_is_told(text, family, place):
    try:
        made = read_pattern(text).for_record({"family": family}, DAY)
    except EmptyColumnError:
        assert not any(sign.isascii() and sign.isalnum() for sign in family)
        return
    sku = made.number(place)
    assert SKU.fullmatch(sku)
    assert sku.endswith(str(place))
    assert made.number(place + 1) != sku


@given(patterns, st.lists(st.sampled_from(["mug", "mugs", "MUG", "Möbel"]), min_size=1), st.integers(0, 10**6))
def test_places_of_one_part_never_give_one_sku(text, families, begin):
    pattern = read_pattern(text)
    last = pattern.last if pattern.last is not None else begin + 50
    places = islice(Places(0, last).beginning(begin), 50)
    found = [
        (place, pattern.for_record({"family": family}, DAY).number(place))
        for place, family in zip(places, families, strict=False)
    ]
    assert len({sku.casefold() for _, sku in found}) == len(found)
    assert all(len(sku) <= 255 for _, sku in found)


ranges = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9)).map(lambda pair: (pair[0], sum(pair))), max_size=6)


@given(st.integers(0, 50), st.integers(0, 80), ranges, st.integers(0, 90))
def test_places_are_all_that_are_neither_reserved_nor_outside(start, last, reserved, begin):
    expected = [
        place
        for place in range(max(start, begin), last + 1)
        if not any(first <= place <= end for first, end in reserved)
    ]
    assert list(Places(start, last, tuple(reserved)).beginning(begin)) == expected
