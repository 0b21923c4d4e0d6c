"""Quick ways through what most rows are give what the slow ones give."""

from hypothesis import given
from hypothesis import strategies as st

from pimflow import BadValue, Problem
from pimflow_transforms.compute import Compute
from pimflow_transforms.expressions import Expression
from pimflow_transforms.readings import read_number
from pimflow_transforms.values import as_number, plain

NUMBERS = st.from_regex(r"-?[0-9]{1,9}(\.[0-9]{0,9})?", fullmatch=True)


@given(NUMBERS | st.decimals(allow_nan=False, allow_infinity=False).map(lambda number: format(number, "f")))
def test_a_number_written_as_usual_is_read_as_any_other(text):
    assert read_number("point", None)(text) == plain(as_number(text))


@given(st.lists(st.text() | st.none() | st.integers() | st.booleans(), min_size=2, max_size=2))
def test_texts_put_together_are_what_the_expression_gives(cells):
    text = 'brand ~ " 100% of " ~ name ~ brand'
    header, step = Compute(columns={"label": text}).compile(("brand", "name"), lambda _: True)
    shown = {name: "" if cell is None else cell for name, cell in zip(header, cells, strict=False)}
    assert step(cells)[-1] == Expression(text).value(shown)


def test_a_bad_cell_makes_what_is_put_together_bad():
    bad = BadValue(Problem("no"))
    _, step = Compute(columns={"label": "brand ~ name"}).compile(("brand", "name"), lambda _: True)
    assert step(["x", bad])[-1] is bad


def test_only_columns_and_texts_are_put_together_without_a_look():
    assert Expression('brand ~ " " ~ name').joined == [(True, "brand"), (False, " "), (True, "name")]
    for text in ("brand", "brand ~ 1", "brand|upper ~ name", 'row["a b"] ~ name', "a + b"):
        assert Expression(text).joined is None
