"""Codes made of texts."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimflow_akeneo.creating.codes import code_of


@given(st.text(min_size=1))
def test_every_text_has_a_code_that_the_pim_takes(text):
    assert re.fullmatch(r"[A-Za-z0-9_]{1,100}", code_of(text))


@given(st.text(min_size=1))
def test_a_code_has_itself_as_its_code(text):
    code = code_of(text)
    assert code_of(code) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("BORD", "BORD"),
        ("Dark Blue", "dark_blue"),
        ("dark-blue", "dark_blue"),
        ("Größe M", "grosse_m"),
        ("Straße", "strasse"),
        ("Crème", "creme"),
    ],
)
def test_codes_are_readable(text, code):
    assert code_of(text) == code


@given(
    st.sets(st.sampled_from(["5", "-5", "+5", "5.", "1.5", "1,5", "1/5", "15", "é", "日", "本", "Ж", "Ø"]), min_size=2)
)
def test_signs_that_a_code_cannot_have_keep_texts_apart(texts):
    assert len({code_of(text).lower() for text in texts}) == len(texts)
