"""Texts in HTML: what an ERP cleaned is the text that was sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pimflow_erp.markup import HTML


@pytest.mark.parametrize(
    ("cell", "there"),
    [
        ("A & B", "A &amp; B"),
        ("A &amp; B", "A &amp; B"),
        ("1 < 2", "1 &lt; 2"),
        (" spaced ", "spaced "),
        ("<p>R&D<br>50 > 40</p>", "<p>R&amp;D<br>50 &gt; 40</p>"),
    ],
)
def test_a_description_counts_as_the_same_as_live_servers_cleaned_it(cell, there):
    assert HTML.accept(cell) == HTML.read(there)


@given(st.text(alphabet="ab &<>;/#\n\N{NO-BREAK SPACE}", max_size=30))
def test_cleaning_a_description_twice_changes_nothing_more(text):
    assert HTML.accept(HTML.accept(text)) == HTML.accept(text)
